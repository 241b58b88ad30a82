import { constants, gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import type { Dataset } from '../../core/dataset.ts';
import type { Format } from '../../core/landing/file-options.ts';
import {
  type Compression,
  type Expected,
  type Refused,
  type SniffedFormat,
  type StreamCompression,
  sniff,
  sniffFormat,
} from '../../core/landing/sniff.ts';
import { firstData } from './zip-look.ts';

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

/** Recognises a file by its first bytes, through its compression, as one the dataset accepts. */
export const recognise = (
  head: Buffer,
  key: string,
  { files }: Pick<Dataset, 'files'>,
): Recognised => {
  const outer = sniff(head, key, files);
  switch (outer.kind) {
    case 'refused':
      return outer;
    case 'plain':
      return { kind: 'recognised', file: { compression: 'none', format: outer.format } };
    case 'compressed': {
      const { compression } = outer;
      const inner =
        compression === 'zip' ? insideZip(head, files) : inside(head, compression, files);
      if (inner.kind === 'refused') return inner;
      return { kind: 'recognised', file: { compression, format: inner.format } };
    }
  }
};

type Begun = Buffer | 'larger' | 'damaged';

const inside = (head: Buffer, compression: StreamCompression, files: Expected): SniffedFormat =>
  look(head, (bytes) => begin(bytes, compression), files) ?? damaged(compression);

const damaged = (compression: Compression): SniffedFormat => ({
  kind: 'refused',
  code: 'E_CORRUPT',
  detail: `the ${compression} data is damaged at its beginning`,
});

/**
 * The first file of an archive. Its directory stands at the end, where `inflate` finds out for
 * certain; when the beginning shows nothing, the first accepted format is as good as any.
 */
const insideZip = (head: Buffer, files: Expected): SniffedFormat => {
  const guess: SniffedFormat = { kind: 'format', format: files.formats[0] ?? 'csv' };
  const data = firstData(head);
  if (data === undefined) return guess;
  const { bytes, deflated } = data;
  const found = deflated ? look(bytes, beginRaw, files) : sniffFormat(bytes, files);
  if (found === undefined) return damaged('zip');
  return found.kind === 'refused' && found.code === 'E_EMPTY' ? guess : found;
};

/** Undefined: damaged. */
const look = (
  head: Buffer,
  beginning: (bytes: Buffer) => Begun,
  files: Expected,
): SniffedFormat | undefined => {
  // A head that grows beyond the look is halved: even a bomb shows its format in its first bytes.
  for (let length = head.length; length > 0; length >>= 1) {
    const plain = beginning(head.subarray(0, length));
    if (plain === 'damaged') return undefined;
    if (plain !== 'larger') return sniffFormat(plain, files);
  }
  return undefined;
};

const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: lookBytes };

const begin = (head: Buffer, compression: StreamCompression): Begun =>
  trying(() =>
    compression === 'gzip'
      ? gunzipSync(head, options)
      : zstdDecompressSync(head, {
          finishFlush: constants.ZSTD_e_continue,
          maxOutputLength: lookBytes,
        }),
  );

const beginRaw = (head: Buffer): Begun => trying(() => inflateRawSync(head, options));

const trying = (decompress: () => Buffer): Begun => {
  try {
    return decompress();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ERR_BUFFER_TOO_LARGE' ? 'larger' : 'damaged';
  }
};
