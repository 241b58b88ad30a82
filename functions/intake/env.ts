import * as z from 'zod';

/**
 * Everything the intake function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const IntakeEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  LANDING_BUCKET: z.string().min(1),
  QUARANTINE_BUCKET: z.string().min(1),
  PIPELINE_ARN: z.string().min(1),
});
export type IntakeEnv = z.infer<typeof IntakeEnv>;
