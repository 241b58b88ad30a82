import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { s3Client } from '../../adapters/clients.ts';
import { systemClock } from '../../adapters/clock.ts';
import { lineJudge } from '../../adapters/engine/judge-line.ts';
import { dynamoDeliveries } from '../../adapters/ledger-deliveries.ts';
import { s3Store } from '../../adapters/store.ts';
import { webhookSecrets } from '../../adapters/webhook-secrets.ts';
import { datasets } from '../../datasets/index.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { WebhookEnv } from './env.ts';
import { webhook } from './handler.ts';

const env = WebhookEnv.parse(process.env);
const arns = z.record(z.string(), z.string()).parse(JSON.parse(env.WEBHOOK_ARNS));

export const handler = instrumentedRoute('webhook', (telemetry) =>
  webhook({
    ...telemetry,
    store: s3Store(s3Client(process.env.AWS_ENDPOINT_URL)),
    landingBucket: env.LANDING_BUCKET,
    cleanBucket: env.CLEAN_BUCKET,
    now: systemClock,
    judgeOf: lineJudge,
    datasets,
    deliveries: dynamoDeliveries({ client: new DynamoDBClient(), name: env.LEDGER_TABLE }),
    secretOf: webhookSecrets(new SecretsManagerClient(), arns, systemClock),
  }),
);
