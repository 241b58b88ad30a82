import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import {
  type Entry,
  getFileNameLowLevel,
  openPromise,
  validateFileName,
  type ZipFile,
} from 'yauzl';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { Refused } from '../../core/errors.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import { notAccepted } from '../../core/landing/sniff.ts';
import { intoFile } from '../into-file.ts';
import { type InflateLimits, meterPlain, refuseBomb } from './meters.ts';
import { joinEntries } from './zip-entries.ts';

export type UnzipRequest = {
  readonly archive: string;
  readonly landedBytes: number;
  /** Where the content goes. */
  readonly path: string;
  readonly files: FileOptions;
  readonly caps: InflateLimits;
};

export type Unzipped =
  | { readonly kind: 'unpacked'; readonly format: Format; readonly bytes: number }
  /** An Office file: the archive is the file. */
  | { readonly kind: 'itself'; readonly format: 'excel'; readonly bytes: number }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/**
 * Writes what an archive holds to one plain file. Entries are taken from the directory at the
 * archive's end, as every unpacker takes them, and judged before anything is unpacked.
 */
export const unzip = async (request: UnzipRequest): Promise<Unzipped> => {
  try {
    const zip = await openPromise(request.archive, { decodeStrings: false, autoClose: false });
    try {
      return await unpack(zip, request);
    } finally {
      zip.close();
    }
  } catch (error) {
    return { kind: 'refused', ...refusalOf(error) };
  }
};

const unpack = async (zip: ZipFile, request: UnzipRequest): Promise<Unzipped> => {
  const { landedBytes, path, files, caps } = request;
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (entries.length === caps.zipEntriesMax) {
      throw new Refused('E_SIZE', `the archive has more than ${caps.zipEntriesMax} entries`);
    }
    entries.push(entry);
  }
  if (entries.map(nameOf).includes('xl/workbook.xml')) {
    if (!files.formats.includes('excel')) return notAccepted('excel', files);
    return { kind: 'itself', format: 'excel', bytes: landedBytes };
  }
  for (const [index, entry] of entries.entries()) refuseEntry(entry, index);
  refuseOverlaps(entries);
  const growth = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  refuseBomb(growth, landedBytes, caps);
  const kept = entries.filter((entry) => !isBeside(nameOf(entry)));
  if (kept.length === 0) throw new Refused('E_EMPTY', 'the archive holds no file');
  const plain = meterPlain(caps, () => landedBytes);
  const contents = kept.map((entry, index) => ({ index, bytes: () => bytesOf(zip, entry) }));
  const joined = joinEntries(contents, files);
  await intoFile(path, (file) => pipeline(joined.bytes(), plain.meter, file));
  return { kind: 'unpacked', format: joined.format(), bytes: plain.bytes() };
};

const nameOf = (entry: Entry): string =>
  getFileNameLowLevel(
    entry.generalPurposeBitFlag,
    entry.fileNameRaw,
    entry.extraFields,
    false,
  ).replaceAll('\\', '/');

/** Folders, and what macOS adds to every archive. */
const isBeside = (name: string): boolean =>
  name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name);

const STORED = 0;
const DEFLATED = 8;

const refuseEntry = (entry: Entry, index: number): void => {
  const which = `entry ${index + 1} of the archive`;
  if (validateFileName(nameOf(entry)) !== null) {
    throw new Refused('E_KEY', `${which} has a name that leads out of it`);
  }
  if (entry.isEncrypted()) throw new Refused('E_FORMAT', `${which} is encrypted`);
  const { compressionMethod: method } = entry;
  if (method !== STORED && method !== DEFLATED) {
    const allowed = 'allowed are stored and deflated entries';
    throw new Refused('E_FORMAT', `${which} is compressed by method ${method}; ${allowed}`);
  }
};

const LOCAL_HEADER_BYTES = 30;

/** Entries that share bytes let a small archive grow without end, and no program writes them. */
const refuseOverlaps = (entries: readonly Entry[]): void => {
  const spans = entries
    .map(({ relativeOffsetOfLocalHeader: start, compressedSize, fileNameLength }) => ({
      start,
      end: start + LOCAL_HEADER_BYTES + fileNameLength + compressedSize,
    }))
    .sort((a, b) => a.start - b.start);
  const overlap = spans.findIndex(({ start }, at) => start < (spans[at - 1]?.end ?? 0));
  if (overlap !== -1) throw new Refused('E_BOMB', 'entries of the archive share the same bytes');
};

async function* bytesOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    checksum = zlib.crc32(chunk, checksum);
    yield chunk;
  }
  if (checksum !== entry.crc32) {
    throw new Refused('E_CORRUPT', 'an entry of the archive has another checksum than stated');
  }
}

/** What yauzl and zlib throw of bytes is damage; what the system throws is thrown on. */
const refusalOf = (error: unknown): Refusal<FileCode> => {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof Error) || 'syscall' in error) throw error;
  if (error.message.includes('encryption')) {
    return { code: 'E_FORMAT', detail: 'the archive is encrypted' };
  }
  return { code: 'E_CORRUPT', detail: 'the zip archive is damaged or cut off' };
};
