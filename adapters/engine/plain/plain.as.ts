// @ts-nocheck: this is AssemblyScript; build-wasm.ts compiles it to plain-wasm.ts.
import { bounds32, bounds64, boundsOfTexts, high, low } from './bounds.as.ts';
import { cell, copy, setSeparator } from './cell.as.ts';
import { AT_DATA, DATA, LEVELS, NEXT, NULLS, STRUCT } from './column.as.ts';
import { compress, setHashes } from './lz4.as.ts';
import { value } from './values.as.ts';

// Not "export … from": AssemblyScript would take that for another module.
export { bounds32, bounds64, boundsOfTexts, compress, high, low };

/**
 * Judges and types numbered rows of CSV in one walk, and lays their values out as Parquet does. It
 * takes a row only when every field is in its usual form and passes every rule; any other row is
 * copied out for the set engine, which knows all forms and all reasons. So what is said here must
 * only ever be narrower than what the kinds of fields say.
 *
 * memory.ts lays the memory out. Wide steps read and write past what they are about, so everything
 * has some room behind it.
 */
const DIGIT_0: u8 = 48;
const NUMBER_DIGITS = 10;

let columns: i32 = 0;
let count: i32 = 0;
let rowNumbers: i32 = 0;
let rowsMax: i32 = 0;
let dataMax: i32 = 0;
let full: bool = false;

/** Rows taken since the last `clear`. */
export let rows: i32 = 0;
/** Where the rows that were copied out end. */
export let restEnd: i32 = 0;

export function setup(
  structs: i32,
  columnCount: i32,
  separator: u8,
  numbers: i32,
  groupRows: i32,
  columnBytes: i32,
  hashes: i32,
): void {
  columns = structs;
  count = columnCount;
  setSeparator(separator);
  rowNumbers = numbers;
  rowsMax = groupRows;
  dataMax = columnBytes;
  setHashes(hashes);
}

/** Begins a new group of rows; JS has set back where each column's data begins. */
export function clear(): void {
  rows = 0;
  full = false;
}

/**
 * Takes rows from [from, to) until the group is full; others are copied to `rest`. Returns where it
 * stopped: a row's start, or `to`.
 */
export function take(from: i32, to: i32, rest: i32): i32 {
  let at = from;
  restEnd = rest;
  while (at < to && rows < rowsMax && !full) {
    const next = row(at);
    if (next > 0) {
      commit(at);
      at = next;
    } else {
      copy(at, -next, restEnd);
      restEnd += -next - at;
      at = -next;
    }
  }
  return at;
}

/** Where the next row starts; negative when this one is not taken. */
function row(from: i32): i32 {
  let at = from + NUMBER_DIGITS + 1;
  let sound = true;
  for (let index = 0; index < count; index++) {
    const column = columns + index * STRUCT;
    at = cell(at);
    if (sound) sound = value(column, load<i32>(column, LEVELS) + rows);
    at++;
  }
  return sound ? at : -at;
}

function commit(from: i32): void {
  for (let index = 0; index < count; index++) {
    const column = columns + index * STRUCT;
    const next = load<i32>(column, NEXT);
    store<i32>(column, next, AT_DATA);
    // The next row is no longer than a row may be, for which there is room behind.
    if (next - load<i32>(column, DATA) > dataMax) full = true;
    const present = load<u8>(load<i32>(column, LEVELS) + rows);
    store<i32>(column, load<i32>(column, NULLS) + 1 - i32(present), NULLS);
  }
  let number: i32 = 0;
  for (let digit = 0; digit < NUMBER_DIGITS; digit++) {
    number = number * 10 + i32(load<u8>(from + digit) - DIGIT_0);
  }
  store<i32>(rowNumbers + (rows << 2), number);
  rows++;
}

/** Packs the levels of a column, one bit each; returns where they end. */
export function packLevels(index: i32, out: i32): i32 {
  const levels = load<i32>(columns + index * STRUCT, LEVELS);
  let to = out;
  for (let first = 0; first < rows; first += 8) {
    let bits: u8 = 0;
    for (let i = 0; i < 8 && first + i < rows; i++) {
      bits |= load<u8>(levels + first + i) << u8(i);
    }
    store<u8>(to++, bits);
  }
  return to;
}
