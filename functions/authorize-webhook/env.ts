import * as z from 'zod';

/** It reads nothing: what sources there are is declared. */
export const AuthorizeWebhookEnv = z.object({});
export type AuthorizeWebhookEnv = Record<string, never>;
