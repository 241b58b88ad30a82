import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { s3Store } from '../../adapters/store.ts';
import { s3Uploads } from '../../adapters/uploads.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { UploadEnv } from './env.ts';
import { upload } from './handler.ts';

const env = UploadEnv.parse(process.env);
const endpoint = process.env.AWS_ENDPOINT_URL;

export const handler = instrumentedRoute('upload', (telemetry) =>
  upload({
    ...telemetry,
    store: s3Store(s3Client(endpoint)),
    uploads: s3Uploads(
      s3Client(endpoint, { requestChecksumCalculation: 'WHEN_REQUIRED' }),
      env.LANDING_BUCKET,
    ),
    cleanBucket: env.CLEAN_BUCKET,
    now: systemClock,
    datasetNamed,
  }),
);
