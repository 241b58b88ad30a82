import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { KinesisStreamEvent } from 'aws-lambda';
import { eventBridgeAnnouncer } from '../../adapters/announcer.ts';
import { dynamoClaims } from '../../adapters/claims.ts';
import { kinesisClient, s3Client } from '../../adapters/clients.ts';
import { systemClock, systemRandom } from '../../adapters/clock.ts';
import { lineJudge } from '../../adapters/engine/judge-line.ts';
import { dynamoEntities } from '../../adapters/entity-store.ts';
import { kinesisReader } from '../../adapters/kinesis-reader.ts';
import { dynamoShards } from '../../adapters/ledger-shards.ts';
import { s3Store } from '../../adapters/store.ts';
import { dynamoWindows } from '../../adapters/window-store.ts';
import { entityRoutesOf } from '../../core/entities/changes.ts';
import { routesOf } from '../../core/stream/reading.ts';
import { repeatRoutesOf } from '../../core/stream/repeats.ts';
import { windowedOf } from '../../core/windows/index.ts';
import { datasets } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { StreamEnv } from './env.ts';
import { stream } from './handler.ts';

const env = StreamEnv.parse(process.env);
const client = new DynamoDBClient();

export const handler = instrumented<KinesisStreamEvent, object>('stream', (telemetry) =>
  stream({
    ...telemetry,
    shards: dynamoShards({ client, name: env.LEDGER_TABLE }),
    windows: dynamoWindows({ client, name: env.WINDOWS_TABLE }),
    windowed: windowedOf(datasets),
    reader: kinesisReader(kinesisClient()),
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    landingBucket: env.LANDING_BUCKET,
    routes: routesOf(datasets, lineJudge),
    entities: dynamoEntities({ client, name: env.ENTITY_TABLE }),
    entityRoutes: entityRoutesOf(datasets, lineJudge),
    claims: dynamoClaims({ client, name: env.CLAIM_TABLE }),
    repeatRoutes: repeatRoutesOf(datasets),
    now: systemClock,
    random: systemRandom,
  }),
);
