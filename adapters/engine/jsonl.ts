import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { assert } from '../../core/assert.ts';
import { NUMBER_DIGITS, writeNumber } from './cell-text.ts';
import { BLANK, CONTROL_CHAR, ENCODING, markedFault, ROW_SIZE } from './faults.ts';
import { contentEnd, contentEndInFile, fill, lineFeed } from './file-bytes.ts';
import type { Batch } from './frames.ts';
import { openUsualLines, type Progress, type UsualLines } from './json/usual-lines.ts';
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
  readonly usual: UsualLines;
  readonly chunk: number;
  readonly rowBytesMax: number;
  readonly judged: boolean;
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
  const { bytes } = reader.usual;
  const fileBytes = fstatSync(fd).size;
  let start = options.from;
  let have = 0;
  let row = 1;
  for (;;) {
    const filled = fill(fd, bytes.subarray(0, options.chunk), have, start);
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

const openReader = (scanner: LineScanner, asked: JsonLinesOptions): Reader => {
  const { rowBytesMax, chunk, judged } = asked;
  assert(rowBytesMax + LINE_END_BYTES <= chunk, 'a chunk holds a line of the largest size');
  const options = { rowBytesMax, chunk, numberedMax: numberedMax(scanner, rowBytesMax) };
  return { scanner, usual: openUsualLines(scanner, options), chunk, rowBytesMax, judged };
};

/** The most that a sound line of some bytes becomes behind its number. */
const numberedMax = (scanner: LineScanner, bytes: number): number =>
  NUMBER_DIGITS + 2 + cellBytesMax(scanner, bytes);

const readChunk = (reader: Reader, have: number, ended: boolean, row: number): Progress => {
  const { usual, judged } = reader;
  const { bytes } = usual;
  const progress: Progress = { lines: 0, next: 0, written: 0, row, rowBytes: 0 };
  let to = ended ? have : bytes.subarray(0, have).lastIndexOf(LF) + 1;
  // The last line may lack its line feed.
  if (ended && bytes[to - 1] !== LF) bytes[to++] = LF;
  if (judged) judgeLines(reader, progress, to);
  else usual.split(progress, to);
  return progress;
};

/** The usual lines are taken many at a time, each of the others by the scanner. */
const judgeLines = (reader: Reader, progress: Progress, to: number): void => {
  const { usual, scanner, chunk } = reader;
  const text = usual.bytes.subarray(0, to);
  const isText = isUtf8(text);
  const plain = isText && !hasOdd(scanner, text);
  const { length } = usual.ends;
  const isOpen = (): boolean =>
    progress.next < to && progress.lines < length && progress.written < chunk;
  while (isOpen()) {
    usual.take(progress, to, isText);
    if (!isOpen()) break;
    readLine(reader, progress, text.indexOf(LF, progress.next), plain);
    usual.learn(scanner.strangers);
  }
  usual.settle();
};

/** Takes the line that ends at `end`, and writes it behind its number when it is sound. */
const readLine = (reader: Reader, progress: Progress, end: number, plain: boolean): void => {
  const { usual, scanner } = reader;
  const { bytes } = usual;
  const start = progress.next;
  const stop = contentEnd(bytes, start, end);
  let fault = formFault(reader, start, stop);
  if (fault === 0) {
    fault =
      plain && markedFault(bytes, start) === 0
        ? scanner.scan(bytes, start, stop)
        : lineFault(scanner, bytes, start, stop);
    if (fault === 0) writeLine(reader, progress);
  }
  if (fault !== BLANK) progress.row += 1;
  usual.ends[progress.lines] = end;
  usual.faults[progress.lines] = fault;
  progress.lines += 1;
  progress.rowBytes += stop - start;
  progress.next = end + 1;
};

const writeLine = ({ usual, scanner }: Reader, progress: Progress): void => {
  const { bytes, out } = usual;
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
  const marked = markedFault(bytes, start);
  if (marked !== 0) return marked;
  const text = bytes.subarray(start, end);
  const fault = (isUtf8(text) ? 0 : ENCODING) | (hasOdd(scanner, text) ? CONTROL_CHAR : 0);
  return fault === 0 ? scanner.scan(bytes, start, end) : fault;
};

const DELETE = 0x7f;

/** The control characters that JSON itself does not forbid, or that nothing behind it can read. */
const hasOdd = ({ keepsControls }: LineScanner, text: Buffer): boolean =>
  text.includes(0) || (!keepsControls && text.includes(DELETE));

type Position = { readonly start: number; readonly firstRow: number; readonly fileBytes: number };

const batchOf = ({ usual }: Reader, read: Progress, at: Position): Batch => ({
  start: at.start,
  firstRow: at.firstRow,
  lines: read.lines,
  rows: read.row - at.firstRow,
  ends: usual.ends,
  faults: usual.faults,
  bytes: usual.bytes.subarray(0, read.next),
  numbered: usual.out.subarray(0, read.written),
  rowBytes: read.rowBytes,
  framingBytes: Math.min(read.next, at.fileBytes - at.start) - read.rowBytes,
});

/** One line that is larger than the chunk: it ends at the next line feed, however far. */
const overlongLine = (fd: number, { usual }: Reader, have: number, at: Position): Batch => {
  const end = lineFeed(fd, at.start + have, usual.out);
  const stop = contentEndInFile(fd, at.start, end);
  return {
    start: at.start,
    firstRow: at.firstRow,
    lines: 1,
    rows: 1,
    ends: [end - at.start],
    faults: [ROW_SIZE],
    bytes: usual.bytes.subarray(0, have),
    numbered: usual.out.subarray(0, 0),
    rowBytes: stop - at.start,
    framingBytes: Math.min(end + 1, at.fileBytes) - stop,
  };
};
