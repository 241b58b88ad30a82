import type { RowCode } from '../codes.ts';
import type { Scalar, Value } from '../fields/value.ts';

/** A broken rule rejects the row, or only counts as a warning and the row is published. */
export type Severity = 'reject' | 'warn';

/** What a rule was declared with; the values are of the field's own kind. */
export type RuleParams = Readonly<Record<string, Scalar | undefined>>;

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
  /** Row engine: true when the value passes. */
  check(value: V, params: Params): boolean;
  /** Set engine: true where the value passes; one flat expression, since every row pays for it. */
  toSql(valueSql: string, params: Params, side: ValueSide): string;
  /** Values on and just off the rule's edges, for the differential test. */
  edges(params: Params): readonly V[];
  /** The parameters as plain JSON, for people. */
  state(params: Params, side: ValueSide): Readonly<Record<string, string | number>>;
};

/** The parameters that were given, printed; those left out stay out. */
export const stated = (
  params: RuleParams,
  print: (value: Scalar) => string | number,
): Record<string, string | number> => {
  const result: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) result[name] = print(value);
  }
  return result;
};
