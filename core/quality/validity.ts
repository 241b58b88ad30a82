import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { judgeShare, percent, shareProblem } from './shares.ts';

type Validity = CheckOf<'validity'>;

/** Beside rejects.holdAbove, which always holds: this one may only warn, and earlier. */
export const validityKind: CheckKind<Validity> = {
  kind: 'validity',
  dimension: 'validity',
  scored: false,
  name: () => 'validity',
  says: ({ min }) => `at least ${percent(min)} of the rows are not rejected`,
  problem: ({ min }) => shareProblem(min),
  judge: ({ min }, { counts: { rowsIn, rejected } }) =>
    judgeShare('validity', rowsIn - rejected, rowsIn, min),
};

type Options = {
  /** Least share of rows that are not rejected. */
  readonly min: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows that are not rejected. */
export const validity = ({ min, severity = 'warn' }: Options): Validity => ({
  kind: 'validity',
  min,
  severity,
});
