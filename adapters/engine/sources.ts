import { fstatSync } from 'node:fs';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { asDeclared, type ColumnPlan, decideColumns } from '../../core/evolution/columns.ts';
import { declaredIn } from '../../core/evolution/evolved.ts';
import { keepsAnyControls } from '../../core/validate/characters.ts';
import { type CellReader, type CellRowsOptions, cellRows } from './cell-rows.ts';
import { CELL_SEPARATOR } from './cell-text.ts';
import { markedFault, NESTED } from './faults.ts';
import { type Batch, frames } from './frames.ts';
import { headOf as head } from './head.ts';
import { type Header, markBytes, readHeader } from './header.ts';
import { anyCellBytesMax, writeCells } from './json-cells.ts';
import { COMPOUND } from './json-line.ts';
import { jsonScanner } from './json-scanner.ts';
import { surveyJson } from './json-survey.ts';
import { jsonLines, lineFault } from './jsonl.ts';
import { looseCsvReader } from './loose-csv.ts';
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
  /** How the file's columns differ from the declared ones, and what is done about it. */
  readonly plan: ColumnPlan;
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

/** A CSV file, its columns bound by name, or by their order when it has no header. */
export const csvSource = (
  fd: number,
  dataset: Dataset,
  framing: Framing,
): Source | SourceRefused => {
  const { bytes, ended } = head(fd);
  const header = readHeader(bytes, ended, dataset);
  if (header.kind === 'refused') return header;
  const { columns, plan } = header;
  return {
    kind: 'source',
    columns,
    plan,
    leadBytes: header.bytes,
    totalBytes: fstatSync(fd).size,
    rowBytesMax: framing.rowBytesMax,
    ...csvRows(fd, header, dataset, framing),
    notes: () => ({ unknownColumns: {}, missingColumns: plan.missing }),
  };
};

type Rows = Pick<Source, 'separator' | 'numbered' | 'again' | 'look'>;

/** The rows behind the header: by the framer, unless their quotes are not those of RFC 4180. */
const csvRows = (fd: number, header: Header, dataset: Dataset, framing: Framing): Rows => {
  const { columns, bytes: from } = header;
  const { files } = dataset;
  const common = { from, ...framing, keepsControls: keepsAnyControls(dataset) };
  if (files.quote !== '"' || !files.strictQuotes) {
    return readerRows(fd, () => looseCsvReader(columns.length, files), common);
  }
  const separator = files.delimiter;
  const options = { separators: columns.length - 1, separator, ...common };
  return {
    separator,
    numbered: () => frames(fd, { ...options, numbered: true }),
    again: () => frames(fd, { ...options, numbered: false }),
    look: (rows, start, end, fault) => ({ fault, cells: rows.subarray(start, end), compound: [] }),
  };
};

/** The rows of a text that the framer does not know; their cells are written anew. */
export const readerRows = (
  fd: number,
  open: () => CellReader,
  options: Omit<CellRowsOptions, 'numbered'>,
): Rows => {
  const looker = open();
  const scratch = Buffer.alloc(looker.cellBytesMax(options.rowBytesMax));
  return {
    separator: String.fromCharCode(CELL_SEPARATOR),
    numbered: () => cellRows(fd, open(), { ...options, numbered: true }),
    again: () => cellRows(fd, open(), { ...options, numbered: false }),
    look: (rows, start, end, fault) => {
      if (fault !== 0) return { fault, cells: scratch, compound: [] };
      looker.read(rows, start, end);
      const to = looker.write(rows, scratch, 0);
      return { fault, cells: scratch.subarray(0, to), compound: [] };
    },
  };
};

/** A JSON Lines file; the cells are the dataset's fields in their own order. */
export const jsonSource = (
  fd: number,
  dataset: Dataset,
  framing: Framing,
): Source | SourceRefused => {
  const { bytes, ended } = head(fd);
  const mark = markBytes(bytes);
  const isEmpty = ended && bytes.toString('latin1', mark).trim() === '';
  if (isEmpty && !dataset.files.allowEmpty) {
    return { kind: 'refused', code: 'E_EMPTY', detail: 'the file holds no text at all' };
  }
  const from = isEmpty ? bytes.length : mark;
  const plan = jsonPlan(fd, dataset, { from, ...framing });
  if (plan.kind === 'refused') return plan;
  const columns = [...declaredIn(plan.dataset), ...plan.newColumns.map(({ cells }) => cells)];
  const open = () => jsonScanner(columns, plan);
  const scanner = open();
  // The second look counts no names again.
  const looker = open();
  const scratch = Buffer.alloc(anyCellBytesMax(looker, framing.rowBytesMax));
  let unknown: Notes['unknownColumns'] | undefined;
  return {
    kind: 'source',
    columns,
    plan,
    separator: String.fromCharCode(CELL_SEPARATOR),
    leadBytes: from,
    totalBytes: fstatSync(fd).size,
    rowBytesMax: framing.rowBytesMax,
    numbered: () => jsonLines(fd, scanner, { from, ...framing, judged: true }),
    again: () => jsonLines(fd, looker, { from, ...framing, judged: false }),
    look: (lines, start, end, fault) => {
      const form = markedFault(lines, start) || fault;
      const found = form === 0 ? lineFault(looker, lines, start, end) : form;
      if ((found & ~NESTED) !== 0) return { fault: found, cells: scratch, compound: [] };
      const to = writeCells(looker, lines, scratch, 0);
      const compound = columns.filter((_, index) => looker.spans.kinds[index] === COMPOUND);
      return { fault: 0, cells: scratch.subarray(0, to), compound };
    },
    notes: () => {
      // The scanner counts the keys of broken lines too; only a second look tells which those are.
      if (scanner.unknown.size > 0) unknown ??= surveyJson(fd, open(), { from, ...framing }).rows;
      return { unknownColumns: unknown ?? {}, missingColumns: plan.missing };
    },
  };
};

/** A file is read once more where what becomes of it depends on all of its keys. */
const jsonPlan = (
  fd: number,
  dataset: Dataset,
  options: Framing & { readonly from: number },
): ColumnPlan | SourceRefused => {
  const { newColumns, missingColumns } = dataset.evolution;
  const declared = asDeclared(dataset);
  if (newColumns === 'freeze' && missingColumns === 'evolve') return declared;
  const found = surveyJson(fd, jsonScanner(Object.keys(dataset.fields), declared), options);
  // By default a field that no row has is nulls, and not worth a word in each file.
  const missing = missingColumns === 'evolve' ? [] : found.missing;
  return decideColumns(dataset, { ...found, missing });
};
