import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { assertNever } from '../../core/assert.ts';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { Refused } from '../../core/errors.ts';
import { ContentId } from '../../core/ids.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import type { Compression, StreamCompression } from '../../core/landing/sniff.ts';
import { limits } from '../../core/limits.ts';
import { intoFile } from '../into-file.ts';
import { type InflateLimits, meterLanded, meterPlain } from './meters.ts';
import { unzip } from './unzip.ts';
import { unzstd } from './zstd.ts';

/** A landed object as a plain local file. */
export type Inflated =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** What a zip holds: its first bytes may not show it. Null: what `recognise` found. */
      readonly format: Format | null;
      /** Hash of the bytes as they landed, so that a recompressed copy is other content. */
      readonly contentId: ContentId;
      readonly landedBytes: number;
      /** Bytes of the plain file. */
      readonly bytes: number;
    }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

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
  files: FileOptions,
  caps: InflateLimits = limits,
): Promise<Inflated> => {
  const landed = meterLanded(caps);
  try {
    const plain = await write(landed, source, compression, { path, files, caps });
    if (plain.bytes === 0 && !files.allowEmpty) {
      return { kind: 'refused', code: 'E_EMPTY', detail: 'the file has no bytes' };
    }
    const contentId = ContentId.parse(landed.hash());
    return { kind: 'file', path, contentId, landedBytes: landed.bytes(), ...plain };
  } catch (error) {
    return { kind: 'refused', ...refusalOf(error, compression) };
  }
};

type Target = {
  readonly path: string;
  readonly files: FileOptions;
  readonly caps: InflateLimits;
};
type Written = { readonly format: Format | null; readonly bytes: number };

const write = async (
  landed: ReturnType<typeof meterLanded>,
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  target: Target,
): Promise<Written> => {
  const { path, caps } = target;
  const plain = meterPlain(caps, landed.bytes);
  const bytes = landed.meter(source);
  const into = (write: (file: Writable) => Promise<void>): Promise<void> =>
    intoFile(path, write, { highWaterMark: writeBufferBytes });
  switch (compression) {
    case 'none':
      await into((file) => pipeline(bytes, plain.meter, file));
      break;
    case 'zstd':
      await into((file) => pipeline(bytes, unzstd, plain.meter, file));
      break;
    case 'gzip': {
      const decompress = createGunzip();
      await into((file) => pipeline(bytes, decompress, plain.meter, file));
      refuseTail(landed.bytes() - decompress.bytesWritten, compression);
      break;
    }
    case 'zip':
      await into((file) => pipeline(bytes, file));
      return await unpack(landed.bytes(), target);
    default:
      return assertNever(compression);
  }
  return { format: null, bytes: plain.bytes() };
};

/** A zip is read by the directory at its end, so it lies beside its content for a while. */
const unpack = async (landedBytes: number, { path, files, caps }: Target): Promise<Written> => {
  const archive = `${path}.zip`;
  await rename(path, archive);
  const found = await unzip({ archive, landedBytes, path, files, caps });
  if (found.kind === 'refused') throw new Refused(found.code, found.detail);
  if (found.kind === 'itself') await rename(archive, path);
  else await rm(archive);
  return found;
};

/** Node leaves what lies behind the last member unread, without a word. */
const refuseTail = (bytes: number, compression: StreamCompression): void => {
  if (bytes === 0) return;
  const detail = `${bytes} bytes lie behind the end of the ${compression} data`;
  throw new Refused('E_CORRUPT', detail);
};

const refusalOf = (error: unknown, compression: Compression): Refusal<FileCode> => {
  if (error instanceof Refused) return error.refusal;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(Z_|ZSTD_)/.test(code)) throw error;
  return { code: 'E_CORRUPT', detail: `the ${compression} data is damaged or cut off (${code})` };
};
