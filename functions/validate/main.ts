import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock, systemRandom } from '../../adapters/clock.ts';
import { inflate } from '../../adapters/engine/inflate.ts';
import { mendFile } from '../../adapters/engine/mend-file.ts';
import { prepare, streamRows } from '../../adapters/engine/prepare/index.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import { s3Landing } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { s3Store } from '../../adapters/store.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumented } from '../telemetry.ts';
import { ValidateEnv } from './env.ts';
import { validate } from './handler.ts';

const env = ValidateEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);

export const handler = instrumented('validate', (telemetry) =>
  validate({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    landing: s3Landing(s3),
    engine: { inflate, prepare, streamRows, mendFile, validateFile },
    cleanBucket: env.CLEAN_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    datasetNamed,
    withWorkDir,
    now: systemClock,
    random: systemRandom,
  }),
);
