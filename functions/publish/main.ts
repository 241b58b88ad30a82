import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventBridgeAnnouncer } from '../../adapters/announcer.ts';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { PublishEnv } from './env.ts';
import { publish } from './handler.ts';

const env = PublishEnv.parse(process.env);

export const handler = instrumented('publish', (telemetry) =>
  publish({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    cleanBucket: env.CLEAN_BUCKET,
    curatedBucket: env.CURATED_BUCKET,
    datasetNamed,
    now: systemClock,
  }),
);
