import type { Scalar } from '../fields/value.ts';
import { ident, list } from '../sql.ts';
import {
  asNumber,
  exactOrDouble,
  floored,
  flooredSql,
  millionths,
  needUnits,
  scaledSql,
  sumType,
  unscaledSql,
} from './exact.ts';
import { needDouble, spreadOf, spreadSql, unitsSql } from './spread.ts';
import type { Known, Placed, SetStep, SqlSide } from './transform.ts';
import { compareValues, needOrder } from './typed.ts';
import type { ClipOutliers, Winsorise } from './uses.ts';
import {
  checkGroups,
  groupsOf,
  quantileOf,
  quantileSql,
  sortedValues,
  withinText,
} from './within.ts';

const [QUARTER, THREE_QUARTERS] = [250_000n, 750_000n];
const THOUSAND = 1_000n;
const FACTOR_MAX = 1_000;

type Limits = { readonly low: Scalar; readonly high: Scalar } | undefined;

const between = (value: Scalar, limits: Limits): Scalar => {
  if (limits === undefined) return value;
  if (compareValues(value, limits.low) < 0) return limits.low;
  return compareValues(value, limits.high) > 0 ? limits.high : value;
};

/** Each value moved to the limits of its group. */
const moved = (
  { column, within }: ClipOutliers | Winsorise,
  rows: readonly Placed[],
  limitsOf: (sorted: readonly Scalar[]) => Limits,
) => {
  const limits = new Map<Placed, Limits>();
  for (const group of groupsOf(rows, within)) {
    const found = limitsOf(sortedValues(group, column));
    for (const row of group) limits.set(row, found);
  }
  return rows.map((row) => {
    const value = row.values[column] ?? null;
    if (value === null || typeof value === 'object') return { [column]: value };
    return { [column]: between(value, limits.get(row)) };
  });
};

const grouped = (what: string, by: readonly string[], side: SqlSide): string => {
  const columns = by.map(ident);
  const groups = columns.length === 0 ? '' : ` GROUP BY ${list(columns)}`;
  return `SELECT ${list([...columns, what])} FROM ${side.relation}${groups}`;
};

/** A factor in thousandths, so that limits of exact numbers are exact. */
const thousandths = ({ column, factor }: ClipOutliers): bigint => {
  const whole = Math.round(factor * 1_000);
  if (factor > 0 && factor <= FACTOR_MAX && Math.abs(factor * 1_000 - whole) < 1e-6) {
    return BigInt(whole);
  }
  throw new Error(
    `clip of '${column}': the factor ${factor} must be above 0, at most ${FACTOR_MAX}, ` +
      'with at most three decimals',
  );
};

const checkOutliers = (use: ClipOutliers, known: Known): void => {
  const source = known.column(use.column);
  checkGroups('clip', use.within, known);
  thousandths(use);
  exactOrDouble('clip', source);
  sumType('clip', source);
  needUnits('clip', source);
  if (use.by === 'deviations') needDouble('a standard deviation', source);
};

const quartileLimits = (use: ClipOutliers, sorted: readonly Scalar[], type: string): Limits => {
  const [first, third] = [quantileOf(sorted, QUARTER), quantileOf(sorted, THREE_QUARTERS)];
  if (first === null || third === null) return undefined;
  if (type === 'double') {
    const [low, high] = [Number(first), Number(third)];
    const reach = use.factor * (high - low);
    return { low: low - reach, high: high + reach };
  }
  const [low, high] = [BigInt(first), BigInt(third)];
  const reach = thousandths(use) * (high - low);
  return {
    low: asNumber(floored(low * THOUSAND - reach, THOUSAND), type),
    high: asNumber(-floored(-(high * THOUSAND + reach), THOUSAND), type),
  };
};

const deviationLimits = (use: ClipOutliers, sorted: readonly Scalar[], type: string): Limits => {
  const spread = spreadOf(sorted, type);
  if (spread === undefined) return undefined;
  const { middle, mean, std } = spread;
  const [low, high] = [mean - use.factor * std, mean + use.factor * std];
  if (type === 'double') return { low, high };
  return {
    low: asNumber(middle + BigInt(Math.floor(low)), type),
    high: asNumber(middle + BigInt(Math.ceil(high)), type),
  };
};

