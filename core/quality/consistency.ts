import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { judgeShare, percent, shareProblem } from './shares.ts';

type Consistency = CheckOf<'consistency'>;

/** How much of what is published goes against a rule that only warns. */
export const consistencyKind: CheckKind<Consistency> = {
  kind: 'consistency',
  dimension: 'consistency',
  scored: false,
  name: () => 'consistency',
  says: ({ min }) => `at least ${percent(min)} of the valid rows break no rule that warns`,
  problem: ({ min }, { fields, rules }) => {
    const all = [...rules, ...Object.values(fields).flatMap((field) => field.rules)];
    const warns = all.some((rule) => rule.severity === 'warn');
    return warns ? shareProblem(min) : 'no rule of the dataset has severity warn; see warn()';
  },
  judge: ({ min }, { counts: { rowsIn, rejected }, warned }) => {
    const valid = rowsIn - rejected;
    return judgeShare('consistency', valid - warned, valid, min);
  },
};

type Options = {
  /** Least share of valid rows that break no rule with severity `warn`. */
  readonly min: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows that break no rule with severity `warn`. */
export const consistency = ({ min, severity = 'warn' }: Options): Consistency => ({
  kind: 'consistency',
  min,
  severity,
});
