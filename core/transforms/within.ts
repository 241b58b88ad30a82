import type { Scalar, Value } from '../fields/value.ts';
import { list } from '../sql.ts';
import type { Known, Placed, SqlSide } from './transform.ts';
import { compareValues, needGroup, scalar } from './typed.ts';

/** By their place alone: file, row, and which part of the row. */
export const comparePlaces = (a: Placed, b: Placed): number => {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  if (a.row !== b.row) return a.row - b.row;
  const at = a.parts.findIndex((part, index) => part !== b.parts[index]);
  return at < 0 ? 0 : (a.parts[at] ?? 0) - (b.parts[at] ?? 0);
};

/** By columns, a missing value last whichever way it goes, then by place. */
export const byColumns =
  (columns: readonly string[], descending = false) =>
  (a: Placed, b: Placed): number => {
    for (const column of columns) {
      const [one, other] = [a.values[column] ?? null, b.values[column] ?? null];
      const order = compareValues(one, other);
      if (order !== 0) return descending && one !== null && other !== null ? -order : order;
    }
    return comparePlaces(a, b);
  };

/** The same as SQL's ORDER BY. */
export const orderSql = (columns: readonly string[], side: SqlSide, descending = false): string =>
  list([
    ...columns.map((name) => `${side.column(name)} ${descending ? 'DESC' : 'ASC'} NULLS LAST`),
    ...side.place,
  ]);

const keyOf = ({ values }: Placed, columns: readonly string[]): string =>
  JSON.stringify(columns.map((name) => textKey(values[name])));

const textKey = (value: Value | null | undefined): string | null => {
  const plain = scalar(value);
  return plain === null ? null : String(plain);
};

/** The rows of each group, in the order given; missing values are alike. */
export const groupsOf = (
  rows: readonly Placed[],
  columns: readonly string[],
): readonly (readonly Placed[])[] => {
  const groups = new Map<string, Placed[]>();
  for (const row of rows) {
    const key = keyOf(row, columns);
    const group = groups.get(key) ?? [];
    group.push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
};

/** The values that a group has in a column, smallest first. */
export const sortedValues = (rows: readonly Placed[], column: string): readonly Scalar[] =>
  rows.flatMap(({ values }) => scalar(values[column]) ?? []).sort((a, b) => compareValues(a, b));

/** Refuses groups and orders by columns that have no equal or no smaller values. */
export const checkGroups = (what: string, columns: readonly string[], known: Known): void => {
  for (const name of columns) needGroup(what, known.column(name));
};

/**
 * The value that so many millionths of the values do not exceed: always one of them, so that it is
 * exact for numbers, days and texts alike. DuckDB's quantile_disc takes the same.
 */
export const quantileOf = (sorted: readonly Scalar[], share: bigint): Scalar | null => {
  const rank = (share * BigInt(sorted.length) + 999_999n) / 1_000_000n;
  return sorted[Math.max(0, Number(rank) - 1)] ?? null;
};

/** The same in SQL. */
export const quantileSql = (sql: string, share: bigint): string =>
  `quantile_disc(${sql}, ${Number(share) / 1e6})`;

/** Rows of a group and their columns as text, for people: 'within country'. */
export const withinText = (columns: readonly string[]): string =>
  columns.length === 0 ? 'of the run' : `within ${columns.join(', ')}`;

/** The doubles of a group, smallest first, as one list: its sum is then the same in any order. */
export const sortedListSql = (sql: string): string =>
  `list(${sql} ORDER BY ${sql}) FILTER (${sql} IS NOT NULL)`;

/** The sum of sorted doubles from the smallest on, as DuckDB's list_sum has it. */
export const sumOfDoubles = (sorted: readonly number[]): number =>
  sorted.reduce((sum, value) => sum + value, 0);
