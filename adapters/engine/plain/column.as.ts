// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
/** A column's struct of 64 bytes: where its parts lie. The same numbers as in memory.ts. */
export const STRUCT = 64;
export const KIND = 0;
export const FLAGS = 4;
/** Text: fewest and most code points. Decimal: scale and digits. */
export const A = 8;
export const B = 12;
/** Where the next value goes. */
export const AT_DATA = 16;
/** Where the value of this row went: there the next one goes when the row is not taken. */
export const BEFORE = 20;
/** One byte per row of an optional column: 1 where there is a value. */
export const LEVELS = 24;
/** oneOf: number of values, then per value its length and 8-byte aligned text. */
export const TABLE = 28;
/** Where the column's data begins. */
export const DATA = 36;
export const MIN = 40;
export const MAX = 48;

export const OPTIONAL = 1;
export const LOWER = 2;
export const UPPER = 4;
export const KEY = 8;
export const EMPTY = 16;

let dataMax: i32 = 0;

/** A text column has more than its share of bytes: the group ends with the row that did it. */
export let full: bool = false;

export function setDataMax(bytes: i32): void {
  dataMax = bytes;
}

export function clearFull(): void {
  full = false;
}

/** A column's values end at `to`; behind it there is room for the longest row. */
export function endText(column: i32, to: i32): void {
  store<i32>(column, to, AT_DATA);
  if (to - load<i32>(column, DATA) > dataMax) full = true;
}
