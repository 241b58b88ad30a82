import type { Scalar } from '../fields/value.ts';
import { duckType } from '../iceberg-type.ts';
import { ident, list } from '../sql.ts';
import {
  divided,
  dividedSql,
  exactOrDouble,
  millionths,
  needUnits,
  scaledSql,
  sumType,
  tenTo,
  unscaledSql,
} from './exact.ts';
import { needDouble, spreadOf, spreadSql, unitsSql } from './spread.ts';
import type { Known, KnownColumn, Placed, RowSide, SqlSide, TableStep } from './transform.ts';
import { madeFrom, needOrder, scaleOf } from './typed.ts';
import type { Aggregate, Aggregation } from './uses.ts';
import {
  checkGroups,
  comparePlaces,
  groupsOf,
  quantileOf,
  quantileSql,
  sortedValues,
  sumOfDoubles,
} from './within.ts';

/** An aggregation over the rows of a group that pass a test: all of them, or one pivoted column. */
export type Taken = Aggregation & {
  readonly where?: { test(row: Placed): boolean; readonly sql: string };
};

/** What a table of groups is made of. */
export type Groups = {
  readonly by: readonly string[];
  readonly take: Readonly<Record<string, Taken>>;
};

const wordsOf = (name: string, { fn }: Aggregation): string => `group column '${name}': ${fn}`;

const meanType = (what: string, { scale }: Aggregation, source: KnownColumn): string => {
  const exact = exactOrDouble(what, source);
  if (exact === undefined) return 'double';
  sumType(what, source);
  const decimals = scale ?? exact.scale;
  const digits = exact.largest.toString().length + Math.max(0, decimals - exact.scale);
  const type = `decimal(${Math.max(digits, decimals, 1)}, ${decimals})`;
  needUnits(what, { name: source.name, type });
  return type;
};

const typeOf = (name: string, use: Aggregation, source: KnownColumn | undefined) => {
  const what = wordsOf(name, use);
  if (source === undefined) {
    if (use.fn === 'count') return 'long';
    throw new Error(`${what} needs a column; say of which`);
  }
  switch (use.fn) {
    case 'count':
      return 'long';
    case 'sum':
      return sumType(what, source);
    case 'mean':
      return meanType(what, use, source);
    case 'std':
      needDouble(what, source);
      return 'double';
    default:
      needOrder(what, source);
      if (use.fn === 'quantile') millionths(what, use.at ?? Number.NaN);
      return source.type;
  }
};

/** The columns of a table of groups. */
export const groupColumns = ({ by, take }: Groups, known: Known): readonly KnownColumn[] => {
  checkGroups('aggregate', by, known);
  const taken = Object.entries(take).map(([name, use]): KnownColumn => {
    const source = use.of === undefined ? undefined : known.column(use.of);
    const counts = use.fn === 'count';
    const always = use.fn !== 'std' && use.where === undefined && source?.required === true;
    return {
      ...madeFrom({ column: name }, counts || source === undefined ? [] : [source]),
      type: typeOf(name, use, source),
      required: counts || always,
    };
  });
  if (taken.length === 0) throw new Error('aggregate takes nothing; name at least one column');
  return [...by.map((name) => known.column(name)), ...taken];
};

const meanOrSum = (use: Taken, sorted: readonly Scalar[], type: string): Scalar => {
  if (type === 'double') {
    const total = sumOfDoubles(sorted.map(Number));
    return use.fn === 'sum' ? total : total / sorted.length;
  }
  const total = sorted.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
  if (use.fn === 'sum') return total;
  const scale = scaleOf(type);
  return divided(total * tenTo(use.scale ?? scale), BigInt(sorted.length) * tenTo(scale));
};

const aggregated = (
  use: Taken,
  group: readonly Placed[],
  known: RowSide['known'],
): Scalar | null => {
  const rows = group.filter((row) => use.where?.test(row) !== false);
  if (use.of === undefined) return BigInt(rows.length);
  const sorted = sortedValues(rows, use.of);
  const type = String(known(use.of).type);
  if (use.fn === 'count') return BigInt(sorted.length);
  if (sorted.length === 0) return null;
  switch (use.fn) {
    case 'sum':
    case 'mean':
      return meanOrSum(use, sorted, type);
    case 'std': {
      const spread = spreadOf(sorted, type);
      return spread === undefined ? null : spread.std / Number(tenTo(scaleOf(type)));
    }
    case 'min':
      return sorted[0] ?? null;
    case 'max':
      return sorted.at(-1) ?? null;
    default:
      return quantileOf(sorted, millionths('quantile', use.at ?? Number.NaN));
  }
};

/** The groups, each at the place of its first row, without what was repaired in its rows. */
export const groupRows = (
  { by, take }: Groups,
  rows: readonly Placed[],
  { known }: RowSide,
): readonly Placed[] =>
  groupsOf(rows, by).flatMap((group) => {
    const [first] = [...group].sort(comparePlaces);
    if (first === undefined) return [];
    const values = [
      ...by.map((name) => [name, first.values[name] ?? null] as const),
      ...Object.entries(take).map(([name, use]) => [name, aggregated(use, group, known)] as const),
    ];
    return [{ ...first, changes: [], values: Object.fromEntries(values) }];
  });

