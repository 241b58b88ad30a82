import type { Dataset } from '../dataset.ts';
import type { Row, Value } from '../fields/value.ts';

/** A row with its number in the case. */
export type Numbered = { readonly row: number; readonly values: Row };

/** Row engine of deduplication: the rows that give way to another row of the same run. */
export const duplicatesIn = (dataset: Dataset, rows: readonly Numbered[]): ReadonlySet<number> => {
  const { key, fields, deduplicate } = dataset;
  const columns = deduplicate.by === 'row' ? Object.keys(fields) : key;
  const given = new Set<number>();
  if (columns.length === 0) return given;
  const kept = new Map<string, Numbered>();
  for (const each of rows) {
    const id = identity(columns.map((column) => each.values[column] ?? null));
    const before = kept.get(id);
    const gives = before !== undefined && keeps(dataset, before, each) ? each : before;
    if (gives !== undefined) given.add(gives.row);
    if (gives !== each) kept.set(id, each);
  }
  return given;
};

const identity = (values: readonly (Value | null)[]): string =>
  JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));

/** True when the earlier row stays. */
const keeps = ({ deduplicate: { keep } }: Dataset, earlier: Numbered, later: Numbered): boolean => {
  if (typeof keep === 'string') return keep === 'first';
  const [a, b] = [earlier.values[keep.largest] ?? null, later.values[keep.largest] ?? null];
  // Of equal ones the last is kept; a missing value is the smallest.
  return a !== null && (b === null || isLess(b, a));
};

/** The order of DuckDB: numbers by size, texts by their code points. */
const isLess = (a: Value, b: Value): boolean => {
  if (typeof a !== 'string' || typeof b !== 'string') return a < b;
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((point, index) => point !== right[index]);
  if (at < 0) return left.length < right.length;
  return (left[at]?.codePointAt(0) ?? 0) < (right[at]?.codePointAt(0) ?? -1);
};
