import {
  deviationNumbers,
  deviationOf,
  deviationsProblem,
  deviationText,
  historyRunsMin,
} from './anomaly.ts';
import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { unknown } from './shares.ts';

type Volume = CheckOf<'volume'>;

/** Runs that were all of one size may still differ by one in a hundred, or one row. */
const floor = (median: number): number => Math.max(1, median * 0.01);

/** Rows that came in, rejected ones among them: what was sent, and not what was good. */
export const volumeKind: CheckKind<Volume> = {
  kind: 'volume',
  dimension: 'volume',
  scored: true,
  name: () => 'volume',
  says: ({ deviations }) =>
    `the rows of the run lie within ${deviations} deviations of the median of the dataset's last runs (from ${historyRunsMin} runs on)`,
  problem: ({ deviations }) => deviationsProblem(deviations),
  judge: ({ deviations }, { counts, history }) => {
    const earlier = history.map(({ rowsIn }) => rowsIn);
    const found = deviationOf(counts.rowsIn, earlier, floor);
    if (found === undefined) return notEnough('volume', earlier.length);
    const broken = found.deviations > deviations;
    return {
      state: broken ? 'broken' : 'passed',
      share: broken ? deviations / found.deviations : 1,
      detail: deviationText('volume: the number of rows', found, deviations),
      numbers: deviationNumbers(found, deviations),
    };
  },
};

/** What a check says that has too little to compare with. */
export const notEnough = (name: string, runs: number) =>
  unknown(`${name}: not enough history, ${runs} of ${historyRunsMin} runs`, { runs });

type Options = {
  /** Allowed distance from the median, in robust standard deviations. @default 4 */
  readonly deviations?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Rows of the run against those of the dataset's earlier runs. */
export const volume = ({ deviations = 4, severity = 'warn' }: Options = {}): Volume => ({
  kind: 'volume',
  deviations,
  severity,
});
