import { createHash } from 'node:crypto';

/**
 * SHA-256 as hex. The one file of core that imports node:crypto, whose other half is randomness:
 * identity in Headgate is always a function of what it identifies.
 */
export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** MD5, where a format of others has one as its checksum; never an identity. */
export const md5 = (bytes: Uint8Array): Uint8Array => createHash('md5').update(bytes).digest();
