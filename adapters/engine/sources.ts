import { fstatSync, readSync } from 'node:fs';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { limits } from '../../core/limits.ts';
import { NESTED } from './faults.ts';
import { type Batch, frames } from './frames.ts';
import { readHeader } from './header.ts';
import { anyCellBytesMax, JSON_SEPARATOR, writeCells } from './json-cells.ts';
import { COMPOUND, lineScanner } from './json-line.ts';
import { jsonLines, lineFault } from './jsonl.ts';
import type { Framing, Notes } from './types.ts';

/** One row by itself: its cells as they stand in CSV, unless its form forbids to tell them. */
type Look = {
  /** The bits of faults.ts that make the row unreadable. */
  readonly fault: number;
  readonly cells: Buffer;
  /** Fields that hold an object or array. */
  readonly compound: readonly string[];
};

/** A text file as numbered rows of cells. It may be read several times. */
export type Source = {
  readonly kind: 'source';
  /** The columns of the cells, in their order. */
  readonly columns: readonly string[];
  readonly separator: string;
  /** Bytes before the first row. */
  readonly leadBytes: number;
  readonly totalBytes: number;
  readonly rowBytesMax: number;
  /** The rows, the sound ones numbered. */
  numbered(): Iterable<Batch>;
  /** The same rows, only told apart: what is wrong with one of them says `look`. */
  again(): Iterable<Batch>;
  /** The row at [start, end) of a batch's bytes, whose faults the batch has as `fault`. */
  look(bytes: Buffer, start: number, end: number, fault: number): Look;
  notes(): Notes;
};
export type SourceRefused = { readonly kind: 'refused' } & Refusal<FileCode>;

const head = (fd: number): { bytes: Buffer; ended: boolean } => {
  const bytes = Buffer.alloc(limits.headerBytesMax + 1);
  const got = readSync(fd, bytes, 0, bytes.length, 0);
  return { bytes: bytes.subarray(0, got), ended: got < bytes.length };
};

/** A CSV file, its columns bound by name. */
export const csvSource = (
  fd: number,
  dataset: Dataset,
  framing: Framing,
): Source | SourceRefused => {
  const { bytes, ended } = head(fd);
  const header = readHeader(bytes, ended, dataset);
  if (header.kind === 'refused') return header;
  const { columns } = header;
  const separator = dataset.files.delimiter;
  const options = {
    from: header.bytes,
    separators: columns.length - 1,
    separator,
    ...framing,
  };
  return {
    kind: 'source',
    columns,
    separator,
    leadBytes: header.bytes,
    totalBytes: fstatSync(fd).size,
    rowBytesMax: framing.rowBytesMax,
    numbered: () => frames(fd, { ...options, numbered: true }),
    again: () => frames(fd, { ...options, numbered: false }),
    look: (rows, start, end, fault) => ({ fault, cells: rows.subarray(start, end), compound: [] }),
    notes: () => ({
      unknownColumns: {},
      missingColumns: Object.keys(dataset.fields).filter((name) => !columns.includes(name)),
    }),
  };
};

const BOM_BYTES = 3;

/** A JSON Lines file; the cells are the dataset's fields in their own order. */
export const jsonSource = (
  fd: number,
  dataset: Dataset,
  framing: Framing,
): Source | SourceRefused => {
  const { bytes, ended } = head(fd);
  const from = bytes.subarray(0, BOM_BYTES).toString('utf8') === '\ufeff' ? BOM_BYTES : 0;
  if (ended && bytes.toString('latin1', from).trim() === '') {
    return { kind: 'refused', code: 'E_EMPTY', detail: 'the file holds no text at all' };
  }
  const columns = Object.keys(dataset.fields);
  const scanner = lineScanner(columns, limits.jsonDepthMax);
  // The second look counts no names again.
  const looker = lineScanner(columns, limits.jsonDepthMax);
  const scratch = Buffer.alloc(anyCellBytesMax(looker, framing.rowBytesMax));
  return {
    kind: 'source',
    columns,
    separator: String.fromCharCode(JSON_SEPARATOR),
    leadBytes: from,
    totalBytes: fstatSync(fd).size,
    rowBytesMax: framing.rowBytesMax,
    numbered: () => jsonLines(fd, scanner, { from, ...framing, judged: true }),
    again: () => jsonLines(fd, looker, { from, ...framing, judged: false }),
    look: (lines, start, end, fault) => {
      const found = fault === 0 ? lineFault(looker, lines, start, end) : fault;
      if ((found & ~NESTED) !== 0) return { fault: found, cells: scratch, compound: [] };
      const to = writeCells(looker, lines, scratch, 0);
      const compound = columns.filter((_, index) => looker.spans.kinds[index] === COMPOUND);
      return { fault: 0, cells: scratch.subarray(0, to), compound };
    },
    notes: () => ({ unknownColumns: Object.fromEntries(scanner.unknown), missingColumns: [] }),
  };
};
