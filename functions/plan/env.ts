import * as z from 'zod';

/**
 * Everything the plan function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const PlanEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
});
export type PlanEnv = z.infer<typeof PlanEnv>;
