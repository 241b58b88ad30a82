import * as z from 'zod';
import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { type ColumnSummary, PersonalFact, type RunFacts } from './summary.ts';

const Count = z.number().int().nonnegative();

/** Rows that the dear statistics are made of, at most and about: every k-th block of rows. */
export const sampleRowsMax = 25_000;
/** Consecutive rows taken together: the reader skips whole blocks, not single rows. */
export const sampleBlockRows = 1_024;
/** Bins of every histogram, of equal width. */
export const histogramBins = 20;
/** Most frequent values told of a column; a column with more different ones has no mix. */
export const topValuesMax = 50;
/** Columns with dear statistics; those after them have counts only. */
export const profiledColumnsMax = 200;

export const quantileShares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** Numbers as they are; dates and instants as ISO text. */
const Point = z.union([z.number(), z.string()]);
export type Point = z.infer<typeof Point>;

/** What is known of the values of one column, from the rows of the sample. */
export const ColumnSample = z.object({
  values: Count,
  /** Different values, exact within the sample, and no estimate for the run. */
  distinct: Count,
  /** Code points of texts. */
  lengths: z.object({ min: Count, max: Count }).optional(),
  mean: z.number().optional(),
  /** At 1, 5, 25, 50, 75, 95 and 99 %, of numbers, dates and instants. */
  quantiles: z.array(Point).length(quantileShares.length).optional(),
  /** The most frequent first; only of columns with few different values. */
  top: z.array(z.object({ value: z.string(), rows: Count })).optional(),
  histogram: z.object({ from: Point, to: Point, bins: z.array(Count) }).optional(),
});
export type ColumnSample = z.infer<typeof ColumnSample>;

export const ColumnProfile = z.object({
  name: z.string(),
  type: z.string(),
  /** No value of it stands anywhere in the profile. */
  classified: z.boolean(),
  /** Not classified, and yet it looks like data of people: no value of it stands here either. */
  personal: PersonalFact.optional(),
  /** Of the whole run. */
  count: Count,
  nulls: Count,
  /** Of the whole run, as text. */
  min: z.string().optional(),
  max: z.string().optional(),
  /** The newest date or instant of the whole run, in milliseconds since 1970. */
  newestMs: z.number().optional(),
  sample: ColumnSample.nullable(),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

/** The valid rows of a run, column by column, before duplicates give way. */
export const Profile = z.object({
  rows: Count,
  sampled: Count,
  /** Of so many blocks of `blockRows` rows, one is in the sample. */
  everyBlock: z.number().int().positive(),
  blockRows: z.number().int().positive(),
  columns: z.array(ColumnProfile),
});
export type Profile = z.infer<typeof Profile>;

/** What can be said of the values of a type. */
export type ValueClass = 'number' | 'date' | 'instant' | 'text' | 'boolean' | 'other';

const classes: Readonly<Record<string, ValueClass>> = {
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  date: 'date',
  timestamp: 'instant',
  timestamptz: 'instant',
  string: 'text',
  uuid: 'other',
  boolean: 'boolean',
};

export const valueClass = (type: IcebergType): ValueClass => {
  if (typeof type !== 'string') return 'other';
  return type.startsWith('decimal') ? 'number' : (classes[type] ?? 'other');
};

const isSecret = ({ classification, mask }: Field): boolean =>
  classification === 'internal' || classification === 'confidential' || mask !== undefined;

/**
 * The fields whose values must not leave the rows, not even as a bound: classified ones, and those
 * that a step masks, under whatever name it finds them.
 */
export const classifiedFields = ({ fields, transforms }: Dataset): ReadonlySet<string> => {
  const secret = Object.entries(fields).filter(([, field]) => isSecret(field));
  const found = new Set(secret.map(([name]) => name));
  const origins = new Map(Object.keys(fields).map((name) => [name, name]));
  for (const step of transforms) {
    if (step.kind === 'rename') origins.set(step.to, origins.get(step.from) ?? step.from);
    if (step.kind === 'mask') found.add(origins.get(step.column) ?? step.column);
  }
  return found;
};

/** A profile made small: what the gate judges by, and later runs are compared with. */
export const factsOf = (profile: Profile, measured: RunFacts['measured']): RunFacts => ({
  sampled: profile.sampled,
  columns: Object.fromEntries(
    profile.columns.map((column) => [column.name, summaryOf(column)] as const),
  ),
  newest: Object.fromEntries(
    profile.columns.flatMap(({ name, newestMs }) =>
      newestMs === undefined ? [] : [[name, newestMs]],
    ),
  ),
  measured,
  ...personalOf(profile),
});

const personalOf = ({ columns }: Profile): Pick<RunFacts, 'personal'> => {
  const found = columns.flatMap(({ name, personal }) =>
    personal === undefined ? [] : [[name, personal] as const],
  );
  return found.length === 0 ? {} : { personal: Object.fromEntries(found) };
};

const summaryOf = ({ count, nulls, sample }: ColumnProfile): ColumnSummary => {
  const nullShare = count === 0 ? 0 : nulls / count;
  if (sample === null || sample.values === 0) return { nullShare, distinctShare: null };
  const { values, distinct, mean, quantiles = [], top } = sample;
  const [, p05, , median, , p95] = quantiles;
  const isNumber = (point: Point | undefined): point is number => typeof point === 'number';
  const numbers =
    mean !== undefined && isNumber(p05) && isNumber(median) && isNumber(p95)
      ? { numbers: { mean, median, p05, p95 } }
      : {};
  const mix =
    top === undefined || distinct > topValuesMax
      ? {}
      : { top: Object.fromEntries(top.map(({ value, rows }) => [value, rows / values])) };
  return { nullShare, distinctShare: distinct / values, ...numbers, ...mix };
};