const outlierQuery = (use: ClipOutliers, side: SqlSide, type: string): string => {
  const name = ident(use.column);
  const by = use.within.map(ident);
  if (use.by === 'deviations') {
    const units = grouped(`${unitsSql(name, type)} AS _units`, use.within, side);
    const factor = `CAST('${use.factor}' AS DOUBLE)`;
    const [low, high] = ['-', '+'].map((sign) => `_units_mean ${sign} ${factor} * _units_std`);
    const limits =
      type === 'double'
        ? [`${low} AS low`, `${high} AS high`]
        : [
            `_units_middle + CAST(floor(${low}) AS BIGINT) AS low`,
            `_units_middle + CAST(ceil(${high}) AS BIGINT) AS high`,
          ];
    return `SELECT ${list([...by, ...limits])} FROM (${spreadSql(units, '_units', type)})`;
  }
  const units = type === 'double' ? name : unscaledSql(name, type);
  const quartiles = grouped(
    `${quantileSql(units, QUARTER)} AS q1, ${quantileSql(units, THREE_QUARTERS)} AS q3`,
    use.within,
    side,
  );
  const reach =
    type === 'double'
      ? `CAST('${use.factor}' AS DOUBLE) * (q3 - q1)`
      : `${thousandths(use)}::HUGEINT * (q3 - q1)`;
  const limits =
    type === 'double'
      ? [`q1 - ${reach} AS low`, `q3 + ${reach} AS high`]
      : [
          `${flooredSql(`(q1 * 1000 - ${reach})`, '1000')} AS low`,
          `-${flooredSql(`(-(q3 * 1000 + ${reach}))`, '1000')} AS high`,
        ];
  return `SELECT ${list([...by, ...limits])} FROM (${quartiles})`;
};

/** Values far from the others of their group become the farthest that is allowed. */
export const clipOutliersKind: SetStep<ClipOutliers> = {
  kind: 'clipOutliers',
  form: 'set',
  says: ({ column, by, factor, within }) =>
    `${column} is kept within ` +
    (by === 'quartiles'
      ? `${factor} quartile distances beyond the first and third quartile`
      : `${factor} standard deviations around the mean`) +
    ` ${withinText(within)}, over the rows of this run; the limits are rounded outwards to the ` +
    'decimals of the column, quartiles are values of the column',
  uses: ({ column, within }) => [column, ...within],
  adds: () => [],
  columns: (use, known) => {
    checkOutliers(use, known);
    return known.columns;
  },
  computeAll: (use, rows, { known }) => {
    const type = String(known(use.column).type);
    const limits = use.by === 'quartiles' ? quartileLimits : deviationLimits;
    return moved(use, rows, (sorted) => limits(use, sorted, type));
  },
  toSql: (use, side) => {
    const type = String(side.known(use.column).type);
    const sql = side.column(use.column);
    const units = type === 'double' ? sql : unscaledSql(sql, type);
    const scaled = (limit: string): string => (type === 'double' ? limit : scaledSql(limit, type));
    const value =
      `CASE WHEN ${units} < t.low THEN ${scaled('t.low')} ` +
      `WHEN ${units} > t.high THEN ${scaled('t.high')} ELSE ${sql} END`;
    return {
      values: { [use.column]: value },
      beside: { query: outlierQuery(use, side, type), by: use.within },
    };
  },
  repairs: ({ column, by, factor, within }) => ({
    column,
    rule: `${factor} ${by} ${withinText(within)}`,
  }),
};

const sharesOf = ({ column, lower, upper }: Winsorise) => {
  const what = `winsorise of '${column}'`;
  const [low, high] = [millionths(what, lower), millionths(what, upper)];
  if (low < high) return { low, high };
  throw new Error(`${what}: lower ${lower} must be below upper ${upper}`);
};

/** Values beyond two quantiles of their group become those. */
export const winsoriseKind: SetStep<Winsorise> = {
  kind: 'winsorise',
  form: 'set',
  says: ({ column, lower, upper, within }) =>
    `${column} is kept within its quantiles ${lower} and ${upper} ${withinText(within)}, over the ` +
    'rows of this run; a quantile is the smallest value that so large a share does not exceed',
  uses: ({ column, within }) => [column, ...within],
  adds: () => [],
  columns: (use, known) => {
    checkGroups('winsorise', use.within, known);
    needOrder('winsorise', known.column(use.column));
    sharesOf(use);
    return known.columns;
  },
  computeAll: (use, rows) => {
    const { low, high } = sharesOf(use);
    return moved(use, rows, (sorted) => {
      const limits = [quantileOf(sorted, low), quantileOf(sorted, high)];
      const [from = null, to = null] = limits;
      return from === null || to === null ? undefined : { low: from, high: to };
    });
  },
  toSql: (use, side) => {
    const { low, high } = sharesOf(use);
    const [name, sql] = [ident(use.column), side.column(use.column)];
    const quantiles = `${quantileSql(name, low)} AS low, ${quantileSql(name, high)} AS high`;
    const value = `CASE WHEN ${sql} < t.low THEN t.low WHEN ${sql} > t.high THEN t.high ELSE ${sql} END`;
    return {
      values: { [use.column]: value },
      beside: { query: grouped(quantiles, use.within, side), by: use.within },
    };
  },
  repairs: ({ column, lower, upper, within }) => ({
    column,
    rule: `quantiles ${lower} to ${upper} ${withinText(within)}`,
  }),
};
