import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { s3VersionsOf } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { instrumented } from '../telemetry.ts';
import { DeadLettersEnv } from './env.ts';
import { deadLetters } from './handler.ts';

const env = DeadLettersEnv.parse(process.env);

export const handler = instrumented<SQSEvent, object>('dead-letters', (telemetry) =>
  deadLetters({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    versionsOf: s3VersionsOf(s3Client(process.env.AWS_ENDPOINT_URL)),
    landingBucket: env.LANDING_BUCKET,
    now: systemClock,
  }),
);
