import type { RowCode } from '../codes.ts';
import type { Scalar, Value } from '../fields/value.ts';

/** A broken rule rejects the row, or only counts as a warning and the row is published. */
export type Severity = 'reject' | 'warn';

/** What a rule was declared with; see `ofValues` for what its values are. */
export type RuleParam = Scalar | readonly Scalar[];
export type RuleParams = Readonly<Record<string, RuleParam | undefined>>;

/** One rule of one field. Built by the field's builder. */
export type RuleUse = {
  /** Name of a kind in core/rules/index.ts. */
  readonly kind: string;
  readonly params: RuleParams;
  readonly severity: Severity;
};

/** The same rule as a warning: `text({ rules: [warn(length({ max: 20 }))] })`. */
export const warn = <Use extends { readonly severity: Severity }>(use: Use): Use => ({
  ...use,
  severity: 'warn',
});

/** What a rule may ask of the kind of the field that it stands on. */
export type ValueSide = {
  /** A value of the field as a typed SQL constant. */
  literal(value: Value): string;
  /** A value of the field as a text. */
  print(value: Value): string;
};

/**
 * One kind of rule, said twice, once per engine; test/differential.test.ts holds the two to each
 * other. Rules see values only: never a missing one, never a text that is none.
 */
export type RuleKind<Params = RuleParams, V extends Value = Value> = {
  readonly kind: string;
  /** The reason of a row that breaks it. */
  readonly code: RowCode;
  /** Which values it can judge: texts, those with an order that is not of letters, or any. */
  readonly judges: 'texts' | 'ordered' | 'scalars';
  /**
   * Whether its parameters are values of the field. Those may be declared as texts in the field's
   * grammar, '0.01' or '2020-01-01'; they are read when the dataset is loaded.
   */
  readonly ofValues: boolean;
  /** What it asks of a value, in words that follow the field's name. */
  says(params: Params, side: ValueSide): string;
  /** Row engine: true when the value passes. */
  check(value: V, params: Params): boolean;
  /** Set engine: true where the value passes; one flat expression, since every row pays for it. */
  toSql(valueSql: string, params: Params, side: ValueSide): string;
  /** Values on and just off the rule's edges, for the differential test. */
  edges(params: Params): readonly V[];
  /** The parameters as plain JSON, for people. */
  state(params: Params, side: ValueSide): StatedParams;
};

/** A rule's parameters as plain JSON. */
export type StatedParams = Readonly<Record<string, string | number | readonly string[]>>;

/** The parameters that were given, printed; those left out stay out. */
export const stated = (
  params: Readonly<Record<string, Scalar | undefined>>,
  print: (value: Scalar) => string | number,
): Record<string, string | number> => {
  const result: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) result[name] = print(value);
  }
  return result;
};

/** 'at least 1', 'at most 5' or 'from 1 to 5', for what a rule says. */
export const boundsText = (min: string | undefined, max: string | undefined): string => {
  if (min !== undefined && max !== undefined) return `from ${min} to ${max}`;
  return max === undefined ? `at least ${min}` : `at most ${max}`;
};
