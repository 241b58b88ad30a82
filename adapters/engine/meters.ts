import { createHash } from 'node:crypto';
import { Refused } from '../../core/errors.ts';
import type { limits } from '../../core/limits.ts';

/** The limits of core/limits.ts that hold while a file is unpacked; a test passes smaller ones. */
export type InflateLimits = Record<
  keyof Pick<
    typeof limits,
    | 'fileBytesMax'
    | 'inflatedBytesMax'
    | 'inflationRatioMax'
    | 'inflationRatioFromBytes'
    | 'zipEntriesMax'
  >,
  number
>;

/** Counts and hashes the bytes as they landed. */
export const meterLanded = (caps: InflateLimits) => {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    bytes: () => bytes,
    hash: () => hash.digest('hex'),
    async *meter(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > caps.fileBytesMax) {
          throw new Refused('E_SIZE', `more than ${caps.fileBytesMax} bytes, the limit`);
        }
        hash.update(chunk);
        yield chunk;
      }
    },
  };
};

/** Counts the decompressed bytes, and stops a bomb before it fills the disk. */
export const meterPlain = (caps: InflateLimits, landedBytes: () => number) => {
  let bytes = 0;
  return {
    bytes: () => bytes,
    async *meter(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        bytes += chunk.length;
        refuseBomb(bytes, landedBytes(), caps);
        yield chunk;
      }
    },
  };
};

/** Throws when so many decompressed bytes are too many, by themselves or for what landed. */
export const refuseBomb = (bytes: number, landedBytes: number, caps: InflateLimits): void => {
  if (bytes > caps.inflatedBytesMax) {
    const allowed = `${caps.inflatedBytesMax} decompressed bytes are allowed`;
    throw new Refused('E_BOMB', `the first ${landedBytes} bytes grow to ${bytes}; ${allowed}`);
  }
  const judged = bytes >= caps.inflationRatioFromBytes;
  if (judged && bytes > landedBytes * caps.inflationRatioMax) {
    const allowed = `a growth of ${caps.inflationRatioMax} times is allowed`;
    throw new Refused('E_BOMB', `the first ${landedBytes} bytes grow to ${bytes}; ${allowed}`);
  }
};
