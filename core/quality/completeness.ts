import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { fieldProblem, judgeShare, percent, shareProblem } from './shares.ts';

type Completeness = CheckOf<'completeness'>;

/** The rows that could be read, valid or not: a file full of empty cells is seen before its end. */
export const completenessKind: CheckKind<Completeness> = {
  kind: 'completeness',
  dimension: 'completeness',
  scored: false,
  name: ({ column }) => `completeness of ${column}`,
  says: ({ column, min }) => `at least ${percent(min)} of the rows have a value in ${column}`,
  problem: ({ column, min }, dataset) => fieldProblem(column, dataset) ?? shareProblem(min),
  judge: (check, { nonEmpty, wellFormed }) =>
    judgeShare(completenessKind.name(check), nonEmpty[check.column] ?? 0, wellFormed, check.min),
};

type Options = {
  /** Least share of rows with a value. @default 1 */
  readonly min?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows with a value in a column. */
export const completeness = (
  column: string,
  { min = 1, severity = 'warn' }: Options = {},
): Completeness => ({ kind: 'completeness', column, min, severity });
