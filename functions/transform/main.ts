import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { s3Client } from '../../adapters/clients.ts';
import { transformRun } from '../../adapters/engine/transform.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { regionOf } from '../region.ts';
import { instrumented } from '../telemetry.ts';
import { TransformEnv } from './env.ts';
import { transform } from './handler.ts';

const env = TransformEnv.parse(process.env);
const endpointUrl = process.env.AWS_ENDPOINT_URL;
const s3 = s3Client(endpointUrl);

export const handler = instrumented('transform', (telemetry) =>
  transform({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    world: icebergWorld(s3, {
      database: env.CATALOG_DATABASE,
      catalogId: env.CATALOG_ID,
      region: regionOf(process.env),
      endpointUrl,
    }),
    engine: { transformRun },
    cleanBucket: env.CLEAN_BUCKET,
    curatedBucket: env.CURATED_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    datasetNamed,
    withWorkDir,
  }),
);
