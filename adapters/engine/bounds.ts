import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import type { CopyRow } from '../../core/load/parquet.ts';
import { ident } from '../../core/sql.ts';
import type { Bounds } from './references.ts';

type Run = {
  readonly dataset: Dataset;
  readonly clean: readonly { readonly fileId: string }[];
  readonly runId: string;
};

/** By bytes, as table formats order texts; JavaScript's own order differs beyond U+FFFF. */
const boundsOf = (texts: readonly string[]): Bounds | undefined => {
  const sorted = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const [min, max] = [sorted[0], sorted.at(-1)];
  return min === undefined || max === undefined ? undefined : { min, max };
};

/**
 * DuckDB states no bounds for ENUM columns. What is known without reading the files again is no
 * tighter than it has to be, and still lets a reader skip: the declared values, the texts of the
 * joined table, the run and its files.
 */
export const withBounds = (
  row: CopyRow,
  { dataset, clean, runId }: Run,
  taken: ReadonlyMap<string, Bounds>,
): CopyRow => {
  const known = new Map(taken);
  const add = (name: string, texts: readonly string[]): void => {
    const bounds = boundsOf(texts);
    if (bounds !== undefined) known.set(name, bounds);
  };
  for (const [name, field] of Object.entries(dataset.fields)) {
    const { values } = field.options;
    if (field.kind === 'oneOf') add(name, z.array(z.string()).parse(values));
  }
  add(
    '_file',
    clean.map(({ fileId }) => fileId),
  );
  add('_run', [runId]);
  const byKey = new Map([...known].map(([name, bounds]) => [ident(name), bounds]));
  return {
    ...row,
    column_statistics: row.column_statistics.map((column) => {
      const bounds = byKey.get(column.key);
      const of = new Map(column.value.map(({ key, value }) => [key, value]));
      const empty = of.get('null_count') === of.get('num_values');
      if (bounds === undefined || of.has('min') || empty) return column;
      const { min, max } = bounds;
      return {
        ...column,
        value: [...column.value, { key: 'min', value: min }, { key: 'max', value: max }],
      };
    }),
  };
};
