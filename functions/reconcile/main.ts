import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { sfnExecutionStatus } from '../../adapters/execution-status.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { s3LandedVersions } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { sqsNotices } from '../../adapters/notices.ts';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { s3Store } from '../../adapters/store.ts';
import { contractVersion } from '../../core/contract.ts';
import { datasets } from '../../datasets/index.ts';
import { icebergPlace } from '../iceberg-place.ts';
import { instrumented } from '../telemetry.ts';
import { ReconcileEnv } from './env.ts';
import { reconcileScheduled } from './handler.ts';

const env = ReconcileEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);
const stepFunctions = new SFNClient();

export const handler = instrumented('reconcile', (telemetry) =>
  reconcileScheduled({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    landing: s3LandedVersions(s3, env.LANDING_BUCKET),
    store: s3Store(s3),
    world: icebergWorld(s3, icebergPlace(process.env)),
    executions: sfnExecutionStatus(stepFunctions, env.PIPELINE_ARN),
    pipeline: sfnPipeline(stepFunctions, env.PIPELINE_ARN),
    pipelineArn: env.PIPELINE_ARN,
    // An emulator may know its queue by another name than the endpoint we were given.
    notices: sqsNotices(new SQSClient({ useQueueUrlAsEndpoint: false }), env.NOTICE_QUEUE_URL),
    cleanBucket: env.CLEAN_BUCKET,
    curatedBucket: env.CURATED_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    datasets: datasets.map(({ name }) => name),
    contracts: new Map(datasets.map((dataset) => [dataset.name, contractVersion(dataset)])),
    now: systemClock,
  }),
);
