/**
 * A computation over the columns of one row, as a typed tree and never as SQL text: so it can be
 * checked when a dataset is loaded, printed for people, and run by both engines alike. Built by the
 * functions of core/expressions/build.ts.
 */
export type Expression =
  | { readonly op: 'column'; readonly column: string }
  /** A constant as text, of an Iceberg type: { type: 'decimal(12, 2)', text: '9.99' }. */
  | { readonly op: 'constant'; readonly type: string; readonly text: string }
  | { readonly op: Arithmetic; readonly left: Expression; readonly right: Expression }
  | { readonly op: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'and' | 'or'; readonly all: readonly Expression[] }
  | { readonly op: 'not' | 'isMissing' | 'length' | 'abs'; readonly of: Expression }
  | { readonly op: 'oneOf'; readonly of: Expression; readonly among: readonly Expression[] };

export const arithmetic = ['plus', 'minus', 'times'] as const;
export type Arithmetic = (typeof arithmetic)[number];

export const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof comparisons)[number];

/** What stands directly inside an expression, from left to right. */
export const partsOf = (expression: Expression): readonly Expression[] => {
  if ('left' in expression) return [expression.left, expression.right];
  if ('all' in expression) return expression.all;
  if ('among' in expression) return [expression.of, ...expression.among];
  return 'of' in expression ? [expression.of] : [];
};

/** The columns that an expression reads, each once, in the order in which they come. */
export const columnsIn = (expression: Expression): readonly string[] =>
  expression.op === 'column'
    ? [expression.column]
    : [...new Set(partsOf(expression).flatMap(columnsIn))];
