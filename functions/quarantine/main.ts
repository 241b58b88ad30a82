import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { s3Store } from '../../adapters/store.ts';
import { icebergPlace } from '../iceberg-place.ts';
import { instrumented } from '../telemetry.ts';
import { QuarantineEnv } from './env.ts';
import { quarantine } from './handler.ts';

const env = QuarantineEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);
const stepFunctions = new SFNClient();
const world = icebergWorld(s3, icebergPlace(process.env));

export const handler = instrumented('quarantine', (telemetry) =>
  quarantine({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    pipelineAt: (arn) => sfnPipeline(stepFunctions, arn),
    world,
    cleanBucket: env.CLEAN_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    now: systemClock,
  }),
);
