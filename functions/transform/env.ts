import * as z from 'zod';

/**
 * Everything the transform function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const TransformEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  CURATED_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
  CATALOG_DATABASE: z.string().min(1),
  CATALOG_ID: z.string().min(1),
  /** ARN of the salt's secret; empty when no dataset masks with one. */
  SALT_ARN: z.string(),
});
export type TransformEnv = z.infer<typeof TransformEnv>;
