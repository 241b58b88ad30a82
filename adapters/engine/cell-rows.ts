import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { assert } from '../../core/assert.ts';
import { limits } from '../../core/limits.ts';
import { NUMBER_DIGITS, writeNumber } from './cell-text.ts';
import { controlFinder, hasControl } from './controls.ts';
import { BLANK, CONTROL_CHAR, ENCODING, FIELD_SIZE, QUOTE, ROW_SIZE } from './faults.ts';
import type { FieldMeter } from './field-meter.ts';
import { contentEnd, contentEndInFile, fill, lineEnd, lineEndInFile } from './file-bytes.ts';
import type { Batch } from './frames.ts';

const LF = 10;

/** Reads the rows of one kind of text, one at a time. */
export type CellReader = {
  /** Finds the largest field of a row over the limit. */
  readonly meter: () => FieldMeter;
  /**
   * Reads the row at `start`, of which the bytes up to `to` are known. Returns where its last byte
   * lies, a line feed or a carriage return alone, or `to` when the row does not end before it.
   */
  read(bytes: Buffer, start: number, to: number): number;
  /** What is wrong with the row that was read last. */
  fault(): number;
  /** Writes its cells as CSV with CELL_SEPARATOR; returns where they end. */
  write(bytes: Buffer, out: Buffer, at: number): number;
  /** The most bytes that the cells of a row need. */
  cellBytesMax(rowBytes: number): number;
};

export type CellRowsOptions = {
  /** Where the first row starts. */
  readonly from: number;
  readonly rowBytesMax: number;
  /** Bytes read at a time; must hold a row. */
  readonly chunk: number;
  /** False: rows are judged, but `numbered` stays empty. */
  readonly numbered: boolean;
  /** @default false; true: of the control characters only NUL is a fault */
  readonly keepsControls?: boolean;
};

type Chunk = {
  readonly reader: CellReader;
  readonly options: CellRowsOptions;
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
  readonly faults: Uint16Array;
  readonly out: Buffer;
  /** Whether a chunk, or a row, has characters that no row may have. */
  readonly isOdd: { readonly chunk: Find; readonly row: Find };
};
type Find = (bytes: Buffer) => boolean;

/** How far a chunk is read. */
type Progress = { lines: number; next: number; written: number; row: number; rowBytes: number };

/**
 * The same batches as the framer's, for texts that it does not know. They are read byte by byte,
 * which takes many times as long as the framer does, and less than what comes behind it.
 */
export function* cellRows(
  fd: number,
  reader: CellReader,
  options: CellRowsOptions,
): Generator<Batch> {
  const chunk = openChunk(reader, options);
  const { bytes } = chunk;
  const fileBytes = fstatSync(fd).size;
  let start = options.from;
  let have = 0;
  let row = 1;
  for (;;) {
    const filled = fill(fd, bytes.subarray(0, options.chunk), have, start);
    if (filled.have === 0) return;
    // The last row may lack its line feed.
    if (filled.ended && bytes[filled.have - 1] !== LF) bytes[filled.have++] = LF;
    const read = readChunk(chunk, filled.have, filled.ended, row);
    const at = { start, firstRow: row, fileBytes };
    const batch =
      read.lines > 0 ? batchOf(chunk, read, at) : overlongRow(fd, chunk, filled.have, at);
    yield batch;
    row += batch.rows;
    const size = (batch.ends[batch.lines - 1] ?? 0) + 1;
    bytes.copyWithin(0, size, filled.have);
    have = Math.max(0, filled.have - size);
    start += size;
  }
}

const openChunk = (reader: CellReader, options: CellRowsOptions): Chunk => {
  const { rowBytesMax, chunk } = options;
  assert(rowBytesMax < chunk, 'a chunk holds a row of the largest size');
  const linesMax = chunk >> 2;
  return {
    reader,
    options,
    bytes: Buffer.alloc(chunk + 1),
    ends: new Uint32Array(linesMax),
    faults: new Uint16Array(linesMax),
    out: Buffer.alloc(chunk + numberedMax(reader, rowBytesMax)),
    isOdd: options.keepsControls === true ? nuls : { chunk: controlFinder(chunk), row: hasControl },
  };
};

const nuls = { chunk: (bytes: Buffer) => bytes.includes(0), row: (row: Buffer) => row.includes(0) };

const numberedMax = (reader: CellReader, rowBytes: number): number =>
  NUMBER_DIGITS + 2 + reader.cellBytesMax(rowBytes);

/** What is known of a chunk before its rows are looked at. */
type Known = {
  readonly have: number;
  readonly ended: boolean;
  /** The fault of a part of it that is no text; where all of it is text, nothing is looked at. */
  readonly textFault: (part: Buffer) => number;
};

