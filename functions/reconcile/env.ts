import * as z from 'zod';

/** Everything the reconcile function reads from its environment; lib/reconcile.ts supplies it. */
export const ReconcileEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  LANDING_BUCKET: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  CURATED_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
  PIPELINE_ARN: z.string().min(1),
  NOTICE_QUEUE_URL: z.string().min(1),
  CATALOG_DATABASE: z.string().min(1),
  CATALOG_ID: z.string().min(1),
});
export type ReconcileEnv = z.infer<typeof ReconcileEnv>;
