// @ts-nocheck: this is AssemblyScript; build-wasm.ts compiles it to plain-wasm.ts.
import { bounds32, bounds64, boundsOfDoubles, boundsOfTexts, high, low } from './bounds.as.ts';
import { cell, copy, setSeparator } from './cell.as.ts';
import {
  AT_DATA,
  BEFORE,
  clearFull,
  FLAGS,
  full,
  LEVELS,
  OPTIONAL,
  STRUCT,
  setDataMax,
} from './column.as.ts';
import { compress, setHashes } from './lz4.as.ts';
import { digits, read } from './numbers.as.ts';
import { value } from './values.as.ts';

// Not "export … from": AssemblyScript would take that for another module.
export { bounds32, bounds64, boundsOfDoubles, boundsOfTexts, compress, high, low };

/**
 * Judges and types numbered rows of CSV in one walk, and lays their values out as Parquet does. It
 * takes a row only when every field is in its usual form and passes every rule; any other row is
 * copied out for the set engine, which knows all forms and all reasons. So what is said here must
 * only ever be narrower than what the kinds of fields say.
 *
 * memory.ts lays the memory out. Wide steps read and write past what they are about, so everything
 * has some room behind it.
 */
const NUMBER_DIGITS = 10;

let columns: i32 = 0;
let count: i32 = 0;
let rowNumbers: i32 = 0;
let rowsMax: i32 = 0;

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
  setDataMax(columnBytes);
  setHashes(hashes);
}

/** Begins a new group of rows; JS has set back where each column's data begins. */
export function clear(): void {
  rows = 0;
  clearFull();
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
      digits(at, at + NUMBER_DIGITS);
      store<i32>(rowNumbers + (rows << 2), i32(read));
      rows++;
      at = next;
    } else {
      copy(at, -next, restEnd);
      restEnd += -next - at;
      at = -next;
      // It may have been this row alone that was too much.
      if (rows === 0) clearFull();
    }
  }
  return at;
}

/** Where the next row starts; negative when this one is not taken. */
function row(from: i32): i32 {
  let at = from + NUMBER_DIGITS + 1;
  let index = 0;
  for (; index < count; index++) {
    at = cell(at);
    if (!value(columns + index * STRUCT, rows)) break;
    at++;
  }
  if (index === count) return at;
  // What the row has written already is written over by the next one.
  for (let other = 0; other <= index; other++) {
    const column = columns + other * STRUCT;
    store<i32>(column, load<i32>(column, BEFORE), AT_DATA);
  }
  for (at++, index++; index < count; index++) at = cell(at) + 1;
  return -at;
}

/** How many rows of the group have no value in a column. */
export function missing(index: i32): i32 {
  const column = columns + index * STRUCT;
  if (!(load<i32>(column, FLAGS) & OPTIONAL)) return 0;
  const levels = load<i32>(column, LEVELS);
  let present = 0;
  for (let at = 0; at < rows; at++) present += i32(load<u8>(levels + at));
  return rows - present;
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
