import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { GateEnv } from './env.ts';
import { gate } from './handler.ts';

const env = GateEnv.parse(process.env);
const ledger = dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE);
const store = s3Store(s3Client(process.env.AWS_ENDPOINT_URL));

export const handler = instrumented('gate', (telemetry) =>
  gate({
    ...telemetry,
    ledger,
    store,
    cleanBucket: env.CLEAN_BUCKET,
    datasetNamed,
    now: systemClock,
  }),
);
