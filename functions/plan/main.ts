import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { recognise } from '../../adapters/engine/recognise.ts';
import { s3Landing } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { PlanEnv } from './env.ts';
import { plan } from './handler.ts';

const env = PlanEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);

export const handler = instrumented('plan', (telemetry) =>
  plan({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    landing: s3Landing(s3),
    recognise,
    cleanBucket: env.CLEAN_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    datasetNamed,
    now: systemClock,
  }),
);
