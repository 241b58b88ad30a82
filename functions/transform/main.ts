import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Client } from '../../adapters/clients.ts';
import { transformRun } from '../../adapters/engine/transform.ts';
import { icebergWorld } from '../../adapters/iceberg-world.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { secretText } from '../../adapters/secret.ts';
import { s3Store } from '../../adapters/store.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { icebergPlace } from '../iceberg-place.ts';
import { instrumented } from '../telemetry.ts';
import { TransformEnv } from './env.ts';
import { transform } from './handler.ts';

const env = TransformEnv.parse(process.env);
const s3 = s3Client(process.env.AWS_ENDPOINT_URL);
const secrets = new SecretsManagerClient();

export const handler = instrumented('transform', (telemetry) =>
  transform({
    ...telemetry,
    ledger: dynamoLedger(new DynamoDBClient(), env.LEDGER_TABLE),
    store: s3Store(s3),
    world: icebergWorld(s3, icebergPlace(process.env)),
    engine: { transformRun },
    cleanBucket: env.CLEAN_BUCKET,
    curatedBucket: env.CURATED_BUCKET,
    quarantineBucket: env.QUARANTINE_BUCKET,
    salt: () => secretText(secrets, env.SALT_ARN),
    datasetNamed,
    withWorkDir,
  }),
);
