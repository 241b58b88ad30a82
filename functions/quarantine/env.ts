import * as z from 'zod';

/** Everything the quarantine function reads from its environment; lib/pipeline.ts supplies it. */
export const QuarantineEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
  CATALOG_DATABASE: z.string().min(1),
  CATALOG_ID: z.string().min(1),
});
export type QuarantineEnv = z.infer<typeof QuarantineEnv>;
