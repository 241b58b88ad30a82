import * as z from 'zod';

/** Everything the subscribe function reads from its environment; lib/entities.ts supplies it. */
export const SubscribeEnv = z.object({ ENTITY_TABLE: z.string().min(1) });
export type SubscribeEnv = z.infer<typeof SubscribeEnv>;
