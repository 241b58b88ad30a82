import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { assertNever } from '../../core/assert.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { ContentId } from '../../core/ids.ts';
import type { Compression } from '../../core/landing/sniff.ts';
import { limits } from '../../core/limits.ts';

/** A landed object as a plain local file. */
export type Inflated =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Hash of the bytes as they landed, so that a recompressed copy is other content. */
      readonly contentId: ContentId;
      readonly landedBytes: number;
      /** Bytes of the plain file. */
      readonly bytes: number;
    }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/** The limits of core/limits.ts that hold here; a test passes smaller ones. */
export type InflateLimits = Record<
  'fileBytesMax' | 'inflatedBytesMax' | 'inflationRatioMax' | 'inflationRatioFromBytes',
  number
>;

/** Ends the pipeline from inside with a refusal; never leaves this file. */
class Refused extends Error {
  readonly refusal: Refusal<FileCode>;
  constructor(code: FileCode, detail: string) {
    super(detail);
    this.refusal = { code, detail };
  }
}

/** Buffers of the file written: larger ones cost memory and save nothing. */
const writeBufferBytes = 1 << 20;

/**
 * Writes a landed object to a local file, decompressed, without ever holding more than buffers of
 * it. What is damaged, cut off or grows too much is refused; an error of the source is thrown.
 */
export const inflate = async (
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  path: string,
  caps: InflateLimits = limits,
): Promise<Inflated> => {
  const landed = meterLanded(caps);
  const plain = meterPlain(caps, landed.bytes);
  const file = createWriteStream(path, { highWaterMark: writeBufferBytes });
  try {
    if (compression === 'none') {
      await pipeline(landed.meter(source), plain.meter, file);
    } else {
      const decompress = decompressor(compression);
      await pipeline(landed.meter(source), decompress, plain.meter, file);
      refuseTail(landed.bytes() - decompress.bytesWritten, compression);
    }
  } catch (error) {
    return { kind: 'refused', ...refusalOf(error, compression) };
  }
  if (plain.bytes() === 0) {
    return { kind: 'refused', code: 'E_EMPTY', detail: 'the file has no bytes' };
  }
  const contentId = ContentId.parse(landed.hash());
  return { kind: 'file', path, contentId, landedBytes: landed.bytes(), bytes: plain.bytes() };
};

const decompressor = (compression: Exclude<Compression, 'none'>) => {
  switch (compression) {
    case 'gzip':
      return createGunzip();
    case 'zstd':
      return createZstdDecompress();
    default:
      return assertNever(compression);
  }
};

/** Counts and hashes the bytes as they landed. */
const meterLanded = (caps: InflateLimits) => {
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
const meterPlain = (caps: InflateLimits, landedBytes: () => number) => {
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

const refuseBomb = (bytes: number, landedBytes: number, caps: InflateLimits): void => {
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

/** Node leaves what lies behind the last member unread, without a word. */
const refuseTail = (bytes: number, compression: Compression): void => {
  if (bytes === 0) return;
  const detail = `${bytes} bytes lie behind the end of the ${compression} data`;
  throw new Refused('E_CORRUPT', compression === 'zstd' ? `${detail}; one frame is read` : detail);
};

const refusalOf = (error: unknown, compression: Compression): Refusal<FileCode> => {
  if (error instanceof Refused) return error.refusal;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(Z_|ZSTD_)/.test(code)) throw error;
  return { code: 'E_CORRUPT', detail: `the ${compression} data is damaged or cut off (${code})` };
};
