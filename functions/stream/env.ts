import * as z from 'zod';

/** Everything the stream function reads from its environment; lib/stream.ts supplies it. */
export const StreamEnv = z.object({
  LEDGER_TABLE: z.string().min(1),
  WINDOWS_TABLE: z.string().min(1),
  LANDING_BUCKET: z.string().min(1),
  ENTITY_TABLE: z.string().min(1),
  CLAIM_TABLE: z.string().min(1),
});
export type StreamEnv = z.infer<typeof StreamEnv>;
