import * as z from 'zod';

/** Everything the push function reads from its environment; lib/api.ts supplies it. */
export const PushEnv = z.object({
  LANDING_BUCKET: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
});
export type PushEnv = z.infer<typeof PushEnv>;
