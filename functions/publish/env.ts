import * as z from 'zod';

/**
 * Everything the publish function reads from its environment; lib/pipeline.ts or lib/intake.ts
 * supplies it.
 */
export const PublishEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
  CURATED_BUCKET: z.string().min(1),
});
export type PublishEnv = z.infer<typeof PublishEnv>;
