import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KinesisStreamEvent } from 'aws-lambda';
import { kinesisClient, s3Client } from '../../adapters/clients.ts';
import { lineJudge } from '../../adapters/engine/judge-line.ts';
import { kinesisReader } from '../../adapters/kinesis-reader.ts';
import { dynamoShards } from '../../adapters/ledger-shards.ts';
import { s3Store } from '../../adapters/store.ts';
import { routesOf } from '../../core/stream/sift.ts';
import { datasets } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { StreamEnv } from './env.ts';
import { stream } from './handler.ts';

const env = StreamEnv.parse(process.env);

export const handler = instrumented<KinesisStreamEvent, object>('stream', (telemetry) =>
  stream({
    ...telemetry,
    shards: dynamoShards({ client: new DynamoDBClient(), name: env.LEDGER_TABLE }),
    reader: kinesisReader(kinesisClient()),
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    landingBucket: env.LANDING_BUCKET,
    routes: routesOf(datasets, lineJudge),
  }),
);
