import { isUtf8 } from 'node:buffer';
import { fstatSync } from 'node:fs';
import { assert } from '../../core/assert.ts';
import { limits } from '../../core/limits.ts';
import { CONTROL_CHAR, ENCODING, FIELD_SIZE, QUOTE, ROW_SIZE } from './faults.ts';
import { fieldMeter } from './field-meter.ts';
import { contentEnd, contentEndInFile, fill, lineEnd, lineEndInFile } from './file-bytes.ts';
import { framerWasm } from './framer-wasm.ts';

const LF = 10;
const NUMBER_BYTES = 11;
/** Below the framer's input lie the row number and a gap; behind it room for a block and a LF. */
const INPUT = 64;
const SLACK = 64;
const WASM_PAGE = 65_536;

/** Rows that lie one behind the other in a file. All views are overwritten by the next batch. */
export type Batch = {
  /** Where in the file the first row starts. */
  readonly start: number;
  /** The number of the first row that is not blank; rows count from 1. */
  readonly firstRow: number;
  /** Rows and blank lines. */
  readonly lines: number;
  readonly rows: number;
  /**
   * Per line: where its last byte lies, from `start`: a line feed, or a carriage return alone. The
   * next line starts behind it.
   */
  readonly ends: ArrayLike<number>;
  readonly faults: ArrayLike<number>;
  /** The file's bytes from `start`; of a row over the limit only the beginning. */
  readonly bytes: Buffer;
  /** The rows without fault, each behind its number, each with a line feed. */
  readonly numbered: Buffer;
  readonly rowBytes: number;
  readonly framingBytes: number;
};

export type FrameOptions = {
  /** Where the first row starts, behind the header. */
  readonly from: number;
  /** Separators in a sound row. */
  readonly separators: number;
  readonly separator: string;
  readonly rowBytesMax: number;
  /** Bytes read at a time; must hold a row. */
  readonly chunk: number;
  /** False: rows are judged, but `numbered` stays empty. */
  readonly numbered: boolean;
  /** @default false; true: of the control characters only NUL is a fault */
  readonly keepsControls?: boolean;
};

type FramerExports = {
  readonly memory: WebAssembly.Memory;
  setup(separators: number, separator: number, rowBytesMax: number): void;
  frame(from: number, to: number, ends: number, faults: number, max: number): number;
  control(from: number, to: number): number;
  number(from: number, ends: number, faults: number, rows: number, out: number): number;
  readonly used: { readonly value: number };
  readonly odd: { readonly value: number };
  readonly rowBytes: { readonly value: number };
  readonly blanks: { readonly value: number };
  readonly controls: { readonly value: number };
};

const compiled = new WebAssembly.Module(Buffer.from(framerWasm, 'base64'));

/** The framer with its memory laid out for chunks of one size. */
const openFramer = (options: FrameOptions, chunk: number) => {
  // What framer.as.ts exports; it is built with this file, so it needs no parsing.
  const wasm = new WebAssembly.Instance(compiled).exports as FramerExports;
  const linesMax = chunk >> 2;
  const ends = (INPUT + chunk + SLACK + 3) & ~3;
  const faults = ends + 4 * linesMax;
  const out = faults + linesMax;
  const size = out + chunk + NUMBER_BYTES * linesMax + SLACK;
  wasm.memory.grow(Math.max(0, Math.ceil((size - wasm.memory.buffer.byteLength) / WASM_PAGE)));
  const bytes = Buffer.from(wasm.memory.buffer);
  bytes.write(`${'1'.padStart(NUMBER_BYTES - 1, '0')}${options.separator}`, 0);
  wasm.setup(options.separators, options.separator.charCodeAt(0), options.rowBytesMax);
  return {
    wasm,
    bytes,
    linesMax,
    ends,
    faults,
    out,
    endsOf: new Uint32Array(wasm.memory.buffer, ends, linesMax),
    faultsOf: new Uint8Array(wasm.memory.buffer, faults, linesMax),
  };
};
type Framer = ReturnType<typeof openFramer>;

