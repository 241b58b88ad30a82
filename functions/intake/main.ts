import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSEvent } from 'aws-lambda';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { s3VersionsOf } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { s3Store } from '../../adapters/store.ts';
import { contractVersion, wholeTablesOf } from '../../core/contract.ts';
import { datasets } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { IntakeEnv } from './env.ts';
import { intake } from './handler.ts';

const env = IntakeEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);

export const handler = instrumented<SQSEvent, object>('intake', (telemetry) =>
  intake({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    pipeline: sfnPipeline(new SFNClient(), env.PIPELINE_ARN),
    store: s3Store(s3),
    versionsOf: s3VersionsOf(s3),
    now: systemClock,
    landingBucket: env.LANDING_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    contracts: new Map(datasets.map((dataset) => [dataset.name, contractVersion(dataset)])),
    wholeTables: wholeTablesOf(datasets),
  }),
);
