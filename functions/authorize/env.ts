import * as z from 'zod';

/** Everything the authorize function reads from its environment; lib/api.ts supplies it. */
export const AuthorizeEnv = z.object({ LEDGER_TABLE: z.string().min(1) });
export type AuthorizeEnv = z.infer<typeof AuthorizeEnv>;
