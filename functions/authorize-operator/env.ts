import * as z from 'zod';

/** Everything the authorizer of operators reads; lib/api-operators.ts supplies it. */
export const AuthorizeOperatorEnv = z.object({
  ISSUER: z.string().min(1),
  AUDIENCE: z.string().min(1),
});
export type AuthorizeOperatorEnv = z.infer<typeof AuthorizeOperatorEnv>;
