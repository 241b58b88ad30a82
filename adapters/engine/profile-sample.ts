import * as z from 'zod';
import { timestampKind } from '../../core/fields/timestamp.ts';
import {
  type ColumnSample,
  histogramBins,
  type Point,
  quantileShares,
  topValuesMax,
  type ValueClass,
} from '../../core/quality/profile.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/** A column as the profile's statements know it. */
export type ProfiledColumn = {
  readonly name: string;
  readonly type: string;
  readonly duckType: string;
  readonly nested: boolean;
  readonly of: ValueClass;
  readonly classified: boolean;
  /** Someone said who may see it, if only that everyone may. */
  readonly declared: boolean;
};

const Row = z.record(z.string(), z.unknown());
const Counted = z.array(
  z.object({ place: z.coerce.number(), key: z.string(), rows: z.coerce.number().int() }),
);
/** Digits of a mean that do not depend on the order in which threads add. */
const MEAN_DIGITS = 12;
/** A longer value is told by its beginning. */
const VALUE_CHARS_MAX = 100;

type Sampled = {
  readonly column: ProfiledColumn;
  readonly index: number;
  readonly sample: ColumnSample;
};
/** Ends of a column's numbers in the sample; instants in microseconds. */
type Ends = { readonly low: number; readonly high: number };

/** Rows of the table `profile_sample`, and its columns' dear statistics, in two statements. */
export const sampleColumns = async (
  engine: Engine,
  columns: readonly ProfiledColumn[],
): Promise<{ sampled: number; samples: ReadonlyMap<string, ColumnSample> }> => {
  const selected = columns.flatMap((column, index) =>
    aggregates(column).map(({ as, sql }) => `${sql} AS ${as}_${index}`),
  );
  const [row = {}] = z
    .array(Row)
    .parse(
      await engine.rows(`SELECT ${list(['count(*) AS rows', ...selected])} FROM profile_sample`),
    );
  const found = columns.map((column, index) => ({
    column,
    index,
    sample: sampleOf(column, (name) => row[`${name}_${index}`]),
    ends: endsOf(row[`low_${index}`], row[`high_${index}`]),
  }));
  const counts = await countValues(engine, found);
  const samples = new Map(
    found.map(({ column, index, sample, ends }) => {
      const top = counts
        .filter(({ place, key }) => place === index && key.startsWith('='))
        .map(({ key, rows }) => ({ value: key.slice(1), rows }));
      const bins = counts.filter(({ place, key }) => place === index && key.startsWith('#'));
      const histogram = ends === undefined ? {} : { histogram: histogramOf(column, ends, bins) };
      return [
        column.name,
        { ...sample, ...(hasTop({ column, index, sample }) ? { top } : {}), ...histogram },
      ];
    }),
  );
  return { sampled: Whole.parse(row.rows), samples };
};

/** A column as a double, without what is no number; instants as their microseconds. */
const doubleSql = ({ name, of, type }: ProfiledColumn): string => {
  if (of !== 'number') return `CAST(epoch_us(${ident(name)}) AS DOUBLE)`;
  const double = `CAST(${ident(name)} AS DOUBLE)`;
  const floating = type === 'double' || type === 'float';
  return floating ? `CASE WHEN isfinite(${double}) THEN ${double} END` : double;
};

const isOrdered = ({ of, classified }: ProfiledColumn): boolean =>
  !classified && (of === 'number' || of === 'date' || of === 'instant');

const aggregates = (column: ProfiledColumn): { as: string; sql: string }[] => {
  const name = ident(column.name);
  const common = [
    { as: 'filled', sql: `count(${name})` },
    { as: 'different', sql: `count(DISTINCT ${name})` },
  ];
  if (isOrdered(column)) {
    const double = doubleSql(column);
    const quantile = column.of === 'number' ? 'quantile_cont' : 'quantile_disc';
    return [
      ...common,
      { as: 'mean', sql: `avg(${double})` },
      { as: 'quantiles', sql: `${quantile}(${double}, [${quantileShares.join(', ')}])` },
      { as: 'low', sql: `min(${double})` },
      { as: 'high', sql: `max(${double})` },
    ];
  }
  if (column.of !== 'text' || column.classified) return common;
  return [
    ...common,
    { as: 'shortest', sql: `min(length(${name}))` },
    { as: 'longest', sql: `max(length(${name}))` },
  ];
};

