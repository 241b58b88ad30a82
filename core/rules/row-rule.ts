import type { RowCode } from '../codes.ts';
import type { Comparison, Expression } from '../expressions/expression.ts';
import type { Severity } from './rule.ts';

type Rule = {
  readonly severity: Severity;
  /** Said with the code instead of the columns; for `holds` it tells two of them apart. */
  readonly name?: string | undefined;
};

/** Columns whose values do not fall from left to right: start <= end. Missing ones are passed. */
export type Ordered = Rule & {
  readonly kind: 'ordered';
  readonly columns: readonly string[];
  /** True: equal values break it too. */
  readonly strictly: boolean;
};

/** Two columns compared. Passed where one of them is missing. */
export type Compare = Rule & {
  readonly kind: 'compare';
  readonly left: string;
  readonly is: Comparison;
  readonly right: string;
};

/** Columns that a row must have where a condition is true: shipped_at where status = 'shipped'. */
export type RequiredWhen = Rule & {
  readonly kind: 'requiredWhen';
  readonly when: Expression;
  readonly columns: readonly string[];
};

/** Any condition over the row; broken where it is false, passed where it is true or missing. */
export type Holds = Rule & { readonly kind: 'holds'; readonly condition: Expression };

/** No two rows of a run have the same values; the first keeps them. Asked after the key's. */
export type Unique = Rule & { readonly kind: 'unique'; readonly columns: readonly string[] };

/** The value stands in the published table of another dataset, which has it as its key. */
export type References = Rule & {
  readonly kind: 'references';
  readonly column: string;
  readonly dataset: string;
};

/** Rules that one row can answer by itself: judged by the validate stage. */
export type RowRule = Ordered | Compare | RequiredWhen | Holds;

/** Rules that need other rows: judged by the transform stage, on the rows that are valid. */
export type SetRule = Unique | References;

/** One rule of a dataset over several columns or rows. */
export type DatasetRule = RowRule | SetRule;

/** The same rule under a name that its reasons carry: `called('paid_in_full', compare(…))`. */
export const called = <R extends DatasetRule>(name: string, rule: R): R => ({ ...rule, name });

/** What every kind of rule over several columns or rows answers. */
export type DatasetRuleKind<R extends DatasetRule = DatasetRule> = {
  readonly kind: R['kind'];
  /** The reason of a row that breaks it. */
  readonly code: RowCode;
  /** Every column that it looks at. */
  columns(rule: R): readonly string[];
  /** The rule in one sentence, for people. */
  says(rule: R): string;
  /** What is wrong with the declaration itself, or null; columns and types are checked for all. */
  problem(rule: R): string | null;
};

/** One thing that must not be false in a row. */
export type Condition = {
  /** What the reason names beside the code: the rule's name, or the columns. */
  readonly field: string;
  /** Broken where it is false; passed where it is true or missing. */
  readonly holds: Expression;
};

/**
 * A kind that one row answers by itself. It says what must hold as expressions, so that both
 * engines judge it by what they know of expressions, and no kind is written twice.
 */
export type RowRuleKind<R extends RowRule = RowRule> = DatasetRuleKind<R> & {
  conditions(rule: R): readonly Condition[];
};

/** The field of a reason: the rule's name, or its columns as one text. */
export const fieldOfRule = (
  { name }: { readonly name?: string | undefined },
  columns: readonly string[],
): string => name ?? columns.join(', ');

/** Why columns cannot stand in one rule, or null. */
export const columnsProblem = (columns: readonly string[], least: number): string | null => {
  if (columns.length < least) return `names ${columns.length} columns; it needs ${least} or more`;
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  return twice === undefined ? null : `names '${twice}' twice`;
};