/**
 * Frames the rows of a CSV file. A row whose quotes break the grammar, or that is over the limit,
 * ends at its first line end: so one wrong quote costs one row, wherever the chunks are cut.
 */
export function* frames(fd: number, options: FrameOptions): Generator<Batch> {
  const { chunk } = options;
  assert(options.rowBytesMax + SLACK <= chunk, 'a chunk holds a row of the largest size');
  const framer = openFramer(options, chunk);
  const { bytes } = framer;
  const fileBytes = fstatSync(fd).size;
  let start = options.from;
  let have = 0;
  let row = 1;
  for (;;) {
    const filled = fill(fd, bytes.subarray(INPUT, INPUT + chunk), have, start);
    if (filled.have === 0) return;
    // The last line may lack its line feed; the framer needs one.
    if (filled.ended && bytes[INPUT + filled.have - 1] !== LF) bytes[INPUT + filled.have++] = LF;
    const framed = frameChunk(framer, options, INPUT + filled.have, filled.ended);
    const at = { start, firstRow: row, fileBytes };
    const batch =
      framed.lines > 0
        ? rowsOf(framer, framed, at, options)
        : overlongRow(fd, framer, options, filled.have, at);
    yield batch;
    row += batch.rows;
    const size = (batch.ends[batch.lines - 1] ?? 0) + 1;
    bytes.copyWithin(INPUT, INPUT + size, INPUT + filled.have);
    have = Math.max(0, filled.have - size);
    start += size;
  }
}

type Framed = {
  readonly lines: number;
  readonly rows: number;
  readonly next: number;
  readonly rowBytes: number;
  /** Whether a control character may stand in the rows. */
  readonly controls: boolean;
};
type Position = { readonly start: number; readonly firstRow: number; readonly fileBytes: number };

/** Frames what lies in memory up to `to`. No lines: one row fills the whole chunk. */
const frameChunk = (framer: Framer, options: FrameOptions, to: number, ended: boolean): Framed => {
  const { wasm, bytes, linesMax } = framer;
  let lines = 0;
  let blanks = 0;
  let next = INPUT;
  let rowBytes = 0;
  let controls = false;
  while (next < to && lines < linesMax) {
    const room = linesMax - lines;
    lines += wasm.frame(next, to, framer.ends + 4 * lines, framer.faults + lines, room);
    next = wasm.used.value;
    rowBytes += wasm.rowBytes.value;
    blanks += wasm.blanks.value;
    controls ||= wasm.controls.value === 1;
    const odd = wasm.odd.value === 1 || to - next > options.rowBytesMax || (ended && next < to);
    if (lines === linesMax || !odd) break;
    const end = lineEnd(bytes.subarray(0, to), next);
    if (end < 0) break;
    framer.endsOf[lines] = end;
    const content = contentEnd(bytes, next, end);
    const isLarge = content - next > options.rowBytesMax;
    framer.faultsOf[lines] = isLarge ? largeFault(bytes.subarray(next, content), options) : QUOTE;
    rowBytes += content - next;
    // The framer has not seen the whole of this row.
    controls ||= !isLarge && wasm.control(next, content) < content;
    lines += 1;
    next = end + 1;
  }
  return { lines, rows: lines - blanks, next, rowBytes, controls };
};

/** Whether a row is over the limit because of one field alone. */
const largeFault = (row: Buffer, options: FrameOptions): number => {
  const meter = fieldMeter(options.separator, '"');
  meter.pass(row);
  return sizeFault(meter.widest(), options);
};

const sizeFault = (widest: number, { rowBytesMax }: FrameOptions): number =>
  widest > Math.min(rowBytesMax, limits.fieldBytesMax) ? FIELD_SIZE : ROW_SIZE;

