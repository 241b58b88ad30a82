import type { Scalar } from '../fields/value.ts';
import { ident, list } from '../sql.ts';
import {
  asNumber,
  divided,
  dividedSql,
  needUnits,
  scaledSql,
  sumType,
  unscaledSql,
} from './exact.ts';
import type { Known, Placed, SetStep, SqlSide } from './transform.ts';
import { needGroup, needOrder } from './typed.ts';
import type { FillFrom, FillPrevious } from './uses.ts';
import {
  byColumns,
  checkGroups,
  groupsOf,
  orderSql,
  quantileOf,
  quantileSql,
  sortedListSql,
  sortedValues,
  sumOfDoubles,
  withinText,
} from './within.ts';

const HALF = 500_000n;

const checkFillFrom = ({ column, take, within }: FillFrom, known: Known): void => {
  const source = known.column(column);
  checkGroups('fillFrom', within, known);
  if (take === 'mode') needGroup('a mode', source);
  needOrder('fillFrom', source);
  if (take !== 'mean') return;
  sumType('a mean', source);
  needUnits('a mean', source);
};

const meanOfGroup = (values: readonly Scalar[], type: string): Scalar | null => {
  if (values.length === 0) return null;
  if (type === 'double') return sumOfDoubles(values.map(Number)) / values.length;
  const total = values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
  return asNumber(divided(total, BigInt(values.length)), type);
};

/** Of equally frequent values the smallest. */
const modeOf = (sorted: readonly Scalar[]): Scalar | null => {
  let best: Scalar | null = null;
  let bestCount = 0;
  let from = 0;
  for (let at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[from]) continue;
    if (at - from > bestCount) [best, bestCount] = [sorted[from] ?? null, at - from];
    from = at;
  }
  return best;
};

const takenFrom = ({ column, take }: FillFrom, group: readonly Placed[], type: string) => {
  const sorted = sortedValues(group, column);
  if (take === 'mean') return meanOfGroup(sorted, type);
  return take === 'median' ? quantileOf(sorted, HALF) : modeOf(sorted);
};

const groupBy = (columns: readonly string[]): string =>
  columns.length === 0 ? '' : ` GROUP BY ${list(columns.map(ident))}`;

const meanSql = (column: string, type: string): string => {
  if (type === 'double') {
    const values = sortedListSql(column);
    return `list_sum(${values}) / count(${column})`;
  }
  const total = `sum(${unscaledSql(column, type)})::HUGEINT`;
  const mean = dividedSql(total, `count(${column})::HUGEINT`);
  return `CASE WHEN count(${column}) > 0 THEN ${scaledSql(mean, type)} END`;
};

const takenSql = ({ column, take, within }: FillFrom, side: SqlSide, type: string): string => {
  const name = ident(column);
  const by = within.map(ident);
  if (take === 'mode') {
    return `SELECT ${list([...by, 'first(value ORDER BY rows DESC, value) AS taken'])}
      FROM (SELECT ${list([...by, `${name} AS value`, 'count(*) AS rows'])}
        FROM ${side.relation} WHERE ${name} IS NOT NULL GROUP BY ALL)${groupBy(within)}`;
  }
  const taken = take === 'mean' ? meanSql(name, type) : quantileSql(name, HALF);
  return `SELECT ${list([...by, `${taken} AS taken`])} FROM ${side.relation}${groupBy(within)}`;
};

/** A missing value gets what is usual in its group. */
export const fillFromKind: SetStep<FillFrom> = {
  kind: 'fillFrom',
  form: 'set',
  says: ({ column, take, within }) =>
    `a missing ${column} becomes the ${take} ${withinText(within)}, over the rows of this run; ` +
    'a mean of exact numbers is rounded half to even to the decimals of the column, a median is ' +
    'the lower of two middle values, a mode the smallest of equally frequent ones; it stays ' +
    'missing where the group has no value at all',
  uses: ({ column, within }) => [column, ...within],
  adds: () => [],
  columns: (use, known) => {
    checkFillFrom(use, known);
    return known.columns;
  },
  computeAll: (use, rows, { known }) => {
    const type = String(known(use.column).type);
    const taken = new Map<Placed, Scalar | null>();
    for (const group of groupsOf(rows, use.within)) {
      const value = takenFrom(use, group, type);
      for (const row of group) taken.set(row, value);
    }
    return rows.map((row) => ({
      [use.column]: row.values[use.column] ?? taken.get(row) ?? null,
    }));
  },
  toSql: (use, side) => ({
    values: { [use.column]: `coalesce(${side.column(use.column)}, t.taken)` },
    beside: {
      query: takenSql(use, side, String(side.known(use.column).type)),
      by: use.within,
    },
  }),
  repairs: ({ column, take, within }) => ({ column, rule: `${take} ${withinText(within)}` }),
};

/** A missing value gets the last one before it. */
export const fillPreviousKind: SetStep<FillPrevious> = {
  kind: 'fillPrevious',
  form: 'set',
  says: ({ column, within, orderBy }) =>
    `a missing ${column} becomes the last one before it ${withinText(within)}, by ` +
    `${orderBy.join(', ')} (missing ones last) and then by file and row, over the rows of this ` +
    'run; it stays missing where there is none before it',
  uses: ({ column, within, orderBy }) => [column, ...within, ...orderBy],
  adds: () => [],
  columns: ({ column, within, orderBy }, known) => {
    known.column(column);
    checkGroups('fillPrevious', within, known);
    for (const name of orderBy) needOrder('fillPrevious', known.column(name));
    return known.columns;
  },
  computeAll: ({ column, within, orderBy }, rows) => {
    const filled = new Map<Placed, Placed['values'][string]>();
    for (const group of groupsOf(rows, within)) {
      let last: Placed['values'][string] = null;
      for (const row of [...group].sort(byColumns(orderBy))) {
        last = row.values[column] ?? last;
        filled.set(row, last);
      }
    }
    return rows.map((row) => ({ [column]: filled.get(row) ?? null }));
  },
  toSql: ({ column, within, orderBy }, side) => {
    const by = within.map((name) => side.column(name));
    const partition = by.length === 0 ? '' : `PARTITION BY ${list(by)} `;
    return {
      values: {
        [column]:
          `last_value(${side.column(column)} IGNORE NULLS) OVER (${partition}` +
          `ORDER BY ${orderSql(orderBy, side)} ROWS UNBOUNDED PRECEDING)`,
      },
    };
  },
  repairs: ({ column, within }) => ({ column, rule: `previous ${withinText(within)}` }),
};
