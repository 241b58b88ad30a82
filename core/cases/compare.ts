import { knownColumns, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { changesRows } from '../transforms/index.ts';
import type { Case } from './case.ts';
import { type Natural, spelling } from './natural.ts';
import type { Outcome } from './run-case.ts';

/** One thing that came out otherwise than a case says. */
export type Difference = {
  /** From 1; null when it is about all rows. */
  readonly row: number | null;
  /** Null when it is about what became of the row. */
  readonly column: string | null;
  readonly expected: string;
  readonly found: string;
};

/** Every difference between what a case expects and what an engine made of its rows. */
export const differencesOf = (
  dataset: Dataset,
  lookup: Lookup,
  { rows, expect }: Case,
  outcome: Outcome,
): readonly Difference[] => {
  const rejected = new Map(outcome.rejected.map(({ row, reasons }) => [row, reasons]));
  const wanted = new Map((expect.rejected ?? []).map(({ row, reasons }) => [row, reasons]));
  const numbers = rows.map((_, index) => index + 1);
  const fates = numbers.flatMap((row): Difference[] => {
    const [expected, found] = [fate(wanted.get(row)), fate(rejected.get(row))];
    return expected === found ? [] : [{ row, column: null, expected, found }];
  });
  const types = new Map(knownColumns(dataset, lookup).map(({ name, type }) => [name, type]));
  const kept = numbers.filter((row) => !wanted.has(row));
  const values = changesRows(dataset.transforms)
    ? compareTable(expect.clean, outcome.published, types)
    : kept.flatMap((row, index) => {
        const found = outcome.published.find((each) => each.row === row)?.values;
        return found === undefined
          ? []
          : compareRow(row, expect.clean?.[index] ?? {}, found, types);
      });
  return [
    ...fates,
    ...values,
    ...compareWarned(expect.warned, outcome.warned),
    ...compareScore(expect.score, outcome.score),
  ].sort((a, b) => (a.row ?? Number.MAX_VALUE) - (b.row ?? Number.MAX_VALUE));
};

/** Rows that steps made: by their place among the published ones. */
const compareTable = (
  wanted: Case['expect']['clean'],
  published: Outcome['published'],
  types: ReadonlyMap<string, IcebergType>,
): Difference[] => {
  if (wanted === undefined) return [];
  if (wanted.length !== published.length) {
    const [expected, found] = [wanted, published].map((rows) => `${rows.length} published rows`);
    return [{ row: null, column: null, expected: expected ?? '', found: found ?? '' }];
  }
  return wanted.flatMap((row, index) =>
    compareRow(index + 1, row, published[index]?.values ?? {}, types),
  );
};

const compareWarned = (
  wanted: Case['expect']['warned'],
  warned: Outcome['warned'],
): Difference[] => {
  if (wanted === undefined || warned === undefined) return [];
  const said = (rows: NonNullable<Outcome['warned']>, row: number): string => {
    const reasons = rows.find((each) => each.row === row)?.reasons ?? [];
    return reasons.length === 0 ? 'no warning' : `warned: ${[...reasons].sort().join(', ')}`;
  };
  const rows = [...new Set([...wanted, ...warned].map(({ row }) => row))];
  return rows.flatMap((row) => {
    const [expected, found] = [said(wanted, row), said(warned, row)];
    return expected === found ? [] : [{ row, column: null, expected, found }];
  });
};

const compareRow = (
  row: number,
  wanted: Readonly<Record<string, Natural>>,
  values: Readonly<Record<string, Natural>>,
  types: ReadonlyMap<string, IcebergType>,
): Difference[] =>
  Object.entries(wanted).flatMap(([column, value]) => {
    const type = types.get(column);
    if (type === undefined) {
      const found = `no such column; there are ${[...types.keys()].join(', ')}`;
      return [{ row, column, expected: 'a column', found }];
    }
    const [expected, found] = [spelling(value, type), spelling(values[column] ?? null, type)];
    return expected === found ? [] : [{ row, column, expected, found }];
  });

const compareScore = (wanted: number | undefined, found: number): Difference[] =>
  wanted === undefined || wanted === found
    ? []
    : [{ row: null, column: null, expected: `score ${wanted}`, found: `score ${found}` }];

const fate = (reasons: readonly string[] | undefined): string =>
  reasons === undefined ? 'published' : `rejected: ${[...reasons].sort().join(', ')}`;