const Whole = z.coerce.number().int();
const Quantiles = z.array(z.number()).length(quantileShares.length);

const sampleOf = (column: ProfiledColumn, at: (name: string) => unknown): ColumnSample => {
  const sample = { values: Whole.parse(at('filled')), distinct: Whole.parse(at('different')) };
  const shortest = at('shortest');
  if (shortest !== undefined && shortest !== null)
    return { ...sample, lengths: { min: Whole.parse(shortest), max: Whole.parse(at('longest')) } };
  const quantiles = Quantiles.safeParse(at('quantiles'));
  if (!quantiles.success) return sample;
  const points = quantiles.data.map((value) => pointOf(column, value));
  if (column.of !== 'number') return { ...sample, quantiles: points };
  const mean = Number(z.number().parse(at('mean')).toPrecision(MEAN_DIGITS));
  return { ...sample, mean, quantiles: points };
};

/** Instants and dates as ISO text. */
const pointOf = ({ of }: ProfiledColumn, value: number): Point => {
  if (of === 'number') return value;
  const text = timestampKind.print(BigInt(Math.round(value)), {});
  return of === 'date' ? text.slice(0, 10) : text;
};

const endsOf = (low: unknown, high: unknown): Ends | undefined => {
  const ends = z.object({ low: z.number(), high: z.number() }).safeParse({ low, high });
  return ends.success && Number.isFinite(ends.data.high - ends.data.low) ? ends.data : undefined;
};

const hasTop = ({ column, sample }: Sampled): boolean =>
  !column.classified &&
  (column.of === 'text' || column.of === 'boolean' || column.of === 'number') &&
  sample.distinct <= topValuesMax;

/** Frequent values (key `=value`) and histogram bins (key `#bin`) of all columns at once. */
const countValues = async (
  engine: Engine,
  sampled: readonly (Sampled & { readonly ends: Ends | undefined })[],
): Promise<z.infer<typeof Counted>> => {
  const selects = sampled.flatMap(({ ends, ...each }) => [
    ...(hasTop(each) ? [topSql(each)] : []),
    ...(ends === undefined ? [] : [binsSql(each, ends)]),
  ]);
  if (selects.length === 0) return [];
  return Counted.parse(
    await engine.rows(`FROM (${selects.join(' UNION ALL ')}) ORDER BY place, rows DESC, key`),
  );
};

const topSql = ({ column, index }: Sampled): string => {
  const name = ident(column.name);
  const text = `'=' || left(CAST(${name} AS VARCHAR), ${VALUE_CHARS_MAX})`;
  return `SELECT ${index} AS place, ${text} AS key, count(*) AS rows FROM profile_sample
    WHERE ${name} IS NOT NULL GROUP BY 2`;
};

const binsSql = ({ column, index }: Sampled, { low, high }: Ends): string => {
  const double = (value: number): string => `CAST(${literal(String(value))} AS DOUBLE)`;
  const scaled = `(value - ${double(low)}) / ${double(high - low)} * ${histogramBins}`;
  const bin = low === high ? '0' : `least(${histogramBins - 1}, CAST(floor(${scaled}) AS INTEGER))`;
  return `SELECT ${index} AS place, '#' || ${bin} AS key, count(*) AS rows
    FROM (SELECT ${doubleSql(column)} AS value FROM profile_sample)
    WHERE value IS NOT NULL GROUP BY 2`;
};

const histogramOf = (
  column: ProfiledColumn,
  { low, high }: Ends,
  counts: readonly { readonly key: string; readonly rows: number }[],
) => {
  const bins = Array.from({ length: histogramBins }, () => 0);
  for (const { key, rows } of counts) bins[Number(key.slice(1))] = rows;
  return { from: pointOf(column, low), to: pointOf(column, high), bins };
};
