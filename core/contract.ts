import type { Column, Dataset } from './dataset.ts';
import { reservedColumns } from './define-dataset.ts';
import type { Field } from './fields/field.ts';
import { kindOf } from './fields/index.ts';
import type { Value } from './fields/value.ts';
import { sha256 } from './hash.ts';
import type { IcebergType } from './iceberg-type.ts';
import { ruleOf } from './rules/index.ts';
import type { ValueSide } from './rules/rule.ts';
import { literal } from './sql.ts';
import { transformOf } from './transforms/index.ts';
import type { Known, KnownColumn } from './transforms/transform.ts';

/** Finds another dataset, for joins; may throw instead of answering undefined. */
export type Lookup = (name: string) => Dataset | undefined;

/** The curated table's columns, in order. Throws when a step does not fit the other datasets. */
export const columnsOf = (dataset: Dataset, lookup: Lookup): readonly Column[] => [
  ...knownColumns(dataset, lookup).map(({ name, type, required, doc, classification }) => ({
    name,
    type,
    required,
    ...(doc === undefined ? {} : { doc }),
    bounds: classification !== 'confidential',
  })),
  ...reservedColumns.map((name) => ({ name, required: true, bounds: true, ...traces[name] })),
];

/** What makes each row traceable to the bytes it came from. */
const traces = {
  _file: { type: 'string', doc: 'Id of the landed file that the row came from.' },
  _row: { type: 'int', doc: 'Number of the row in that file, from 1.' },
  _run: { type: 'string', doc: 'Id of the run that published the row.' },
} as const;

/** Declared, derived and joined columns: what a row holds before Headgate adds its own. */
export const knownColumns = (
  dataset: Dataset,
  lookup: Lookup,
  path: readonly string[] = [],
): readonly KnownColumn[] => {
  if (path.includes(dataset.name)) {
    throw new Error(`datasets join each other in a circle: ${[...path, dataset.name].join(', ')}`);
  }
  const columns = Object.entries(dataset.fields).map(([name, field]) => columnOfField(name, field));
  const known: Known = {
    column: (name) => {
      const found = columns.find((column) => column.name === name);
      if (found !== undefined) return found;
      throw new Error(`no column '${name}' in dataset '${dataset.name}'`);
    },
    partner: (name) => {
      const other = lookup(name);
      if (other === undefined) {
        throw new Error(`'${dataset.name}' joins '${name}', which is no dataset`);
      }
      return {
        key: other.key,
        replaces: other.write.kind === 'replace',
        columns: knownColumns(other, lookup, [...path, dataset.name]),
      };
    },
  };
  for (const use of dataset.transforms) columns.push(...transformOf(use).columns(use, known));
  return columns;
};

const columnOfField = (name: string, field: Field): KnownColumn => {
  const type = kindOf(field).icebergType(field.options);
  return {
    name,
    type,
    required: !field.optional,
    doc: field.description,
    classification: field.classification,
    largest: largestOf(type, field),
  };
};

const INT_LARGEST = 2n ** 31n;

/** The largest absolute value that a number of the field can have; undefined for other kinds. */
const largestOf = (type: IcebergType, field: Field): bigint | undefined => {
  if (typeof type !== 'string') return undefined;
  const precision = /^decimal\((\d+), /.exec(type)?.[1];
  if (type !== 'int' && precision === undefined) return undefined;
  const ofType = precision === undefined ? INT_LARGEST : 10n ** BigInt(precision) - 1n;
  const bounds = field.rules.find((rule) => rule.kind === 'range')?.params;
  const { min, max } = bounds ?? {};
  const ends = [min ?? -ofType, max ?? ofType].map(BigInt);
  return ends.map((end) => (end < 0n ? -end : end)).reduce((a, b) => (a > b ? a : b));
};

/** What the rules of a field may ask of its kind. */
export const valueSideOf = (field: Field): ValueSide => {
  const kind = kindOf(field);
  const print = (value: Value): string => kind.print(value, field.options);
  return {
    print,
    literal: (value) => `CAST(${literal(print(value))} AS ${kind.duckType(field.options)})`,
  };
};

const describeField = ([name, field]: [string, Field]) => ({
  name,
  kind: field.kind,
  ...field.options,
  required: !field.optional,
  description: field.description,
  classification: field.classification,
  casing: field.casing,
  rules: field.rules.map((use) => {
    const { kind, code, state } = ruleOf(use);
    return { kind, ...state(use.params, valueSideOf(field)), code };
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
