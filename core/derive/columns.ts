import { knownColumns, type Lookup, valueSideOf } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { ruleOf } from '../rules/index.ts';
import type { KnownColumn } from '../transforms/transform.ts';

/** A column of the published table with what its field, if it has one, says of it. */
export type PublishedColumn = KnownColumn & { readonly field?: Field | undefined };

/** Declared, derived and joined columns, in the order of the table. */
export const publishedColumns = (dataset: Dataset, lookup: Lookup): readonly PublishedColumn[] =>
  knownColumns(dataset, lookup).map((column) => ({
    ...column,
    field: Object.hasOwn(dataset.fields, column.name) ? dataset.fields[column.name] : undefined,
  }));

/** What each rule of a field says with its parameters, as plain JSON. */
export const statedRules = (field: Field) =>
  field.rules.map((use) => {
    const { kind, code, state } = ruleOf(use);
    return { kind, code, severity: use.severity, ...state(use.params, valueSideOf(field)) };
  });

const DECIMAL = /^decimal\((\d+), ?(\d+)\)$/;

/** Precision and scale of a decimal type; undefined for every other one. */
export const decimalOf = (type: IcebergType): { precision: number; scale: number } | undefined => {
  const [, precision, scale] = (typeof type === 'string' && DECIMAL.exec(type)) || [];
  return precision === undefined
    ? undefined
    : { precision: Number(precision), scale: Number(scale) };
};
