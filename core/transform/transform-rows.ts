import type { Dataset } from '../dataset.ts';
import { PermanentError } from '../errors.ts';
import type { Row } from '../fields/value.ts';
import type { FindPartner, KnownColumn, Placed, RowSide } from '../transforms/transform.ts';
import { changesOf, recorderOf } from './changes.ts';
import { isRepaired, type Lookup, planOf, repairOf, type Step } from './plan.ts';

/** A clean row and where it came from. */
export type CleanRow = { readonly file: string; readonly row: number; readonly values: Row };

/** A published row. */
export type PublishedRow = CleanRow & {
  /** JSON of what was repaired in it; null where nothing was, or where nothing can be. */
  readonly changes: string | null;
};

/** What a run of the row engine brings with it. */
export type RowContext = {
  readonly partner: FindPartner;
  /** What hashes and tokens are made with. */
  readonly salt?: string | undefined;
};

/** The row engine of a dataset's steps, over the rows of a run: the rows that are published. */
export const transformRows = (
  dataset: Dataset,
  lookup: Lookup,
  clean: readonly CleanRow[],
  context: RowContext,
): readonly PublishedRow[] => {
  let rows: readonly Placed[] = clean.map((each) => ({ ...each, parts: [], changes: [] }));
  for (const step of planOf(dataset, lookup).steps) rows = stepped(step, rows, context);
  return rows.map(({ file, row, values, changes }) => ({
    file,
    row,
    values,
    changes: changesOf(changes),
  }));
};

/** The published row of one clean row, for datasets whose steps look at no other row. */
export const transformRow = (
  dataset: Dataset,
  lookup: Lookup,
  clean: Row,
  partner: FindPartner,
): Row => {
  const [row] = transformRows(dataset, lookup, [{ file: '', row: 1, values: clean }], { partner });
  if (row === undefined) throw new Error(`'${dataset.name}' made no row of a row`);
  return isRepaired(dataset) ? { ...row.values, _changes: row.changes } : row.values;
};

const sideOf = ({ before }: Step, { partner, salt }: RowContext): RowSide => {
  const columns = new Map(before.map((column) => [column.name, column]));
  return {
    known: (name) => from(columns, name),
    columns: before,
    partner,
    salt: () => {
      if (salt !== undefined) return salt;
      throw new PermanentError('hashes and tokens are made with a salt, and none was given');
    },
  };
};

const stepped = (step: Step, rows: readonly Placed[], context: RowContext): readonly Placed[] => {
  const { use, kind } = step;
  const side = sideOf(step, context);
  switch (kind.form) {
    case 'row':
      return rows.map((row) => after(step, row, kind.compute(use, row.values, side)));
    case 'set': {
      const values = kind.computeAll(use, rows, side);
      return rows.map((row, index) => after(step, row, values[index] ?? {}));
    }
    default:
      return kind.computeAll(use, rows, side);
  }
};

/** A row with the values that a step gave it, in the order of the columns after the step. */
const after = (step: Step, row: Placed, values: Row): Placed => {
  const all = { ...row.values, ...values };
  const repair = repairOf(step.use);
  const known = step.before.find(({ name }) => name === repair?.column);
  const change =
    repair === undefined || known === undefined
      ? undefined
      : recorderOf(step.use, repair, known).record(row.values, all);
  return {
    ...row,
    values: Object.fromEntries(step.after.map(({ name }) => [name, all[name] ?? null])),
    changes: change === undefined ? row.changes : [...row.changes, change],
  };
};

const from = (columns: ReadonlyMap<string, KnownColumn>, name: string): KnownColumn => {
  const found = columns.get(name);
  if (found !== undefined) return found;
  throw new Error(`no column '${name}' before this step`);
};
