import * as z from 'zod';

/** Everything the operate function reads from its environment; lib/api-operators.ts supplies it. */
export const OperateEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  CURATED_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
  PIPELINE_ARN: z.string().min(1),
  CATALOG_DATABASE: z.string().min(1),
  CATALOG_ID: z.string().min(1),
});
export type OperateEnv = z.infer<typeof OperateEnv>;
