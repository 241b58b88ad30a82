import type { Column, Dataset } from './dataset.ts';
import { reservedColumns } from './define-dataset.ts';
import { checkReferences } from './definition/check-references.ts';
import type { Field, FieldOption } from './fields/field.ts';
import { kindOf } from './fields/index.ts';
import { isField, isParts } from './fields/nested.ts';
import type { Value } from './fields/value.ts';
import { sha256 } from './hash.ts';
import { ruleOf } from './rules/index.ts';
import type { ValueSide } from './rules/rule.ts';
import { literal } from './sql.ts';
import { isRepaired, type Lookup, planOf } from './transform/plan.ts';
import type { KnownColumn } from './transforms/transform.ts';

export type { Lookup } from './transform/plan.ts';

/** The curated table's columns, in order. Throws when a step does not fit the other datasets. */
export const columnsOf = (dataset: Dataset, lookup: Lookup): readonly Column[] => [
  ...knownColumns(dataset, lookup).map(
    ({ name, type, required, doc, classification, evolved }) => ({
      ...{ name, type, required },
      ...(doc === undefined ? {} : { doc }),
      bounds: classification !== 'confidential',
      ...(evolved === true ? { evolved } : {}),
    }),
  ),
  ...reservedColumns
    .filter((name) => name !== '_changes' || isRepaired(dataset))
    .map((name) => ({ name, required: true, bounds: true, ...traces[name] })),
];

/** What makes each row traceable to the bytes it came from. */
const traces = {
  _file: { type: 'string', doc: 'Id of the landed file that the row came from.' },
  _row: { type: 'int', doc: 'Number of the row in that file, from 1.' },
  _run: { type: 'string', doc: 'Id of the run that published the row.' },
  _changes: {
    type: 'string',
    required: false,
    bounds: false,
    doc: 'What was repaired in the row, as a JSON list of {"field", "operation", "rule", "old"?}.',
  },
} as const;

/** Declared, derived and joined columns: what a row holds before Headgate adds its own. */
export const knownColumns = (dataset: Dataset, lookup: Lookup): readonly KnownColumn[] => {
  checkReferences(dataset, lookup);
  return planOf(dataset, lookup).columns;
};

/** What the rules of a field may ask of its kind. */
export const valueSideOf = (field: Field): ValueSide => {
  const kind = kindOf(field);
  const print = (value: Value): string => kind.print(value, field.options);
  return {
    print,
    literal: (value) =>
      kind.constant?.(value, field.options) ??
      `CAST(${literal(print(value))} AS ${kind.duckType(field.options)})`,
  };
};

/** Options as plain JSON: the fields inside of lists and structs are described like any other. */
const describeOption = (name: string, option: FieldOption | undefined): unknown => {
  if (isField(option)) return describeField([name, option]);
  if (!isParts(option)) return option;
  return Object.entries(option).map(describeField);
};

const describeOptions = ({ options }: Field): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, describeOption(name, option)]),
  );

const describeField = ([name, field]: [string, Field]) => ({
  name,
  kind: field.kind,
  ...describeOptions(field),
  required: !field.optional,
  description: field.description,
  classification: field.classification,
  casing: field.casing,
  rules: field.rules.map((use) => {
    const { kind, code, state } = ruleOf(use);
    const stated = { kind, ...state(use.params, valueSideOf(field)), code };
    return use.severity === 'warn' ? { ...stated, severity: use.severity } : stated;
  }),
  type: kindOf(field).icebergType(field.options),
  text: kindOf(field).jsonSchema(field.options),
});

const describeDefinition = (dataset: Dataset) => ({
  ...dataset,
  fields: Object.entries(dataset.fields).map(describeField),
});

/** Twelve hex digits that change with the definition: which contract judged a run. */
export const contractVersion = (dataset: Dataset): string =>
  sha256(JSON.stringify(describeDefinition(dataset))).slice(0, 12);

/** A dataset as plain JSON, for people and for `headgate datasets --json`. */
export const describe = (dataset: Dataset) => ({
  contractVersion: contractVersion(dataset),
  ...describeDefinition(dataset),
});

/** The datasets whose files each replace the whole table. */
export const wholeTablesOf = (datasets: readonly Dataset[]): ReadonlySet<Dataset['name']> =>
  new Set(datasets.flatMap(({ name, write }) => (write.kind === 'replace' ? [name] : [])));
