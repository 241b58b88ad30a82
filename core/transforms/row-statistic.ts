import { decimalOf, type NumberType, PRECISION_MAX } from '../expressions/value-type.ts';
import type { IcebergType } from '../iceberg-type.ts';
import {
  divided,
  dividedSql,
  exactOrDouble,
  needUnits,
  scaledSql,
  tenTo,
  unscaledSql,
} from './exact.ts';
import type { KnownColumn, RowStep, SqlSide } from './transform.ts';
import { madeFrom, scalar, scaleOf } from './typed.ts';
import type { RowStatistic } from './uses.ts';

/** Decimals that every column fits in. */
const commonScale = (types: readonly IcebergType[]): number => Math.max(...types.map(scaleOf));

/** The type of the result; undefined for doubles. */
const exactType = (use: RowStatistic, columns: readonly KnownColumn[]): NumberType | undefined => {
  const numbers = columns.map((column) => exactOrDouble(use.statistic, column));
  const exact = numbers.filter((number) => number !== undefined);
  if (exact.length === 0) return undefined;
  if (exact.length < numbers.length) {
    throw new Error(
      `${use.statistic} of '${use.column}' mixes doubles and exact numbers; cast one`,
    );
  }
  const scale = commonScale(columns.map(({ type }) => type));
  const total = exact.reduce((sum, each) => sum + each.largest * tenTo(scale - each.scale), 0n);
  if (use.statistic === 'sum') return { scale, largest: total };
  const decimals = use.scale ?? scale;
  return { scale: decimals, largest: total * tenTo(Math.max(0, decimals - scale)) };
};

const resultType = (use: RowStatistic, columns: readonly KnownColumn[]) => {
  if (columns.length < 2) throw new Error(`${use.statistic} of '${use.column}' needs two columns`);
  for (const column of columns) needUnits(use.statistic, column);
  const exact = exactType(use, columns);
  if (exact === undefined) return { type: 'double' };
  const type = decimalOf(exact);
  const column = { name: use.column, type };
  if (exact.largest.toString().length + exact.scale >= PRECISION_MAX) {
    throw new Error(`'${use.column}' can overflow as ${type}; give its fields a min and a max`);
  }
  needUnits(use.statistic, column);
  return { type, largest: exact.largest };
};

const totalSql = (use: RowStatistic, side: SqlSide): string => {
  const types = use.columns.map((name) => side.known(name).type);
  const scale = commonScale(types);
  const terms = use.columns.map((name, index) => {
    const type = types[index] ?? 'int';
    if (type === 'double') return `coalesce(${side.column(name)}, 0)`;
    const units = unscaledSql(side.column(name), type);
    return `coalesce(${units} * ${tenTo(scale - scaleOf(type))}::HUGEINT, 0)`;
  });
  return `(${terms.join(' + ')})`;
};

const valueSql = (use: RowStatistic, side: SqlSide, total: string, count: string): string => {
  const types = use.columns.map((name) => side.known(name).type);
  if (types.includes('double')) return use.statistic === 'sum' ? total : `${total} / ${count}`;
  const { type } = resultType(use, use.columns.map(side.known));
  if (use.statistic === 'sum') return scaledSql(total, type);
  const above = `(${total} * ${tenTo(scaleOf(type))}::HUGEINT)`;
  return scaledSql(dividedSql(above, `(${count} * ${tenTo(commonScale(types))}::HUGEINT)`), type);
};

/** Sum or mean over columns of a row. */
export const rowStatisticKind: RowStep<RowStatistic> = {
  kind: 'rowStatistic',
  form: 'row',
  says: ({ column, statistic, columns }) =>
    `${column} is the ${statistic} of ${columns.join(', ')}, those that are missing left out; ` +
    'exact for whole numbers and decimals, a mean of them rounded half to even',
  uses: ({ columns }) => columns,
  adds: ({ column }) => [column],
  columns: (use, known) => {
    const sources = use.columns.map((name) => known.column(name));
    const required = sources.some((source) => source.required);
    const result = resultType(use, sources);
    return [...known.columns, { ...madeFrom(use, sources), ...result, required }];
  },
  compute: (use, row, { known }) => {
    const present = use.columns.flatMap((name) => {
      const value = scalar(row[name]);
      return value === null ? [] : [{ value, type: known(name).type }];
    });
    const count = present.length;
    if (count === 0) return { [use.column]: null };
    const types = use.columns.map((name) => known(name).type);
    if (types.includes('double')) {
      const total = use.columns.reduce((sum, name) => sum + Number(row[name] ?? 0), 0);
      return { [use.column]: use.statistic === 'sum' ? total : total / count };
    }
    const scale = commonScale(types);
    const total = present.reduce(
      (sum, { value, type }) => sum + BigInt(value) * tenTo(scale - scaleOf(type)),
      0n,
    );
    if (use.statistic === 'sum') return { [use.column]: total };
    const above = total * tenTo(use.scale ?? scale);
    return { [use.column]: divided(above, BigInt(count) * tenTo(scale)) };
  },
  toSql: (use, side) => {
    const given = use.columns.map((name) => `(${side.column(name)} IS NOT NULL)::INTEGER`);
    const count = `(${given.join(' + ')})`;
    const value = valueSql(use, side, totalSql(use, side), count);
    return { [use.column]: `CASE WHEN ${count} > 0 THEN ${value} END` };
  },
};
