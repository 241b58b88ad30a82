import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBridgeAnnouncer } from '../../adapters/announcer.ts';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { s3Store } from '../../adapters/store.ts';
import { dynamoWindows } from '../../adapters/window-store.ts';
import { windowedOf } from '../../core/windows/index.ts';
import { datasets } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { WindowsEnv } from './env.ts';
import { closeAll } from './handler.ts';

const env = WindowsEnv.parse(process.env);

export const handler = instrumented('windows', (telemetry) =>
  closeAll({
    ...telemetry,
    windows: dynamoWindows({ client: new DynamoDBClient(), name: env.WINDOWS_TABLE }),
    windowed: windowedOf(datasets),
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    landingBucket: env.LANDING_BUCKET,
    now: systemClock,
  }),
);