const meanSql = (use: Taken, sql: string, source: KnownColumn, name: string): string => {
  const filter = filterSql(use);
  const type = meanType(name, use, source);
  if (type === 'double') {
    return `list_sum(${unitsSql(sql, type, use.where?.sql)}) / count(${sql})${filter}`;
  }
  const decimals = [use.scale ?? scaleOf(source.type), scaleOf(source.type)].map(tenTo);
  const total = `(sum(${unscaledSql(sql, source.type)})${filter}::HUGEINT * ${decimals[0]}::HUGEINT)`;
  const count = `(count(${sql})${filter}::HUGEINT * ${decimals[1]}::HUGEINT)`;
  const mean = scaledSql(dividedSql(total, count), type);
  return `CASE WHEN count(${sql})${filter} > 0 THEN ${mean} END`;
};

const filterSql = ({ where }: Taken): string =>
  where === undefined ? '' : ` FILTER (WHERE ${where.sql})`;

const takenSql = (name: string, use: Taken, side: SqlSide): string => {
  const filter = filterSql(use);
  if (use.of === undefined) return `count(*)${filter}`;
  const source = side.known(use.of);
  const sql = ident(use.of);
  const type = typeOf(name, use, source);
  switch (use.fn) {
    case 'sum':
      return type === 'double'
        ? `list_sum(${unitsSql(sql, type, use.where?.sql)})`
        : `CAST(sum(${sql})${filter} AS ${duckType(type)})`;
    case 'mean':
      return meanSql(use, sql, source, name);
    case 'std':
      return unitsSql(sql, String(source.type), use.where?.sql);
    case 'quantile':
      return `${quantileSql(sql, millionths(name, use.at ?? Number.NaN))}${filter}`;
    default:
      return `${use.fn}(${sql})${filter}`;
  }
};

/** The same in SQL; a standard deviation is reckoned in a second step from the sorted values. */
export const groupsSql = ({ by, take }: Groups, side: SqlSide): string => {
  const entries = Object.entries(take);
  const stds = entries.flatMap(([name, use], index) =>
    use.fn === 'std' && use.of !== undefined ? [{ name, at: `_std${index}`, of: use.of }] : [],
  );
  const order = list(side.place);
  const first = side.place.map((name) => `first(${name} ORDER BY ${order}) AS ${name}`);
  const columns = [
    ...by.map(ident),
    ...entries.map(([name, use], index) => {
      const as = use.fn === 'std' ? `_std${index}` : ident(name);
      return `${takenSql(name, use, side)} AS ${as}`;
    }),
    ...first,
  ];
  const groups = by.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${list(by.map(ident))}`;
  const inner = stds.reduce(
    (query, { at, of }) => spreadSql(query, at, String(side.known(of).type)),
    `SELECT ${list(columns)} FROM ${side.relation} ${groups}`,
  );
  const outer = [
    ...by.map(ident),
    ...entries.map(([name, use], index) => {
      if (use.fn !== 'std' || use.of === undefined) return ident(name);
      const unit = `CAST(${tenTo(scaleOf(side.known(use.of).type))} AS DOUBLE)`;
      return `_std${index}_std / ${unit} AS ${ident(name)}`;
    }),
    ...side.place,
    ...(side.recorded ? ['CAST(NULL AS VARCHAR) AS _changes'] : []),
  ];
  return `SELECT ${list(outer)} FROM (${inner})`;
};

/** For people: 'total = sum of price'. */
const takenText = ([name, { fn, of, at }]: [string, Aggregation]): string =>
  `${name} = ${fn}${at === undefined ? '' : ` ${at}`}${of === undefined ? ' of rows' : ` of ${of}`}`;

/** One row per group instead of its rows. */
export const aggregateKind: TableStep<Aggregate> = {
  kind: 'aggregate',
  form: 'table',
  partsAdded: 0,
  says: ({ by, take }) =>
    `one row per ${by.length === 0 ? 'run' : by.join(', ')} with ` +
    `${Object.entries(take).map(takenText).join('; ')}; over the rows of this run, missing values ` +
    'left out, exact for whole numbers and decimals; _file and _row are those of its first row',
  uses: ({ by, take }) => [...by, ...Object.values(take).flatMap(({ of }) => of ?? [])],
  adds: ({ take }) => Object.keys(take),
  drops: ({ by }, before) => before.filter((name) => !by.includes(name)),
  columns: groupColumns,
  computeAll: groupRows,
  toSql: groupsSql,
};

/** Publishes groups: `aggregate({ by: ['day'], take: { orders: { fn: 'count' } } })`. */
export const aggregate = (init: Pick<Aggregate, 'by' | 'take'>): Aggregate => ({
  kind: 'aggregate',
  ...init,
});
