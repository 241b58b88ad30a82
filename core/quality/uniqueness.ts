import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { fieldProblem, judgeShare, percent, shareProblem, unknown } from './shares.ts';

type Uniqueness = CheckOf<'uniqueness'>;

/** Over the valid rows, before duplicates give way; a row that lacks a value is not asked. */
export const uniquenessKind: CheckKind<Uniqueness> = {
  kind: 'uniqueness',
  dimension: 'uniqueness',
  scored: true,
  name: ({ columns }) => `uniqueness of ${columns.join(', ')}`,
  says: ({ columns, min }) =>
    `at least ${percent(min)} of the valid rows have values in ${columns.join(', ')} that no other row of the run has`,
  problem: ({ columns, min }, dataset) => {
    if (columns.length === 0) return 'it names no column';
    const problems = columns.map((column) => fieldProblem(column, dataset));
    return problems.find((problem) => problem !== undefined) ?? shareProblem(min);
  },
  judge: (check, { facts }) => {
    const name = uniquenessKind.name(check);
    const found = facts.measured[name];
    if (found === undefined) return unknown(`${name} was not measured`);
    return judgeShare(name, found.holding, found.rows, check.min);
  },
};

type Options = {
  /** Least share of rows whose values no other row has. @default 1 */
  readonly min?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows whose values in the columns no other row of the run has. */
export const uniqueness = (
  columns: readonly string[],
  { min = 1, severity = 'warn' }: Options = {},
): Uniqueness => ({ kind: 'uniqueness', columns, min, severity });
