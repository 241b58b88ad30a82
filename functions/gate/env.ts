import * as z from 'zod';

/**
 * Everything the gate function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const GateEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
});
export type GateEnv = z.infer<typeof GateEnv>;
