// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.
/** A column's struct of 64 bytes: where its parts lie. The same numbers as in memory.ts. */
export const STRUCT = 64;
export const KIND = 0;
export const FLAGS = 4;
/** Text: fewest and most code points. Decimal: scale and digits. */
export const A = 8;
export const B = 12;
/** Where the next value goes, once its row is taken. */
export const AT_DATA = 16;
/** Where it goes while its row is judged. */
export const NEXT = 20;
/** One byte per row: 1 where there is a value. */
export const LEVELS = 24;
/** oneOf: number of values, then per value its length and 8-byte aligned text. */
export const TABLE = 28;
export const NULLS = 32;
/** Where the column's data begins. */
export const DATA = 36;
export const MIN = 40;
export const MAX = 48;

export const OPTIONAL = 1;
export const LOWER = 2;
export const UPPER = 4;
export const KEY = 8;
