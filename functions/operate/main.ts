import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { readRejectsFile } from '../../adapters/engine/read-rejects.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { s3Landing } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { s3Store } from '../../adapters/store.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { datasets } from '../../datasets/index.ts';
import { icebergPlace } from '../iceberg-place.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { OperateEnv } from './env.ts';
import { operate } from './handler.ts';

const env = OperateEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);
const store = s3Store(s3);

export const handler = instrumentedRoute('operate', (telemetry) =>
  operate({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store,
    landing: s3Landing(s3),
    catalog: icebergWorld(s3, icebergPlace(process.env)).catalog,
    start: sfnPipeline(new SFNClient(), env.PIPELINE_ARN).start,
    cleanBucket: env.CLEAN_BUCKET,
    curatedBucket: env.CURATED_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    readRejects: (uri, asked) =>
      withWorkDir(async (dir) => {
        const name = 'rejects.parquet';
        await store.download(uri, join(dir, name));
        return await readRejectsFile(dir, name, asked);
      }),
    datasets,
    now: systemClock,
  }),
);
