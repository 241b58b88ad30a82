import * as z from 'zod';

/**
 * Everything the validate function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const ValidateEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
});
export type ValidateEnv = z.infer<typeof ValidateEnv>;
