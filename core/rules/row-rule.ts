import type { Comparison, Expression } from '../expressions/expression.ts';
import type { Severity } from './rule.ts';

type Rule = {
  readonly severity: Severity;
  /** Said to people with the code; for `expression` it is what tells two of them apart. */
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
