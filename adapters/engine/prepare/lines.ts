import { Buffer } from 'node:buffer';
import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCode, Refusal } from '../../../core/codes.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { refuseBomb } from '../meters.ts';

/** A plain local file whose format has no lines, and where its rows are written as lines. */
export type LinesRequest = {
  readonly path: string;
  readonly dataset: Dataset;
  /** Made when missing. */
  readonly outDir: string;
  /**
   * A look at a file that has no dataset yet: so many rows, under the names that it has itself.
   * @default every row, its columns bound to the dataset's fields
   */
  readonly rowsMax?: number;
};

/** Rows as JSON Lines: UTF-8, one row a line, and nothing but LF ends a line. */
export type PreparedLines =
  | { readonly kind: 'prepared'; readonly path: string; readonly format: 'jsonl' }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/** Where rows go. Everything is buffered, counted, and stopped before it fills the disk. */
export type LineWriter = {
  /** Bytes written so far, which is where the next one goes. */
  position(): number;
  rows(): number;
  /** Bytes as they stand. */
  bytes(source: Buffer, from: number, to: number): void;
  /** A part of a line; `latin1` texts are bytes, one a character. */
  text(text: string, encoding: 'utf8' | 'latin1'): void;
  /** Ends a row. */
  endRow(): void;
  /** Empty lines up to a position, so that a row can keep the place that it had in its file. */
  padTo(position: number): void;
};

const LF = 10;
const bufferBytes = 1 << 20;
/** Room that a UTF-8 text needs for each of its UTF-16 units. */
const UTF8_PER_UNIT = 3;

/** Ends the reading of a file of which only some rows were wanted. */
class Enough extends Error {}

const writerOf = (
  fd: number,
  sourceBytes: number,
  rowsMax: number,
): LineWriter & { flush(): void } => {
  const buffer = Buffer.alloc(bufferBytes);
  let used = 0;
  let flushed = 0;
  let rows = 0;
  const flush = (): void => {
    for (let at = 0; at < used; ) at += writeSync(fd, buffer, at, used - at);
    flushed += used;
    used = 0;
    refuseBomb(flushed, sourceBytes, limits);
  };
  const bytes = (source: Buffer, from: number, to: number): void => {
    for (let at = from; at < to; ) {
      if (used === buffer.length) flush();
      const end = Math.min(to, at + buffer.length - used);
      used += source.copy(buffer, used, at, end);
      at = end;
    }
  };
  const text = (part: string, encoding: 'utf8' | 'latin1'): void => {
    const most = part.length * UTF8_PER_UNIT;
    if (most > buffer.length - used) flush();
    if (most <= buffer.length) {
      used += buffer.write(part, used, encoding);
      return;
    }
    const encoded = Buffer.from(part, encoding);
    bytes(encoded, 0, encoded.length);
  };
  const padTo = (position: number): void => {
    for (let left = position - flushed - used; left > 0; ) {
      if (used === buffer.length) flush();
      const count = Math.min(left, buffer.length - used);
      buffer.fill(LF, used, used + count);
      used += count;
      left -= count;
    }
  };
  const endRow = (): void => {
    rows += 1;
    padTo(flushed + used + 1);
    if (rows === rowsMax) throw new Enough();
  };
  return { position: () => flushed + used, rows: () => rows, bytes, text, endRow, padTo, flush };
};

/**
 * Writes a file's rows as JSON Lines. `write` throws `Refused` when the file cannot be read, and
 * nothing is kept of it then; a file without rows is for the dataset to allow.
 */
export const writeLines = async (
  { path, dataset, outDir, rowsMax = Number.POSITIVE_INFINITY }: LinesRequest,
  write: (writer: LineWriter) => Promise<void> | void,
): Promise<PreparedLines> => {
  mkdirSync(outDir, { recursive: true });
  const target = join(outDir, 'prepared.jsonl');
  const fd = openSync(target, 'w');
  try {
    const writer = writerOf(fd, statSync(path).size, rowsMax);
    await untilEnough(() => write(writer));
    writer.flush();
    if (writer.rows() === 0 && !dataset.files.allowEmpty) {
      throw new Refused('E_EMPTY', 'the file holds no rows');
    }
    return { kind: 'prepared', path: target, format: 'jsonl' };
  } catch (error) {
    await rm(target);
    if (error instanceof Refused) return { kind: 'refused', ...error.refusal };
    throw error;
  } finally {
    closeSync(fd);
  }
};

const untilEnough = async (write: () => Promise<void> | void): Promise<void> => {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
};

const NAMES_SHOWN = 20;
const NAME_SHOWN = 60;

/** Names for a message: quoted and few, so that nothing in them can pretend to be the message. */
export const shown = (names: Iterable<string>): string => {
  const all = [...names];
  const quoted = all.slice(0, NAMES_SHOWN).map((name) => JSON.stringify(name.slice(0, NAME_SHOWN)));
  const more = all.length - quoted.length;
  return `${quoted.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
