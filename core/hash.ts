import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256 as hex. The one file of core that imports node:crypto, whose other half is randomness:
 * identity in Headgate is always a function of what it identifies.
 */
export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** MD5, where a format of others has one as its checksum; never an identity. */
export const md5 = (bytes: Uint8Array): Uint8Array => createHash('md5').update(bytes).digest();

/** HMAC-SHA256 under a secret. */
export const hmacSha256 = (
  secret: string | Uint8Array,
  parts: readonly (string | Uint8Array)[],
): Uint8Array => {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

/** Compares two digests in the same time, wherever they differ. */
export const sameDigest = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
