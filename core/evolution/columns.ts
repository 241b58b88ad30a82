import { assertNever } from '../assert.ts';
import type { Refusal } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { isRequired } from '../fields/field.ts';
import { fieldNamer, quoted, snakeCase } from '../landing/header-name.ts';
import { limits } from '../limits.ts';
import { withEvolved } from './evolved.ts';
import { newNameProblem } from './new-name.ts';

/** How the columns of a file differ from the declared ones. */
export type FoundColumns = {
  /** Names as they stand in the file, that no field or alias has. */
  readonly unknown: readonly string[];
  /** Declared fields that the file has no column for. */
  readonly missing: readonly string[];
  /** In formats whose rows name their own keys: how many rows have an unknown one. */
  readonly rows?: Readonly<Record<string, number>>;
};

/** A column of a file that no field or alias names. */
export type NewColumn = {
  /** As it stands in the file. */
  readonly spelt: string;
  /** How it is called in records, and in the table when it evolves: the snake_case of it. */
  readonly name: string;
  /** What its cells are called while the file is judged: begins with _, as no field does. */
  readonly cells: string;
};

/** How a file is judged that may be read: what differs, and the contract with what evolves. */
export type ColumnPlan = {
  readonly kind: 'plan';
  readonly dataset: Dataset;
  readonly newColumns: readonly NewColumn[];
  readonly missing: readonly string[];
};
export type ColumnsRefused = { readonly kind: 'refused' } & Refusal;

/** How a file is judged whose columns are exactly those declared. */
export const asDeclared = (dataset: Dataset): ColumnPlan => ({
  kind: 'plan',
  dataset,
  newColumns: [],
  missing: [],
});

const refused = (detail: string): ColumnsRefused => ({ kind: 'refused', code: 'E_SCHEMA', detail });

/** Decides what becomes of a file by its columns alone, before any row is judged. */
export const decideColumns = (
  dataset: Dataset,
  found: FoundColumns,
): ColumnPlan | ColumnsRefused => {
  const fault = schemaFault(dataset, found);
  if (fault !== undefined) return fault;
  const evolves = dataset.evolution.newColumns === 'evolve';
  const prefix = freePrefix(found.unknown);
  const newColumns = found.unknown.map((spelt, index) => {
    const name = snakeCase(spelt);
    return { spelt, name, cells: evolves ? name : `${prefix}${index}` };
  });
  const problem = newColumns.length === 0 ? undefined : newColumnsProblem(dataset, newColumns);
  if (problem !== undefined) return refused(problem);
  const { missing } = found;
  const evolved = evolves ? newColumns.map(({ name }) => name) : [];
  return { kind: 'plan', dataset: withEvolved(dataset, evolved), newColumns, missing };
};

/** Begins the names of cells; a key of JSON may be called like anything. */
const freePrefix = (unknown: readonly string[], prefix = '_new'): string =>
  unknown.some((name) => name.startsWith(prefix)) ? freePrefix(unknown, `_${prefix}`) : prefix;

/** What the columns lack or have too many where the contract allows neither. */
const schemaFault = (dataset: Dataset, found: FoundColumns): ColumnsRefused | undefined => {
  const missing = found.missing.filter((name) => isRefusedWithout(dataset, name));
  const unknown = dataset.evolution.newColumns === 'freeze' ? found.unknown : [];
  if (unknown.length === 0 && missing.length === 0) return undefined;
  const parts = [
    missing.length > 0 ? `missing: ${quoted(missing)}` : undefined,
    unknown.length > 0 ? `unknown: ${quoted(unknown, (name) => rowsText(found, name))}` : undefined,
    `declared: ${quoted(Object.keys(dataset.fields))}`,
  ];
  return refused(parts.filter((part) => part !== undefined).join('; '));
};

const rowsText = ({ rows }: FoundColumns, name: string): string => {
  const count = rows?.[name];
  return count === undefined ? '' : ` in ${count} row${count === 1 ? '' : 's'}`;
};

/** A value that every row must have cannot be promised of a file that has none. */
const isRefusedWithout = ({ fields, evolution }: Dataset, name: string): boolean => {
  const field = fields[name];
  const required = field !== undefined && isRequired(field);
  switch (evolution.missingColumns) {
    case 'freeze':
      return true;
    case 'quarantine_row':
      return false;
    case 'evolve':
    case 'quarantine_value':
    case 'hold':
      return required;
    default:
      return assertNever(evolution.missingColumns);
  }
};

/** Why new columns cannot be told apart, kept or added; undefined when they can. */
const newColumnsProblem = (dataset: Dataset, columns: readonly NewColumn[]): string | undefined => {
  if (columns.length > limits.newColumnsMax) {
    const allowed = `${limits.newColumnsMax} are allowed beside the declared ones`;
    return `${columns.length} columns are new, ${quoted(columns.map(({ spelt }) => spelt))}; ${allowed}`;
  }
  const fieldOf = fieldNamer(dataset);
  for (const [index, { spelt, name }] of columns.entries()) {
    const field = fieldOf(spelt);
    if (field !== undefined) {
      const next = `declare it as one of its aliases, or send it as "${field}"`;
      return `${quoted([spelt])} is another spelling of the field "${field}"; ${next}`;
    }
    const again = columns.findIndex((other) => other.name === name);
    if (again !== index) {
      const both = quoted([columns[again]?.spelt ?? '', spelt]);
      return `the new columns ${both} are both ${quoted([name])}; rename one`;
    }
    const problem = newNameProblem(dataset, name);
    if (problem !== undefined) return `the new column ${quoted([spelt])} ${problem}`;
  }
  return undefined;
};
