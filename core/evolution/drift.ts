import * as z from 'zod';
import type { ColumnPlan } from './columns.ts';
import { evolutionModes } from './evolution.ts';

/** One way in which a file was not what its dataset declares. Names and numbers, never values. */
export const Drift = z.object({
  kind: z.enum(['new column', 'missing column', 'changed type']),
  /** Of a new column its snake_case name. */
  column: z.string(),
  /** What the dataset says is done then. */
  mode: z.enum(evolutionModes),
  /** Rows with a value there; of a missing column, all rows of the file. */
  rows: z.number().int().nonnegative(),
});
export type Drift = z.infer<typeof Drift>;

/** What the rows of a file came to, as far as it tells of its columns. */
export type Judged = {
  readonly rowsIn: number;
  /** Published values that are none of their field's kind, or of a new column, by their cells. */
  readonly filled: Readonly<Record<string, number>>;
  readonly aside: readonly {
    readonly cells: string;
    readonly column: string;
    readonly code: string;
  }[];
  readonly reasons: readonly {
    readonly code: string;
    readonly field: string | null;
    readonly rows: number;
  }[];
};

/** How a judged file differs from what is declared. */
export const driftIn = (
  { dataset, newColumns, missing }: ColumnPlan,
  { rowsIn, filled, aside, reasons }: Judged,
): Drift[] => {
  const { newColumns: ofNew, missingColumns: ofMissing, changedTypes: ofTypes } = dataset.evolution;
  const rejected = (code: string, field: string): number =>
    reasons.find((reason) => reason.code === code && reason.field === field)?.rows ?? 0;
  const types = new Map(
    aside.flatMap(({ cells, column, code }) => (code === 'E_TYPE' ? [[column, cells]] : [])),
  );
  const changed = Object.keys(dataset.fields).map((column): Drift => {
    const rows = (filled[types.get(column) ?? ''] ?? 0) + rejected('E_TYPE', column);
    return { kind: 'changed type', column, mode: ofTypes, rows };
  });
  return [
    ...newColumns.map(({ name, cells }): Drift => {
      const rows = (filled[cells] ?? 0) + rejected('E_NEW_COLUMN', name);
      return { kind: 'new column', column: name, mode: ofNew, rows };
    }),
    ...missing.map(
      (column): Drift => ({ kind: 'missing column', column, mode: ofMissing, rows: rowsIn }),
    ),
    // Where such a row is rejected as any other bad one, its reason tells it already.
    ...(ofTypes === 'quarantine_row' ? [] : changed.filter(({ rows }) => rows > 0)),
  ];
};

/** The same of all files of a run: each column once, with its rows of all of them. */
export const driftOf = (files: readonly { readonly drift?: readonly Drift[] }[]): Drift[] => {
  const all = new Map<string, Drift>();
  for (const drift of files.flatMap((file) => file.drift ?? [])) {
    const key = `${drift.kind} ${drift.column}`;
    all.set(key, { ...drift, rows: drift.rows + (all.get(key)?.rows ?? 0) });
  }
  return [...all.values()];
};

/** One sentence for people. */
export const driftWords = ({ kind, column, mode, rows }: Drift): string => {
  const where = rows === 1 ? '1 row' : `${rows} rows`;
  return `${kind} ${JSON.stringify(column)} in ${where} (${mode})`;
};
