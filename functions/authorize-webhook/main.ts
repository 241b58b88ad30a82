import { datasets } from '../../datasets/index.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { AuthorizeWebhookEnv } from './env.ts';
import { authorizeWebhook } from './handler.ts';

AuthorizeWebhookEnv.parse(process.env);

export const handler = instrumentedRoute('authorize-webhook', ({ log }) =>
  authorizeWebhook({ log, datasets }),
);
