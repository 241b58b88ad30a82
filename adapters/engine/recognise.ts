import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Format } from '../../core/landing/file-options.ts';
import {
  type Compression,
  type Refused,
  type SniffedFormat,
  sniff,
  sniffFormat,
} from '../../core/landing/sniff.ts';

/** What a look at the first bytes of a landed object tells. */
export type Recognised =
  | {
      readonly kind: 'recognised';
      readonly file: { readonly compression: Compression; readonly format: Format };
    }
  | Refused;

/** Decompressed bytes that are looked at; also what one look may cost in memory. */
const lookBytes = 1 << 20;

/** What to hand in: a zstd block shows nothing before its end, and may have 128 KiB. */
export const headBytes = 192 * 1024;

/** Recognises a file by its first bytes, through its compression. */
export const recognise = (head: Buffer, key: string): Recognised => {
  const outer = sniff(head, key);
  switch (outer.kind) {
    case 'refused':
      return outer;
    case 'plain':
      return { kind: 'recognised', file: { compression: 'none', format: outer.format } };
    case 'compressed': {
      const inner = inside(head, outer.compression);
      if (inner.kind === 'refused') return inner;
      const { compression } = outer;
      return { kind: 'recognised', file: { compression, format: inner.format } };
    }
  }
};

const inside = (head: Buffer, compression: Exclude<Compression, 'none'>): SniffedFormat => {
  // A head that grows beyond the look is halved: even a bomb shows its format in its first bytes.
  for (let length = head.length; length > 0; length >>= 1) {
    const plain = begin(head.subarray(0, length), compression);
    if (plain === 'damaged') break;
    if (plain !== 'larger') return sniffFormat(plain);
  }
  const detail = `the ${compression} data is damaged at its beginning`;
  return { kind: 'refused', code: 'E_CORRUPT', detail };
};

const begin = (
  head: Buffer,
  compression: Exclude<Compression, 'none'>,
): Buffer | 'larger' | 'damaged' => {
  try {
    return compression === 'gzip'
      ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: lookBytes })
      : zstdDecompressSync(head, {
          finishFlush: constants.ZSTD_e_continue,
          maxOutputLength: lookBytes,
        });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'larger' : 'damaged';
  }
};
