// @ts-nocheck: this is AssemblyScript, a part of plain.as.ts.

import { cellEnd, cellStart, QUOTE } from './cell.as.ts';
import { A, AT_DATA, BEFORE, EMPTY, FLAGS, KIND, LEVELS, MAX, MIN, OPTIONAL } from './column.as.ts';
import { day, decimal, double, instant, integer, read, readDouble } from './numbers.as.ts';
import { isEmail, lengthFits, oneOf, text } from './texts.as.ts';

/** Judges cells by the kind of their column. The same numbers as in program.ts. */
const TEXT = 0;
const EMAIL = 1;
const INT32 = 2;
const INT64 = 3;
const DECIMAL64 = 4;
const DECIMAL128 = 5;
const ONE_OF = 6;
const INSTANT = 7;
const DATE = 8;
const DOUBLE = 9;

const SPACE: u8 = 32;
const DATE_BYTES = 10;

/**
 * Judges the cell found last and writes its value, that of the group's row `row`. False when the
 * row must go the other way; then the column's data end where they ended BEFORE.
 */
export function value(column: i32, row: i32): bool {
  const next = load<i32>(column, AT_DATA);
  store<i32>(column, next, BEFORE);
  const isThere = cellStart !== cellEnd || isEmptyText(column);
  if (load<i32>(column, FLAGS) & OPTIONAL) {
    store<u8>(load<i32>(column, LEVELS) + row, u8(isThere));
    if (!isThere) return true;
  } else if (!isThere) {
    return false;
  }
  // The spaces are no part of the value; around an empty text stand its quotes.
  if (load<u8>(cellStart) === SPACE || load<u8>(cellEnd - 1) === SPACE) return false;
  return judged(column, next);
}

/** Of a cell without content: whether it stands between quotes, and its column has such texts. */
function isEmptyText(column: i32): bool {
  return load<u8>(cellStart) === QUOTE && (load<i32>(column, FLAGS) & EMPTY) !== 0;
}

function judged(column: i32, next: i32): bool {
  switch (load<i32>(column, KIND)) {
    case TEXT:
      return lengthFits(column, cellStart, cellEnd) && text(column, next, cellStart, cellEnd);
    case EMAIL:
      return isEmail(cellStart, cellEnd) && text(column, next, cellStart, cellEnd);
    case ONE_OF:
      return oneOf(column, next, cellStart, cellEnd);
    case INT32:
      return integer(cellStart, cellEnd) && inRange(column) && put32(column, next);
    case DATE:
      return (
        cellEnd - cellStart === DATE_BYTES &&
        day(cellStart) &&
        inRange(column) &&
        put32(column, next)
      );
    case INT64:
      return integer(cellStart, cellEnd) && inRange(column) && put64(column, next);
    case INSTANT:
      return instant(cellStart, cellEnd) && inRange(column) && put64(column, next);
    case DECIMAL64:
      return isDecimal(column) && inRange(column) && put64(column, next);
    case DECIMAL128:
      return isDecimal(column) && inRange(column) && put128(column, next);
    case DOUBLE:
      return double(cellStart, cellEnd) && inDoubleRange(column) && putDouble(column, next);
    default:
      return false;
  }
}

function isDecimal(column: i32): bool {
  return decimal(load<i32>(column, A), cellStart, cellEnd);
}

function inRange(column: i32): bool {
  return load<i64>(column, MIN) <= read && read <= load<i64>(column, MAX);
}

function inDoubleRange(column: i32): bool {
  return load<f64>(column, MIN) <= readDouble && readDouble <= load<f64>(column, MAX);
}

function put32(column: i32, next: i32): bool {
  store<i32>(next, i32(read));
  store<i32>(column, next + 4, AT_DATA);
  return true;
}

function put64(column: i32, next: i32): bool {
  store<i64>(next, read);
  store<i32>(column, next + 8, AT_DATA);
  return true;
}

function putDouble(column: i32, next: i32): bool {
  store<f64>(next, readDouble);
  store<i32>(column, next + 8, AT_DATA);
  return true;
}

/** Parquet has wide decimals with the highest byte first. */
function put128(column: i32, next: i32): bool {
  store<i64>(next, read >> 63);
  store<i64>(next, bswap<i64>(read), 8);
  store<i32>(column, next + 16, AT_DATA);
  return true;
}
