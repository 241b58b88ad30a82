import type { FileOptions } from '../../core/landing/file-options.ts';
import type { CellReader } from './cell-rows.ts';
import { CELL_SEPARATOR, copyText, WRITTEN_QUOTE, writeQuoted } from './cell-text.ts';
import { FIELD_COUNT, QUOTE } from './faults.ts';
import { fieldMeter } from './field-meter.ts';
import { lineEnd } from './file-bytes.ts';

const LF = 10;
const CR = 13;
const NO_BYTE = -1;

/** What a cell is: text as it stands, or text between quotes, with doubled ones in it or not. */
const PLAIN = 0;
const QUOTED = 1;
const DOUBLED = 2;
/** Text with a byte that the cells written need quotes for. */
const ODD = 3;

/** What a byte may be in a field that is not quoted. */
const TEXT = 0;
const EDGE = 1;
const MARK = 2;
const SPECIAL = 3;

type Grammar = {
  readonly columns: number;
  readonly separator: number;
  /** NO_BYTE: there is none. */
  readonly mark: number;
  readonly strict: boolean;
  /** What each byte may be. */
  readonly classes: Uint8Array;
};

/** The row that was read last. */
type Row = {
  fault: number;
  /** What the field that was read last is. */
  kind: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
};

/**
 * Reads CSV with another quote, with none, or with stray ones. A quote opens a field only as its
 * first character. Strict: it closes it, and anything but a separator or line end behind it is a
 * fault. Not strict: it closes it only before one of those, and is text anywhere else.
 */
export const looseCsvReader = (
  columns: number,
  { delimiter, quote, strictQuotes }: Pick<FileOptions, 'delimiter' | 'quote' | 'strictQuotes'>,
): CellReader => {
  const grammar: Grammar = {
    columns,
    separator: delimiter.charCodeAt(0),
    mark: quote === null ? NO_BYTE : quote.charCodeAt(0),
    strict: strictQuotes,
    classes: classesOf(delimiter, quote),
  };
  const row: Row = {
    fault: 0,
    kind: PLAIN,
    kinds: new Uint8Array(columns),
    starts: new Uint32Array(columns),
    ends: new Uint32Array(columns),
  };
  return {
    meter: () => fieldMeter(delimiter, quote),
    read: (bytes, start, to) => readRow(grammar, row, bytes, start, to),
    fault: () => row.fault,
    write: (bytes, out, at) => writeRow(grammar, row, bytes, out, at),
    cellBytesMax: (rowBytes) => 2 * rowBytes + 3 * columns,
  };
};

const classesOf = (delimiter: string, quote: string | null): Uint8Array => {
  const classes = new Uint8Array(256);
  classes[WRITTEN_QUOTE] = SPECIAL;
  classes[CELL_SEPARATOR] = SPECIAL;
  if (quote !== null) classes[quote.charCodeAt(0)] = MARK;
  for (const edge of [LF, CR, delimiter.charCodeAt(0)]) classes[edge] = EDGE;
  return classes;
};

const readRow = (grammar: Grammar, row: Row, bytes: Buffer, start: number, to: number): number => {
  row.fault = 0;
  let at = start;
  let fields = 0;
  for (; ; at++) {
    at = readField(grammar, row, fields, bytes, at, to);
    fields += 1;
    if (row.fault !== 0 || at >= to || bytes[at] !== grammar.separator) break;
  }
  if (row.fault !== 0) return at >= to ? to : faultyEnd(bytes, start, to);
  if (fields !== grammar.columns) row.fault = FIELD_COUNT;
  return at >= to ? to : endBehind(bytes, at, to);
};

/** A row with a wrong quote ends at its first line end, so that it costs no other row. */
const faultyEnd = (bytes: Buffer, start: number, to: number): number => {
  const end = lineEnd(bytes.subarray(0, to), start);
  return end < 0 ? to : end;
};

/** The last byte of the line end at `at`. */
const endBehind = (bytes: Buffer, at: number, to: number): number =>
  bytes[at] === CR && at + 1 < to && bytes[at + 1] === LF ? at + 1 : at;

/** Reads the field at `from`; returns where what ends it stands. */
const readField = (
  grammar: Grammar,
  row: Row,
  field: number,
  bytes: Buffer,
  from: number,
  to: number,
): number => {
  const isQuoted = from < to && bytes[from] === grammar.mark;
  row.kind = isQuoted ? QUOTED : PLAIN;
  const start = isQuoted ? from + 1 : from;
  const end = isQuoted
    ? quotedEnd(grammar, row, bytes, start, to)
    : plainEnd(grammar, row, bytes, start, to);
  if (field < grammar.columns) {
    row.kinds[field] = row.kind;
    row.starts[field] = start;
    row.ends[field] = end;
  }
  return isQuoted ? end + 1 : end;
};

/** From behind an opening quote to the closing one; `to` when there is none. */
const quotedEnd = (grammar: Grammar, row: Row, bytes: Buffer, from: number, to: number): number => {
  const { mark, strict } = grammar;
  for (let at = from; at < to; at++) {
    if (bytes[at] !== mark) continue;
    const next = at + 1 < to ? bytes[at + 1] : LF;
    if (next === mark) {
      row.kind = DOUBLED;
      at += 1;
    } else if (isEdge(grammar, next)) return at;
    else if (strict) {
      row.fault = QUOTE;
      return at;
    }
  }
  // Nothing closes it: the row is faulty, or goes on behind the bytes that are known.
  row.fault = QUOTE;
  return to;
};

const plainEnd = (grammar: Grammar, row: Row, bytes: Buffer, from: number, to: number): number => {
  const { classes, strict } = grammar;
  for (let at = from; at < to; at++) {
    const found = classes[bytes[at] ?? 0];
    if (found === TEXT) continue;
    if (found === EDGE) return at;
    if (found === MARK && strict) {
      row.fault = QUOTE;
      return at;
    }
    row.kind = ODD;
  }
  return to;
};

const isEdge = ({ separator }: Grammar, byte: number | undefined): boolean =>
  byte === separator || byte === LF || byte === CR;

const writeRow = (
  { columns, mark }: Grammar,
  { kinds, starts, ends }: Row,
  bytes: Buffer,
  out: Buffer,
  from: number,
): number => {
  let at = from;
  for (let field = 0; field < columns; field++) {
    if (field > 0) out[at++] = CELL_SEPARATOR;
    const start = starts[field] ?? 0;
    const end = ends[field] ?? 0;
    if (kinds[field] === PLAIN) at = copyText(bytes, start, end, out, at);
    else if (kinds[field] === DOUBLED) at = writeDoubled(bytes, start, end, mark, out, at);
    else at = writeQuoted(bytes, start, end, out, at);
  }
  return at;
};

/** The same as `writeQuoted`, with each doubled mark of the file as one. */
const writeDoubled = (
  bytes: Buffer,
  start: number,
  end: number,
  mark: number,
  out: Buffer,
  from: number,
): number => {
  let at = from;
  out[at++] = WRITTEN_QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === WRITTEN_QUOTE) out[at++] = WRITTEN_QUOTE;
    out[at++] = byte;
    if (byte === mark && i + 1 < end && bytes[i + 1] === mark) i += 1;
  }
  out[at++] = WRITTEN_QUOTE;
  return at;
};
