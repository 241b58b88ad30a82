import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { icebergPlace } from '../iceberg-place.ts';
import { instrumented } from '../telemetry.ts';
import { LoadEnv } from './env.ts';
import { load } from './handler.ts';

const env = LoadEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);

export const handler = instrumented('load', (telemetry) =>
  load({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    world: icebergWorld(s3, icebergPlace(process.env)),
    cleanBucket: env.CLEAN_BUCKET,
    datasetNamed,
    now: systemClock,
  }),
);
