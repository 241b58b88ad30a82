import { hexAt, QUOTE } from '../../core/json/text.ts';
import { CELL_SEPARATOR, copyText, writeQuoted } from './cell-text.ts';
import { BARE, COMPOUND, ESCAPED, type LineScanner, MISSING, PLAIN, RAW } from './json-line.ts';

const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

const SIMPLE_ESCAPES = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, char]) => [
    letter.charCodeAt(0),
    char.charCodeAt(0),
  ]),
);

const scalarBytesMax = ({ fields }: LineScanner, lineBytes: number): number =>
  lineBytes + 3 * fields.length;

/** The same with compound ones, whose quotes are doubled. */
export const anyCellBytesMax = (scanner: LineScanner, lineBytes: number): number =>
  2 * scalarBytesMax(scanner, lineBytes);

/** The most bytes that a sound line's cells need: compound ones only where a field takes them. */
export const cellBytesMax = (scanner: LineScanner, lineBytes: number): number =>
  scanner.nested ? anyCellBytesMax(scanner, lineBytes) : scalarBytesMax(scanner, lineBytes);

/** Writes the fields of the line scanned last as cells of CSV. Returns where they end. */
export const writeCells = (
  { fields, spans }: LineScanner,
  bytes: Buffer,
  out: Buffer,
  from: number,
): number => {
  let at = from;
  for (let field = 0; field < fields.length; field++) {
    if (field > 0) out[at++] = CELL_SEPARATOR;
    const kind = spans.kinds[field] ?? MISSING;
    if (kind === MISSING) continue;
    const start = spans.starts[field] ?? 0;
    const end = spans.ends[field] ?? 0;
    at = writeCell(kind, bytes, start, end, out, at);
  }
  return at;
};

const writeCell = (
  kind: number,
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  at: number,
): number => {
  switch (kind) {
    case PLAIN:
      // A cell with nothing in it is a missing value, and this is a text.
      if (start === end) return writeQuoted(bytes, start, end, out, at);
      return copyText(bytes, start, end, out, at);
    case BARE:
      return copyText(bytes, start, end, out, at);
    case ESCAPED:
      return writeUnescaped(bytes, start, end, out, at);
    case COMPOUND:
    case RAW:
      return writeQuoted(bytes, start, end, out, at);
    default:
      throw new Error(`a cell has no kind ${kind}`);
  }
};

const writeUnescaped = (
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  from: number,
): number => {
  let at = from;
  out[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== BACKSLASH) {
      out[at++] = byte;
      continue;
    }
    const letter = bytes[++i] ?? 0;
    if (letter === LOWER_U) {
      const point = codePointAt(bytes, i + 1, end);
      at = writePoint(point, out, at);
      i += point > 0xffff ? 10 : 4;
    } else {
      at = writePoint(SIMPLE_ESCAPES.get(letter) ?? letter, out, at);
    }
  }
  out[at++] = QUOTE;
  return at;
};

/** The code point of four digits, or of a surrogate pair; the scanner has seen to the pairs. */
const codePointAt = (bytes: Buffer, at: number, end: number): number => {
  const unit = hexAt({ bytes, end }, at);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const low = hexAt({ bytes, end }, at + 6);
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
};

const writePoint = (point: number, out: Buffer, at: number): number => {
  if (point === QUOTE) {
    out[at] = QUOTE;
    out[at + 1] = QUOTE;
    return at + 2;
  }
  if (point < 0x80) {
    out[at] = point;
    return at + 1;
  }
  return at + out.write(String.fromCodePoint(point), at);
};
