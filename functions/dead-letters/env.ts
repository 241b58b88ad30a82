import * as z from 'zod';

/** All that the dead-letters function reads from its environment; lib/dead-letters.ts gives it. */
export const DeadLettersEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  LANDING_BUCKET: z.string().min(1),
});
export type DeadLettersEnv = z.infer<typeof DeadLettersEnv>;
