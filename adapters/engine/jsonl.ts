import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { assert } from '../../core/assert.ts';
import { NUMBER_DIGITS, writeNumber } from './cell-text.ts';
import { BLANK, CONTROL_CHAR, ENCODING, ROW_SIZE } from './faults.ts';
import { contentEnd, contentEndInFile, fill, lineFeed } from './file-bytes.ts';
import type { Batch } from './frames.ts';
import { cellBytesMax, writeCells } from './json-cells.ts';
import type { LineScanner } from './json-line.ts';

const LF = 10;
/** A line feed, and a carriage return before it, are no part of the row. */
const LINE_END_BYTES = 2;

export type JsonLinesOptions = {
  /** Where the first line starts, behind a byte order mark. */
  readonly from: number;
  readonly rowBytesMax: number;
  /** Bytes read at a time; must hold a row. */
  readonly chunk: number;
  /** False: lines are only told apart, and `numbered` stays empty. `lineFault` judges one later. */
  readonly judged: boolean;
};

type Reader = {
  readonly scanner: LineScanner;
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
  readonly faults: Uint16Array;
  readonly out: Buffer;
  readonly rowBytesMax: number;
  readonly judged: boolean;
};

/** What one chunk holds: how far it is read, what was written, which number comes next. */
type Progress = {
  lines: number;
  next: number;
  written: number;
  row: number;
  rowBytes: number;
};

/**
 * Reads JSON Lines as the same batches as CSV: `numbered` holds each sound line as CSV of the
 * scanner's fields, in their order, so that one DuckDB pass serves both.
 */
export function* jsonLines(
  fd: number,
  scanner: LineScanner,
  options: JsonLinesOptions,
): Generator<Batch> {
  const reader = openReader(scanner, options);
  const { bytes } = reader;
  const fileBytes = fstatSync(fd).size;
  let start = options.from;
  let have = 0;
  let row = 1;
  for (;;) {
    const filled = fill(fd, bytes, have, start);
    if (filled.have === 0) return;
    const read = readChunk(reader, filled.have, filled.ended, row);
    const at = { start, firstRow: row, fileBytes };
    const batch =
      read.lines > 0 ? batchOf(reader, read, at) : overlongLine(fd, reader, filled.have, at);
    yield batch;
    row += batch.rows;
    const size = (batch.ends[batch.lines - 1] ?? 0) + 1;
    bytes.copyWithin(0, size, filled.have);
    have = Math.max(0, filled.have - size);
    start += size;
  }
}

const openReader = (scanner: LineScanner, options: JsonLinesOptions): Reader => {
  const { rowBytesMax, chunk, judged } = options;
  assert(rowBytesMax + LINE_END_BYTES <= chunk, 'a chunk holds a line of the largest size');
  const linesMax = chunk >> 2;
  return {
    scanner,
    bytes: Buffer.alloc(chunk),
    ends: new Uint32Array(linesMax),
    faults: new Uint16Array(linesMax),
    out: Buffer.alloc(chunk + numberedMax(scanner, rowBytesMax)),
    rowBytesMax,
    judged,
  };
};

/** The most that a sound line of some bytes becomes behind its number. */
const numberedMax = (scanner: LineScanner, bytes: number): number =>
  NUMBER_DIGITS + 2 + cellBytesMax(scanner, bytes);

const readChunk = (reader: Reader, have: number, ended: boolean, row: number): Progress => {
  const { bytes, ends } = reader;
  const whole = ended ? have : bytes.subarray(0, have).lastIndexOf(LF) + 1;
  const text = bytes.subarray(0, whole);
  const plain = reader.judged && isUtf8(text) && !hasOdd(reader.scanner, text);
  const progress: Progress = { lines: 0, next: 0, written: 0, row, rowBytes: 0 };
  while (progress.next < whole && progress.lines < ends.length) {
    const found = text.indexOf(LF, progress.next);
    const end = found < 0 ? whole : found;
    // A line above the limit is not written, so that it needs no room.
    const bytes = Math.min(end - progress.next, reader.rowBytesMax);
    if (reader.out.length - progress.written < numberedMax(reader.scanner, bytes)) break;
    readLine(reader, progress, end, plain);
  }
  return progress;
};

/** Takes the line that ends at `end`, and writes it behind its number when it is sound. */
const readLine = (reader: Reader, progress: Progress, end: number, plain: boolean): void => {
  const { bytes, scanner, judged } = reader;
  const start = progress.next;
  const stop = contentEnd(bytes, start, end);
  let fault = formFault(reader, start, stop);
  if (fault === 0 && judged) {
    fault = plain ? scanner.scan(bytes, start, stop) : lineFault(scanner, bytes, start, stop);
    if (fault === 0) writeLine(reader, progress);
  }
  if (fault !== BLANK) progress.row += 1;
  reader.ends[progress.lines] = end;
  reader.faults[progress.lines] = fault;
  progress.lines += 1;
  progress.rowBytes += stop - start;
  progress.next = end + 1;
};

const writeLine = ({ bytes, out, scanner }: Reader, progress: Progress): void => {
  const at = writeNumber(out, progress.written, progress.row);
  const to = writeCells(scanner, bytes, out, at);
  out[to] = LF;
  progress.written = to + 1;
};

const formFault = (reader: Reader, start: number, stop: number): number => {
  if (stop === start) return BLANK;
  return stop - start > reader.rowBytesMax ? ROW_SIZE : 0;
};

/** What is wrong with the line at [start, end); the scanner's spans tell of it afterwards. */
export const lineFault = (
  scanner: LineScanner,
  bytes: Buffer,
  start: number,
  end: number,
): number => {
  const text = bytes.subarray(start, end);
  const fault = (isUtf8(text) ? 0 : ENCODING) | (hasOdd(scanner, text) ? CONTROL_CHAR : 0);
  return fault === 0 ? scanner.scan(bytes, start, end) : fault;
};

const DELETE = 0x7f;

/** The control characters that JSON itself does not forbid, or that nothing behind it can read. */
const hasOdd = ({ keepsControls }: LineScanner, text: Buffer): boolean =>
  text.includes(0) || (!keepsControls && text.includes(DELETE));

type Position = { readonly start: number; readonly firstRow: number; readonly fileBytes: number };

const batchOf = (reader: Reader, read: Progress, at: Position): Batch => ({
  start: at.start,
  firstRow: at.firstRow,
  lines: read.lines,
  rows: read.row - at.firstRow,
  ends: reader.ends,
  faults: reader.faults,
  bytes: reader.bytes.subarray(0, read.next),
  numbered: reader.out.subarray(0, read.written),
  rowBytes: read.rowBytes,
  framingBytes: Math.min(read.next, at.fileBytes - at.start) - read.rowBytes,
});

/** One line that is larger than the chunk: it ends at the next line feed, however far. */
const overlongLine = (fd: number, reader: Reader, have: number, at: Position): Batch => {
  const end = lineFeed(fd, at.start + have, reader.out);
  const stop = contentEndInFile(fd, at.start, end);
  return {
    start: at.start,
    firstRow: at.firstRow,
    lines: 1,
    rows: 1,
    ends: [end - at.start],
    faults: [ROW_SIZE],
    bytes: reader.bytes.subarray(0, have),
    numbered: reader.out.subarray(0, 0),
    rowBytes: stop - at.start,
    framingBytes: Math.min(end + 1, at.fileBytes) - stop,
  };
};
