import * as z from 'zod';

/** Public keys of an issuer of tokens, as RFC 7517 has them: the two kinds that are taken. */
const Named = { kid: z.string(), alg: z.string().optional(), use: z.string().optional() };
export const TokenKey = z.discriminatedUnion('kty', [
  z.object({ ...Named, kty: z.literal('RSA'), n: z.string(), e: z.string() }),
  z.object({
    ...Named,
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
  }),
]);
export type TokenKey = z.infer<typeof TokenKey>;

/** Finds a key by its name; undefined when the issuer has none of that name. */
export type TokenKeys = (kid: string) => Promise<TokenKey | undefined>;
