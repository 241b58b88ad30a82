import type { ProfileName } from '../../bin/local/profiles.ts';
import { doorRun } from './doors/run.ts';
import { forgetLogs, startFaultyAws } from './local-stack.ts';
import type { Verdict } from './oracle.ts';
import { faultyRun, judgeAgain, openGround, type RunResult } from './run.ts';
import type { Mode } from './troubles.ts';

export type SearchOptions = {
  readonly from: number;
  /** That land files. */
  readonly runs: number;
  /** That send records to the stream and the API. @default 0 */
  readonly doors?: number;
  readonly mode: Mode;
  /** @default local */
  readonly profile?: ProfileName;
  /** Called after each run, with all that struck in it. */
  readonly onRun?: (result: RunResult, strikes: readonly string[]) => void;
};

/** Runs that went through, and all that happened in them. */
export type SearchResult = {
  readonly results: readonly RunResult[];
  /** Of all that landed, after the last of the runs. */
  readonly atLast: Verdict;
  readonly requests: number;
  /** Of each kind of fault, or crash, at each operation: how often it struck. */
  readonly strikes: ReadonlyMap<string, number>;
};

/** Runs seeds one after the other, on one stack that it starts and stops. */
export const search = async (options: SearchOptions): Promise<SearchResult> => {
  const { from, runs, doors = 0, mode, profile = 'local', onRun } = options;
  let strikes: string[] = [];
  const aws = await startFaultyAws(profile, (what) => strikes.push(what));
  let isGood = false;
  try {
    const before = aws.proxy.tally().requests;
    const ground = openGround(aws);
    const results: RunResult[] = [];
    for (const [run, count] of [[faultyRun, runs] as const, [doorRun, doors] as const])
      for (let seed = from; seed < from + count; seed += 1) {
        strikes = [];
        const result = await run(ground, seed, mode);
        results.push(result);
        onRun?.(result, strikes);
      }
    const atLast = await judgeAgain(ground);
    ground.reader.close();
    const verdicts = [atLast, ...results.map(({ verdict }) => verdict)];
    isGood = verdicts.every((verdict) => problemsOf(verdict).length === 0);
    const tally = aws.proxy.tally();
    return { results, atLast, requests: tally.requests - before, strikes: tally.strikes };
  } finally {
    await aws.stop();
    if (isGood) await forgetLogs();
  }
};

/** Everything that is not as promised. */
export const problemsOf = (verdict: Verdict): readonly string[] => [
  ...verdict.lost.map((text) => `lost: ${text}`),
  ...verdict.duplicated.map((text) => `duplicated: ${text}`),
  ...verdict.stuck.map((text) => `stuck: ${text}`),
  ...verdict.wrong.map((text) => `wrong: ${text}`),
];

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** The last line of a search, which is quoted. */
export const summaryOf = ({ results, atLast, requests, strikes }: SearchResult): string => {
  const struck = (isCrash: boolean): number =>
    sum([...strikes].flatMap(([what, times]) => (what.includes('crash') === isCrash ? times : [])));
  const kills = struck(true) + sum(results.map(({ timedKills }) => timedKills));
  const count = (of: 'lost' | 'duplicated' | 'stuck'): number =>
    sum([atLast, ...results.map(({ verdict }) => verdict)].map((each) => each[of].length));
  return (
    `${results.length} runs, ${requests} requests, ${struck(false)} faults, ${kills} kills, ` +
    `${count('lost')} lost, ${count('duplicated')} duplicated, ${count('stuck')} stuck`
  );
};
