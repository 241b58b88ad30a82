import * as z from 'zod';

/** Everything the webhook function reads from its environment; lib/api-webhooks.ts supplies it. */
export const WebhookEnv = z.object({
  LANDING_BUCKET: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  LEDGER_TABLE: z.string().min(1),
  /** JSON: where in Secrets Manager the secrets of each source lie. */
  WEBHOOK_ARNS: z.string().min(1),
});
export type WebhookEnv = z.infer<typeof WebhookEnv>;
