// @ts-nocheck: this is AssemblyScript; build-wasm.ts compiles it to json-wasm.ts.
import { setCells, setNumber, writeRow } from './cells.as.ts';
import {
  BLANK,
  CR,
  contentEnd,
  hasRoom,
  isOver,
  LF,
  lines,
  putLine,
  rowBytes,
  rows,
  setLines,
  startLines,
} from './lines.as.ts';
import {
  countStrangers,
  key,
  know,
  line,
  meetStranger,
  SEEN,
  STRANGER,
  setNames,
  slot,
  startLine,
  TAKES,
} from './names.as.ts';
import { split } from './split.as.ts';
import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  fill,
  OPEN_OBJECT,
  QUOTE,
  setAscii,
  setControls,
  setDepth,
  skipBlanks,
} from './values.as.ts';

// Not "export … from": AssemblyScript would take that for another module.
export { know, lines, rowBytes, rows, setCells, setControls, setDepth, setLines, setNames, split };

/**
 * Takes lines of JSON in their usual form and writes each as a numbered row of cells, as
 * json-cells.ts does: one object, with keys that it has been told of and values that the fields
 * take. What is said here must only ever be narrower than json-line.ts, which says what a line is;
 * where this stops, that one goes on. No line's end is looked for first: its line feed ends
 * whatever is being read, since no token holds one, and the host puts one behind the last line.
 *
 * usual-lines.ts lays the memory out. Wide steps read and write past what they are about, so
 * everything has some room behind it.
 */

/** Where the rows that were written end. */
export let written: i32 = 0;

/**
 * Takes lines from `from` on until one is not usual, or the rows reach `enough`, behind which there
 * is room for one more. `to` lies behind a line feed; `have` lines were told of before; the next
 * row has the number `row` and goes to `out`. With `ascii` lines with any other byte are left.
 * Returns the start of the line where it stopped.
 */
export function take(
  from: i32,
  to: i32,
  have: i32,
  row: u32,
  out: i32,
  enough: i32,
  ascii: i32,
): i32 {
  let at = from;
  startLines(have);
  setAscii(ascii);
  written = out;
  while (at < to && hasRoom() && written < enough) {
    const blank = blankEnd(at);
    if (blank) {
      putLine(blank, 0, BLANK);
      at = blank + 1;
      continue;
    }
    const end = object(at);
    if (!end) break;
    const bytes = contentEnd(at, end) - at;
    if (isOver(bytes)) break;
    // Not sooner: where no line is usual, each is tried for nothing.
    if (written === out) setNumber(row + rows);
    written = writeRow(written);
    countStrangers();
    putLine(end, bytes, 0);
    at = end + 1;
  }
  return at;
}

/** The line feed of an empty line, or 0. */
function blankEnd(at: i32): i32 {
  const first = load<u8>(at);
  if (first === LF) return at;
  return first === CR && load<u8>(at + 1) === LF ? at + 1 : 0;
}

/** Reads a line into the slots; returns where its line feed stands, or 0. */
function object(from: i32): i32 {
  startLine();
  let at = skipBlanks(from);
  if (load<u8>(at) !== OPEN_OBJECT) return 0;
  at = skipBlanks(at + 1);
  if (load<u8>(at) !== CLOSE_OBJECT) {
    at = members(at);
    if (!at) return 0;
  }
  at = skipBlanks(at + 1);
  return load<u8>(at) === LF ? at : 0;
}

/** From the first key's quote to the closing brace. */
function members(from: i32): i32 {
  let at = from;
  while (load<u8>(at) === QUOTE) {
    at = key(at + 1);
    if (!at || load<i32>(slot, SEEN) === line) return 0;
    store<i32>(slot, line, SEEN);
    if (load<i32>(slot, TAKES) === STRANGER) meetStranger();
    at = skipBlanks(at);
    if (load<u8>(at) !== COLON) return 0;
    at = fill(skipBlanks(at + 1));
    if (!at) return 0;
    at = skipBlanks(at);
    const byte = load<u8>(at);
    if (byte === CLOSE_OBJECT) return at;
    if (byte !== COMMA) return 0;
    at = skipBlanks(at + 1);
  }
  return 0;
}
