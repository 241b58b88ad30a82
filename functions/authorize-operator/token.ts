import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { EpochMs } from '../../core/ids.ts';
import type { TokenKey, TokenKeys } from '../../core/operate/issuer.ts';

/** Bytes of a token; API Gateway takes no longer headers either. */
const tokenCharsMax = 8_192;
/** Clocks differ by so much at most. */
const skewMs = 30_000;
const rsaBitsMin = 2_048;

/** How each algorithm is verified. What is not here is not taken: no `none`, and no shared key. */
const algorithms = {
  RS256: { kty: 'RSA', encoding: undefined },
  ES256: { kty: 'EC', encoding: 'ieee-p1363' },
} as const;

const Header = z.object({
  alg: z.enum(['RS256', 'ES256']),
  kid: z.string().min(1).max(256),
  typ: z.string().optional(),
  // Extensions that must be understood, of which none is.
  crit: z.never().optional(),
});

const Seconds = z.number().positive().max(1e11);
const Claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  /** Access tokens of Cognito say so instead of `aud`. */
  client_id: z.string().optional(),
  exp: Seconds,
  nbf: Seconds.optional(),
  /** It is written down as who decided something: hence nothing that cannot be seen. */
  sub: z.string().regex(/^[!-~]{1,255}$/),
});

export type Expected = { readonly issuer: string; readonly audience: string };

/** Who shows a token, or why it is not taken; the reason is for our log alone. */
type Verified =
  | { readonly kind: 'verified'; readonly subject: string }
  | { readonly kind: 'refused'; readonly why: string };

const refused = (why: string): Verified => ({ kind: 'refused', why });

/**
 * Verifies a JSON Web Token (RFC 7519) by its issuer's keys. The algorithm is one of ours before
 * any key is looked for, and the key must be of its kind.
 */
export const verifyToken = async (
  token: string,
  expected: Expected,
  { keys, now }: { readonly keys: TokenKeys; readonly now: EpochMs },
): Promise<Verified> => {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  if (token.length > tokenCharsMax || rest.length > 0) return refused('malformed');
  const header = Header.safeParse(jsonOf(head));
  if (!header.success) return refused('header');
  const claims = Claims.safeParse(jsonOf(body));
  if (!claims.success) return refused('claims');
  const why = whyNot(claims.data, expected, now);
  if (why !== undefined) return refused(why);
  const { alg, kid } = header.data;
  const key = await keys(kid);
  if (key === undefined) return refused('unknown key');
  if (!fits(key, alg)) return refused('key of another kind');
  if (!isSigned(key, alg, `${head}.${body}`, signature)) return refused('signature');
  return { kind: 'verified', subject: claims.data.sub };
};

const jsonOf = (part: string): unknown => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

const whyNot = (
  { iss, aud, client_id: client, exp, nbf = 0 }: z.infer<typeof Claims>,
  { issuer, audience }: Expected,
  now: EpochMs,
): string | undefined => {
  if (iss !== issuer) return 'issuer';
  if (![aud ?? client].flat().includes(audience)) return 'audience';
  if (now >= exp * 1000 + skewMs) return 'expired';
  return now < nbf * 1000 - skewMs ? 'not yet valid' : undefined;
};

type Algorithm = keyof typeof algorithms;

const fits = ({ kty, alg = undefined, use = 'sig' }: TokenKey, wanted: Algorithm): boolean =>
  kty === algorithms[wanted].kty && (alg ?? wanted) === wanted && use === 'sig';

const isSigned = (key: TokenKey, alg: Algorithm, signed: string, signature: string): boolean => {
  const { encoding } = algorithms[alg];
  try {
    const publicKey = createPublicKey({ key, format: 'jwk' });
    const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? rsaBitsMin;
    if (bits < rsaBitsMin) return false;
    const how = encoding === undefined ? publicKey : { key: publicKey, dsaEncoding: encoding };
    return verify('sha256', Buffer.from(signed), how, Buffer.from(signature, 'base64url'));
  } catch {
    // A key that is none.
    return false;
  }
};
