import { Refused } from '../../core/errors.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import { sniffFormat } from '../../core/landing/sniff.ts';
import { limits } from '../../core/limits.ts';
import { markBytes, readHeaderCells } from './header.ts';

/** One file of an archive; its name was checked and then forgotten: nothing is called by it. */
export type ZipEntry = { readonly index: number; bytes(): AsyncIterable<Uint8Array> };

/** Formats whose files can be put one behind the other. */
const joinable: readonly Format[] = ['csv', 'jsonl'];

const LF = 0x0a;
const CR = 0x0d;

/** What the entries before the present one were. */
type Joined = { format: Format | undefined; header: string | undefined; lastByte: number };

/**
 * The entries of an archive as one file, in the archive's order: of CSV with the header of the
 * first, which all the others must have too.
 */
export const joinEntries = (entries: readonly ZipEntry[], files: FileOptions) => {
  const state: Joined = { format: undefined, header: undefined, lastByte: LF };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const entry of entries) yield* piece(entry);
  }
  async function* piece(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const chunks = entry.bytes()[Symbol.asyncIterator]();
    const head = await beginning(chunks);
    const isEmpty = head.bytes.length === 0;
    if (isEmpty && entries.length > 1) return;
    const format = formatOf(head.bytes, entry, state, files);
    const isFirst = state.format === undefined;
    state.format = format;
    if (entries.length > 1) refuseJoin(format, head.bytes);
    const from = entries.length > 1 ? joinAt(head, entry, state, isFirst, files) : 0;
    if (!isFirst && state.lastByte !== LF && state.lastByte !== CR) yield Buffer.from('\n');
    yield head.bytes.subarray(from);
    state.lastByte = head.bytes.at(-1) ?? LF;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      yield next.value;
      state.lastByte = next.value.at(-1) ?? state.lastByte;
    }
  }
  const format = (): Format => {
    if (state.format !== undefined) return state.format;
    if (files.allowEmpty) return files.formats[0] ?? 'csv';
    throw new Refused('E_EMPTY', 'no file of the archive has any bytes');
  };
  return { bytes, format };
};

type Head = { readonly bytes: Buffer; readonly ended: boolean };

/** So much that a header lies in it, or the whole. */
const beginning = async (chunks: AsyncIterator<Uint8Array>): Promise<Head> => {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size <= limits.headerBytesMax) {
    const next = await chunks.next();
    if (next.done === true) return { bytes: Buffer.concat(held), ended: true };
    held.push(next.value);
    size += next.value.length;
  }
  return { bytes: Buffer.concat(held), ended: false };
};

const formatOf = (head: Buffer, { index }: ZipEntry, state: Joined, files: FileOptions): Format => {
  const found = sniffFormat(head, files);
  if (found.kind === 'refused') {
    throw new Refused(found.code, `file ${index + 1} of the archive: ${found.detail}`);
  }
  if (state.format !== undefined && state.format !== found.format) {
    const detail = `file ${index + 1} of the archive is ${found.format}, those before it are`;
    throw new Refused('E_FORMAT', `${detail} ${state.format}; an archive holds files of one kind`);
  }
  return found.format;
};

const refuseJoin = (format: Format, head: Buffer): void => {
  const detail = `the archive holds several files of ${format}`;
  if (!joinable.includes(format)) {
    throw new Refused('E_FORMAT', `${detail}; several may be ${joinable.join(' or ')}`);
  }
  const isWide = head.length > 1 && (head[0] === 0xff || head[0] === 0xfe) && head[1] !== head[0];
  if (isWide && (head[1] === 0xfe || head[1] === 0xff)) {
    throw new Refused('E_FORMAT', `${detail} in UTF-16; drop them one by one`);
  }
};

/** Where the bytes of an entry start that are kept: behind its mark and a header known already. */
const joinAt = (
  head: Head,
  { index }: ZipEntry,
  state: Joined,
  isFirst: boolean,
  files: FileOptions,
): number => {
  const mark = isFirst ? 0 : markBytes(head.bytes);
  if (state.format !== 'csv' || !files.header) return mark;
  const found = readHeaderCells(head.bytes, head.ended, files);
  if (found.kind === 'refused') {
    throw new Refused(found.code, `file ${index + 1} of the archive: ${found.detail}`);
  }
  const header = JSON.stringify(found.cells.map((cell) => cell.trim()));
  if (isFirst) {
    state.header = header;
    return 0;
  }
  if (header !== state.header) {
    throw new Refused('E_HEADER', `file ${index + 1} of the archive has another header`);
  }
  return found.bytes;
};
