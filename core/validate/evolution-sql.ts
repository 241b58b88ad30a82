import type { RowCode } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import type { ColumnPlan } from '../evolution/columns.ts';
import { companionOf } from '../evolution/evolved.ts';
import { settableFields, showsTexts } from '../evolution/types.ts';
import { kindOf } from '../fields/index.ts';
import { ident, list } from '../sql.ts';

/** A column of the clean rows that holds what is not published in its own column. */
export type Aside = {
  /** Its name in the clean rows. */
  readonly cells: string;
  /** The field or new column that the values came in. */
  readonly column: string;
  readonly code: RowCode;
  /** Whether the values are published, in a column of that name, or kept in quarantine. */
  readonly evolves: boolean;
};

/** What of a plan concerns the judging of rows. */
export type RowColumns = Pick<ColumnPlan, 'newColumns' | 'missing'>;

/** New columns whose values keep their row from being published. */
export const barringColumns = ({ evolution }: Dataset, { newColumns }: RowColumns) =>
  evolution.newColumns === 'quarantine_row' ? newColumns : [];

/** Declared fields whose absence from the file rejects each of its rows. */
export const barringMissing = ({ evolution }: Dataset, { missing }: RowColumns) =>
  evolution.missingColumns === 'quarantine_row' ? missing : [];

const setsAside = (mode: string): boolean => mode === 'quarantine_value' || mode === 'hold';

/** Every column of set-aside values that the clean rows of a file have. */
export const asideOf = (dataset: Dataset, { newColumns }: RowColumns): readonly Aside[] => {
  const { evolution } = dataset;
  const unknown = setsAside(evolution.newColumns) ? newColumns : [];
  const evolves = (field: string): boolean =>
    evolution.changedTypes === 'evolve' && showsTexts(dataset, field);
  return [
    ...unknown.map(
      ({ cells, name }): Aside => ({ cells, column: name, code: 'E_NEW_COLUMN', evolves: false }),
    ),
    ...typedFields(dataset).map(
      (field): Aside => ({
        cells: evolves(field) ? companionOf(field) : `_aside_${field}`,
        column: field,
        code: 'E_TYPE',
        evolves: evolves(field),
      }),
    ),
  ];
};

/** Fields of which a value of another type does not reject its row. */
export const typedFields = (dataset: Dataset): readonly string[] => {
  const mode = dataset.evolution.changedTypes;
  return mode === 'evolve' || setsAside(mode) ? settableFields(dataset) : [];
};

/**
 * The level above the values where such fields lose a value of another type: `*` with the field
 * and its value replaced, and the text in a column of its own. Empty where no field may.
 */
export const settledSql = (
  dataset: Dataset,
  names: {
    readonly typed: (field: string) => string;
    readonly prepared: (field: string) => string | undefined;
  },
): { readonly marks: string; readonly settled: string } => {
  const fields = typedFields(dataset);
  const marks = fields.map((name) => {
    const field = dataset.fields[name];
    if (field === undefined) return `FALSE AS ${mark(name)}`;
    const [text, value] = [ident(name), names.typed(name)];
    const kind = kindOf(field);
    const refusals = kind
      .refusals(field.options)
      .map(({ code, when }) => ({ code, when: `(${when(text, value, names.prepared(name))})` }));
    const own = refusals.flatMap(({ code, when }, index) => {
      if (code !== 'E_TYPE') return [];
      const others = refusals.slice(0, index).map((before) => `${before.when} IS NOT TRUE`);
      return [`(${[...others, `${when} IS TRUE`].join(' AND ')})`];
    });
    // Nearly every text is a value, and then the slow form is not asked.
    const accepts = `(${kind.accepts(text, value, field.options)}) IS NOT TRUE`;
    return `(${text} IS NOT NULL AND ${accepts} AND (${own.join(' OR ')})) AS ${mark(name)}`;
  });
  if (fields.length === 0) return { marks: '', settled: '' };
  const without = (column: string, name: string): string =>
    `CASE WHEN ${mark(name)} THEN NULL ELSE ${column} END AS ${column}`;
  const replaced = fields.flatMap((name) => [
    without(ident(name), name),
    without(names.typed(name), name),
  ]);
  const kept = asideOf(dataset, { newColumns: [], missing: [] }).map(
    ({ cells, column }) => `CASE WHEN ${mark(column)} THEN ${ident(column)} END AS ${ident(cells)}`,
  );
  return { marks: list(marks), settled: `* REPLACE (${list(replaced)}), ${list(kept)}` };
};

const mark = (name: string): string => ident(`_changed_${name}`);
