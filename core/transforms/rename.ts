import type { RowStep } from './transform.ts';
import { replaced } from './typed.ts';
import type { Rename, Select } from './uses.ts';

/** Another name for a column; its place, type, secrecy and mask stay. */
export const renameKind: RowStep<Rename> = {
  kind: 'rename',
  form: 'row',
  says: ({ from, to }) => `${from} is called ${to}`,
  uses: ({ from }) => [from],
  adds: ({ to }) => [to],
  drops: ({ from }) => [from],
  columns: ({ from, to }, known) => {
    known.column(from);
    return replaced(known.columns, from, (column) => ({ ...column, name: to }));
  },
  compute: ({ from, to }, row) => ({ [to]: row[from] ?? null }),
  toSql: ({ from, to }, side) => ({ [to]: side.column(from) }),
};

/** Gives a column another name. */
export const rename = (from: string, to: string): Rename => ({ kind: 'rename', from, to });

const namesIn = (use: Select): readonly string[] => ('keep' in use ? use.keep : use.drop);

/** Which columns are published; those kept come in the order in which they are named. */
export const selectKind: RowStep<Select> = {
  kind: 'select',
  form: 'row',
  says: (use) =>
    'keep' in use
      ? `only ${use.keep.join(', ')} go on, in this order`
      : `${use.drop.join(', ')} is left out`,
  uses: namesIn,
  adds: () => [],
  drops: (use, before) =>
    'keep' in use ? before.filter((name) => !use.keep.includes(name)) : use.drop,
  columns: (use, known) => {
    const names = namesIn(use);
    const found = names.map((name) => known.column(name));
    if (new Set(names).size < names.length) throw new Error('select names a column twice');
    // Whoever wrote the list could not know of columns that files brought since.
    const evolved = known.columns.filter((column) => column.evolved === true);
    const left =
      'keep' in use
        ? [...found, ...evolved]
        : known.columns.filter(({ name }) => !use.drop.includes(name));
    if (left.length === 0) throw new Error('select leaves no column; keep at least one');
    return left;
  },
  compute: () => ({}),
  toSql: () => ({}),
};

/** Publishes only some columns: `select({ keep: [...] })` or `select({ drop: [...] })`. */
export const select = (
  which: { readonly keep: readonly string[] } | { readonly drop: readonly string[] },
): Select => ({ kind: 'select', ...which });
