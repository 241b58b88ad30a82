import { digitsOf } from '../expressions/value-type.ts';
import type { Scalar } from '../fields/value.ts';
import { exactOrDouble, needUnits, unscaledSql } from './exact.ts';
import type { KnownColumn } from './transform.ts';
import { sortedListSql, sumOfDoubles } from './within.ts';

/**
 * Mean and standard deviation, in units of a column's last decimal and as the distance from a value
 * in the middle. That distance is exact, so that a column of equal values has no deviation at all;
 * what is left is reckoned in doubles from the smallest on, and does not depend on rows or threads.
 */
export type Spread = { readonly middle: bigint; readonly mean: number; readonly std: number };

/** Digits that a double holds exactly. */
const DOUBLE_DIGITS = 15;

/** Refuses numbers that a double does not hold exactly. */
export const needDouble = (what: string, column: KnownColumn): void => {
  needUnits(what, column);
  const number = exactOrDouble(what, column);
  if (number === undefined || digitsOf(number) <= DOUBLE_DIGITS) return;
  throw new Error(
    `${what} is reckoned in doubles, which hold ${DOUBLE_DIGITS} digits exactly; ` +
      `'${column.name}' can have ${digitsOf(number)}. Give the field a min and a max`,
  );
};

/** Of sorted values; undefined of fewer than two. */
export const spreadOf = (sorted: readonly Scalar[], type: string): Spread | undefined => {
  if (sorted.length < 2) return undefined;
  const half = sorted[Math.floor((sorted.length + 1) / 2) - 1] ?? 0;
  const middle = type === 'double' ? 0n : BigInt(half);
  const distances = sorted.map((value) =>
    type === 'double' ? Number(value) : Number(BigInt(value) - middle),
  );
  const mean = sumOfDoubles(distances) / distances.length;
  const squares = distances.map((distance) => (distance - mean) * (distance - mean));
  return { middle, mean, std: Math.sqrt(sumOfDoubles(squares) / (squares.length - 1)) };
};

/** The sorted values that `spreadSql` starts from, as an aggregate. */
export const unitsSql = (sql: string, type: string, where = 'true'): string => {
  const units = type === 'double' ? sql : unscaledSql(sql, type);
  return where === 'true'
    ? sortedListSql(units)
    : `list(${units} ORDER BY ${units}) FILTER (${sql} IS NOT NULL AND ${where})`;
};

/**
 * Adds the columns <name>_middle, <name>_mean and <name>_std to a query that has the sorted units
 * as <name>.
 */
export const spreadSql = (query: string, name: string, type: string): string => {
  const middle =
    type === 'double' ? '0::HUGEINT' : `${name}[CAST((len(${name}) + 1) // 2 AS BIGINT)]`;
  const distance =
    type === 'double' ? 'each' : `CAST(CAST(each - ${name}_middle AS BIGINT) AS DOUBLE)`;
  const square = `(each - ${name}_mean) * (each - ${name}_mean)`;
  const squares = `list_transform(${name}_distances, lambda each: ${square})`;
  return `SELECT *, CASE WHEN len(${name}) > 1
        THEN sqrt(list_sum(${squares}) / (len(${name}) - 1)) END AS ${name}_std
      FROM (SELECT *, list_sum(${name}_distances) / len(${name}) AS ${name}_mean
      FROM (SELECT *, list_transform(${name}, lambda each: ${distance}) AS ${name}_distances
      FROM (SELECT *, ${middle} AS ${name}_middle FROM (${query}))))`;
};
