import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { lineJudge } from '../../adapters/engine/judge-line.ts';
import { s3Store } from '../../adapters/store.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { JudgeLines } from '../../core/push/sift.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { PushEnv } from './env.ts';
import { push } from './handler.ts';

const env = PushEnv.parse(process.env);

// Once per dataset and container: a judge keeps what it has opened.
const judges = new Map<string, JudgeLines>();
const judgeOf = (dataset: Dataset): JudgeLines => {
  const judge = judges.get(dataset.name) ?? lineJudge(dataset);
  judges.set(dataset.name, judge);
  return judge;
};

export const handler = instrumentedRoute('push', (telemetry) =>
  push({
    ...telemetry,
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    landingBucket: env.LANDING_BUCKET,
    cleanBucket: env.CLEAN_BUCKET,
    now: systemClock,
    datasetNamed,
    judgeOf,
  }),
);
