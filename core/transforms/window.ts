import type { Value } from '../fields/value.ts';
import { duckType, type IcebergType } from '../iceberg-type.ts';
import { list } from '../sql.ts';
import { sumType } from './exact.ts';
import type { Known, KnownColumn, Placed, SetStep, SqlSide } from './transform.ts';
import { compareValues, madeFrom, needOrder } from './typed.ts';
import { type Window, windowFunctions } from './uses.ts';
import { byColumns, checkGroups, groupsOf, orderSql, withinText } from './within.ts';

const needsColumn = (use: Window): boolean => ['sum', 'lag', 'lead'].includes(use.function);

/** The column that the function reads. */
const sourceOf = (use: Window, column: (name: string) => KnownColumn): KnownColumn | undefined => {
  const { function: name, of } = use;
  if (of === undefined) {
    if (!needsColumn(use)) return undefined;
    throw new Error(`window '${use.column}': ${name} needs a column; say of which`);
  }
  if (name === 'rank' || name === 'number') {
    throw new Error(`window '${use.column}': ${name} goes by orderBy alone; leave out 'of'`);
  }
  return column(of);
};

const typeOf = (use: Window, source: KnownColumn | undefined): IcebergType => {
  if (source === undefined || use.function === 'count') return 'long';
  if (use.function !== 'sum') return source.type;
  if (source.type !== 'double') return sumType(`window '${use.column}': a sum`, source);
  throw new Error(
    `window '${use.column}': a running sum of doubles would depend on how it is reckoned; ` +
      `declare '${source.name}' as a decimal`,
  );
};

const added = (use: Window, known: Known): KnownColumn => {
  if (!windowFunctions.includes(use.function)) {
    throw new Error(
      `no window function '${use.function}'; there are ${windowFunctions.join(', ')}`,
    );
  }
  checkGroups('window', use.within, known);
  if (use.orderBy.length === 0) {
    throw new Error(`window '${use.column}' has no order; say by which columns`);
  }
  for (const name of use.orderBy) needOrder('window', known.column(name));
  const source = sourceOf(use, known.column);
  const type = typeOf(use, source);
  const always = use.function === 'count' || use.function === 'rank' || use.function === 'number';
  const counts = always || source === undefined;
  return {
    ...madeFrom(use, counts ? [] : [source]),
    type,
    required: always,
    ...(use.function === 'lag' || use.function === 'lead' ? { largest: source?.largest } : {}),
  };
};

const total = (rows: readonly Placed[], column: string): bigint | null => {
  const values = rows.flatMap(({ values: of }) => {
    const value = of[column];
    return typeof value === 'number' || typeof value === 'bigint' ? [BigInt(value)] : [];
  });
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0n);
};

const sameOrder = (a: Placed, b: Placed | undefined, columns: readonly string[]): boolean =>
  b !== undefined && columns.every((name) => compareValues(a.values[name], b.values[name]) === 0);

/** The function's value of the row at a place in its sorted group. */
const valueAt = (use: Window, group: readonly Placed[], at: number): Value | null => {
  const { of = '', orderBy } = use;
  switch (use.function) {
    case 'sum':
      return total(group.slice(0, at + 1), of);
    case 'count': {
      const upTo = group.slice(0, at + 1);
      const all = use.of === undefined;
      return BigInt(upTo.filter(({ values }) => all || (values[of] ?? null) !== null).length);
    }
    case 'lag':
      return group[at - 1]?.values[of] ?? null;
    case 'lead':
      return group[at + 1]?.values[of] ?? null;
    case 'number':
      return BigInt(at + 1);
    default: {
      const own = group[at];
      return BigInt(
        group.findIndex((row) => own !== undefined && sameOrder(row, own, orderBy)) + 1,
      );
    }
  }
};

const functionSql = (use: Window, side: SqlSide): string => {
  const of = use.of === undefined ? '' : side.column(use.of);
  const { orderBy, descending } = use;
  const by = use.within.map((name) => side.column(name));
  const partition = by.length === 0 ? '' : `PARTITION BY ${list(by)} `;
  const order = orderSql(
    orderBy,
    use.function === 'rank' ? { ...side, place: [] } : side,
    descending,
  );
  const over = `OVER (${partition}ORDER BY ${order}`;
  switch (use.function) {
    case 'sum':
      return `sum(${of}) ${over} ROWS UNBOUNDED PRECEDING)`;
    case 'count':
      return `count(${use.of === undefined ? '*' : of}) ${over} ROWS UNBOUNDED PRECEDING)`;
    case 'lag':
    case 'lead':
      return `${use.function}(${of}) ${over})`;
    case 'number':
      return `row_number() ${over})`;
    default:
      return `rank() ${over})`;
  }
};

const words: Readonly<Record<Window['function'], (of: string) => string>> = {
  sum: (of) => `the exact sum of ${of} up to the row`,
  count: (of) => `how many ${of} there are up to the row`,
  lag: (of) => `${of} of the row before`,
  lead: (of) => `${of} of the row after`,
  rank: () => 'the rank of the row, equal ones alike',
  number: () => 'the number of the row',
};

/** Where a row stands among the others of its group. */
export const windowKind: SetStep<Window> = {
  kind: 'window',
  form: 'set',
  says: ({ column, function: name, of, within, orderBy, descending }) =>
    `${column} is ${words[name](of ?? 'rows')} ${withinText(within)}, by ${orderBy.join(', ')}` +
    `${descending ? ' from the largest on' : ''} (missing ones last), equal ones by file and row, ` +
    'over the rows of this run',
  uses: ({ of, within, orderBy }) => [...(of === undefined ? [] : [of]), ...within, ...orderBy],
  adds: ({ column }) => [column],
  columns: (use, known) => [...known.columns, added(use, known)],
  computeAll: (use, rows) => {
    const values = new Map<Placed, Value | null>();
    for (const group of groupsOf(rows, use.within)) {
      const sorted = [...group].sort(byColumns(use.orderBy, use.descending));
      for (const [at, row] of sorted.entries()) values.set(row, valueAt(use, sorted, at));
    }
    return rows.map((row) => ({ [use.column]: values.get(row) ?? null }));
  },
  toSql: (use, side) => {
    const type = duckType(typeOf(use, sourceOf(use, side.known)));
    return { values: { [use.column]: `CAST(${functionSql(use, side)} AS ${type})` } };
  },
};

/**
 * A column from the rows around: `window('seen', { function: 'count', orderBy: ['at'] })`. Sum and
 * count are running ones.
 */
export const window = (
  column: string,
  init: Pick<Window, 'function' | 'orderBy'> &
    Partial<Pick<Window, 'of' | 'within' | 'descending' | 'description'>>,
): Window => ({
  kind: 'window',
  column,
  function: init.function,
  of: init.of,
  within: init.within ?? [],
  orderBy: init.orderBy,
  descending: init.descending ?? false,
  description: init.description,
});