const readChunk = (chunk: Chunk, have: number, ended: boolean, row: number): Progress => {
  const text = chunk.bytes.subarray(0, have);
  const { isOdd } = chunk;
  const isPlain = isUtf8(text) && !isOdd.chunk(text);
  const textFault = (row: Buffer): number =>
    (isUtf8(row) ? 0 : ENCODING) | (isOdd.row(row) ? CONTROL_CHAR : 0);
  const known = { have, ended, textFault: isPlain ? () => 0 : textFault };
  const progress: Progress = { lines: 0, next: 0, written: 0, row, rowBytes: 0 };
  while (progress.next < have && progress.lines < chunk.ends.length) {
    const found = readRow(chunk, progress.next, known);
    if (found === undefined) break;
    // A row above the limit is not written, so that it needs no room.
    const rowBytes = Math.min(found.stop - progress.next, chunk.options.rowBytesMax);
    if (chunk.out.length - progress.written < numberedMax(chunk.reader, rowBytes)) break;
    take(chunk, progress, found);
  }
  return progress;
};

/** Where a row ends, its line end apart and with it, and what is wrong with it. */
type Found = { readonly stop: number; readonly end: number; readonly fault: number };

/** Undefined: the row does not end in this chunk. */
const readRow = (chunk: Chunk, start: number, known: Known): Found | undefined => {
  const { bytes, reader, options } = chunk;
  const { have, ended } = known;
  const end = reader.read(bytes, start, have);
  const isLarge = contentEnd(bytes, start, end) - start > options.rowBytesMax;
  if (end === have && !ended && !isLarge) return undefined;
  if (end < have && !isLarge) return judged(chunk, start, end, known);
  // An open quote, or a row over the limit: either ends at its first line end.
  const first = lineEnd(bytes.subarray(0, have), start);
  if (first < 0) return undefined;
  const stop = contentEnd(bytes, start, first);
  const row = bytes.subarray(start, stop);
  const isOver = row.length > options.rowBytesMax;
  const fault = isOver ? largeFault(reader, row, options) : QUOTE | known.textFault(row);
  return { stop, end: first, fault };
};

const judged = ({ bytes, reader }: Chunk, start: number, end: number, known: Known): Found => {
  const stop = contentEnd(bytes, start, end);
  if (stop === start) return { stop, end, fault: BLANK };
  return { stop, end, fault: reader.fault() | known.textFault(bytes.subarray(start, end)) };
};

const largeFault = (reader: CellReader, row: Buffer, options: CellRowsOptions): number => {
  const meter = reader.meter();
  meter.pass(row);
  return sizeFault(meter.widest(), options);
};

const sizeFault = (widest: number, { rowBytesMax }: CellRowsOptions): number =>
  widest > Math.min(rowBytesMax, limits.fieldBytesMax) ? FIELD_SIZE : ROW_SIZE;

const take = (
  { reader, options, bytes, out, ends, faults }: Chunk,
  progress: Progress,
  { end, stop, fault }: Found,
): void => {
  if (fault === 0 && options.numbered) {
    const at = writeNumber(out, progress.written, progress.row);
    const to = reader.write(bytes, out, at);
    out[to] = LF;
    progress.written = to + 1;
  }
  if (fault !== BLANK) progress.row += 1;
  ends[progress.lines] = end;
  faults[progress.lines] = fault;
  progress.lines += 1;
  progress.rowBytes += stop - progress.next;
  progress.next = end + 1;
};

type Position = { readonly start: number; readonly firstRow: number; readonly fileBytes: number };

const batchOf = (chunk: Chunk, read: Progress, at: Position): Batch => ({
  start: at.start,
  firstRow: at.firstRow,
  lines: read.lines,
  rows: read.row - at.firstRow,
  ends: chunk.ends,
  faults: chunk.faults,
  bytes: chunk.bytes.subarray(0, read.next),
  numbered: chunk.out.subarray(0, read.written),
  rowBytes: read.rowBytes,
  framingBytes: Math.min(read.next, at.fileBytes - at.start) - read.rowBytes,
});

/** One row that is larger than the chunk: it ends at the next line end, however far. */
const overlongRow = (fd: number, chunk: Chunk, have: number, at: Position): Batch => {
  const { bytes, out, reader, options } = chunk;
  const meter = reader.meter();
  meter.pass(bytes.subarray(0, have));
  const end = lineEndInFile(fd, at.start + have, out, meter.pass);
  const stop = contentEndInFile(fd, at.start, end);
  return {
    start: at.start,
    firstRow: at.firstRow,
    lines: 1,
    rows: 1,
    ends: [end - at.start],
    faults: [sizeFault(meter.widest(), options)],
    bytes: bytes.subarray(0, have),
    numbered: out.subarray(0, 0),
    rowBytes: stop - at.start,
    framingBytes: Math.min(end + 1, at.fileBytes) - stop,
  };
};