const rowsOf = (framer: Framer, framed: Framed, at: Position, options: FrameOptions): Batch => {
  const { wasm, bytes, out } = framer;
  const { lines, rows, next, rowBytes } = framed;
  if (!isUtf8(bytes.subarray(INPUT, next))) markEncoding(framer, lines);
  if (framed.controls) markControls(framer, framed, options);
  const end = options.numbered ? wasm.number(INPUT, framer.ends, framer.faults, lines, out) : out;
  relate(framer, lines);
  const size = Math.min(next - INPUT, at.fileBytes - at.start);
  return {
    start: at.start,
    firstRow: at.firstRow,
    lines,
    rows,
    ends: framer.endsOf,
    faults: framer.faultsOf,
    bytes: bytes.subarray(INPUT, next),
    numbered: bytes.subarray(out, end),
    rowBytes,
    framingBytes: size - rowBytes,
  };
};

/** A row over the limit is not looked into, because it need not lie in the chunk. */
const isLargeRow = (fault: number): boolean => (fault & (ROW_SIZE | FIELD_SIZE)) !== 0;

/** Marks the rows that are no UTF-8, in a chunk that is none. */
const markEncoding = ({ bytes, endsOf, faultsOf }: Framer, lines: number): void => {
  let start = INPUT;
  for (let line = 0; line < lines; line++) {
    const end = endsOf[line] ?? start;
    const fault = faultsOf[line] ?? 0;
    const isText = isLargeRow(fault) || isUtf8(bytes.subarray(start, end));
    if (!isText) faultsOf[line] = fault | ENCODING;
    start = end + 1;
  }
};

/** Marks the rows with a control character: from one to the next, and only as many rows as have. */
const markControls = (
  framer: Framer,
  framed: Framed,
  { keepsControls = false }: FrameOptions,
): void => {
  const { wasm, bytes, endsOf, faultsOf } = framer;
  const { lines, next } = framed;
  const find = (from: number): number => {
    if (!keepsControls) return wasm.control(from, next);
    const found = bytes.subarray(0, next).indexOf(0, from);
    return found < 0 ? next : found;
  };
  let line = 0;
  for (let at = find(INPUT); at < next && line < lines; at = find((endsOf[line - 1] ?? 0) + 1)) {
    while (line < lines && (endsOf[line] ?? 0) < at) line += 1;
    const fault = faultsOf[line] ?? 0;
    if (line < lines && !isLargeRow(fault)) faultsOf[line] = fault | CONTROL_CHAR;
    line += 1;
  }
};

/** The framer's addresses become distances from the first row. */
const relate = ({ endsOf }: Framer, lines: number): void => {
  for (let line = 0; line < lines; line++) endsOf[line] = (endsOf[line] ?? 0) - INPUT;
};

/** One row that is larger than the chunk: it ends at the next line end, however far. */
const overlongRow = (
  fd: number,
  framer: Framer,
  options: FrameOptions,
  have: number,
  at: Position,
): Batch => {
  const { wasm, bytes, out } = framer;
  const { start, firstRow, fileBytes } = at;
  framer.endsOf[0] = INPUT + have;
  framer.faultsOf[0] = ROW_SIZE;
  // Only so that the row's number is used up: a faulty row is not copied.
  wasm.number(INPUT, framer.ends, framer.faults, 1, out);
  const meter = fieldMeter(options.separator, '"');
  meter.pass(bytes.subarray(INPUT, INPUT + have));
  const end = lineEndInFile(fd, start + have, bytes.subarray(out), meter.pass);
  const content = contentEndInFile(fd, start, end);
  return {
    start,
    firstRow,
    lines: 1,
    rows: 1,
    ends: [end - start],
    faults: [sizeFault(meter.widest(), options)],
    bytes: bytes.subarray(INPUT, INPUT + have),
    numbered: bytes.subarray(out, out),
    rowBytes: content - start,
    framingBytes: Math.min(end + 1, fileBytes) - content,
  };
};
