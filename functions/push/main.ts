import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { lineJudges } from '../../adapters/engine/judge-line.ts';
import { s3Store } from '../../adapters/store.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { PushEnv } from './env.ts';
import { push } from './handler.ts';

const env = PushEnv.parse(process.env);

export const handler = instrumentedRoute('push', (telemetry) =>
  push({
    ...telemetry,
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    landingBucket: env.LANDING_BUCKET,
    cleanBucket: env.CLEAN_BUCKET,
    now: systemClock,
    datasetNamed,
    judgeOf: lineJudges(),
  }),
);
