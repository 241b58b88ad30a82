import { hmacSha256, sameDigest, sha256 } from '../hash.ts';
import type { EpochMs } from '../ids.ts';
import { membersAt, stringText } from '../json/members.ts';
import { byteAt, type Cursor, QUOTE, skipBlanks } from '../json/text.ts';
import { limits } from '../limits.ts';
import type { Header } from './claim.ts';
import { schemeOf } from './schemes.ts';
import type { Scheme } from './webhook.ts';

export type Verified =
  /** `nonce` tells the delivery from all others of its source. */
  | { readonly kind: 'verified'; readonly nonce: string }
  /** For our log alone; the sender is told the same of each. */
  | { readonly kind: 'refused'; readonly why: 'malformed' | 'stale' | 'no-secret' | 'signature' };

/**
 * Whether a delivery comes from who holds a secret of its source. The bytes are signed, and not
 * what they say; all secrets and signatures are compared, so that the time tells nothing of which
 * is right.
 */
export const verify = (
  scheme: Scheme,
  of: {
    readonly header: Header;
    readonly body: Uint8Array;
    readonly secrets: readonly string[];
    readonly now: EpochMs;
  },
): Verified => {
  const { read, secret } = schemeOf[scheme];
  const claim = read(of.header);
  if (claim === undefined) return { kind: 'refused', why: 'malformed' };
  const { at, prefix, signatures } = claim;
  if (at !== null && Math.abs(of.now - at) > limits.webhookWindowMs)
    return { kind: 'refused', why: 'stale' };
  const digests = of.secrets.map((text) => hmacSha256(secret(text), [prefix, of.body]));
  if (digests.length === 0) return { kind: 'refused', why: 'no-secret' };
  const right = digests.flatMap((digest) => signatures.map((one) => sameDigest(digest, one)));
  if (!right.includes(true)) return { kind: 'refused', why: 'signature' };
  return { kind: 'verified', nonce: claim.nonce ?? eventIdOf(of.body) };
};

/** Of an event that has its id in the body; without one, the body itself is what it is. */
const eventIdOf = (body: Uint8Array): string => {
  const cursor: Cursor = {
    ...{ bytes: body, end: body.length, depthMax: limits.bodyDepthMax, fault: 0, escaped: false },
  };
  const id = membersAt(cursor, skipBlanks(cursor, 0))?.members.get('id');
  if (id === undefined || byteAt(cursor, id.start) !== QUOTE) return `body ${sha256(body)}`;
  return `id ${sha256(stringText(body, id.start, id.end))}`;
};

/** The secrets of a source as they are written down: one a line, the newest first. */
export const secretsIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, limits.webhookSecretsMax);
