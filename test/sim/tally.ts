import { type History, simulate } from './simulate.ts';

/** What many histories came to, together. */
export type Tally = {
  seeds: number;
  effects: number;
  faults: number;
  lost: number;
  duplicated: number;
  stuck: number;
  /** States that no promise allows, and broken invariants. */
  wrong: number;
  /** Sound files that ended in quarantine since every attempt had failed. */
  gaveUp: number;
  readonly hits: Map<string, number>;
  readonly failures: { readonly seed: number; readonly problems: readonly string[] }[];
};

export const emptyTally = (): Tally => ({
  ...{ seeds: 0, effects: 0, faults: 0, lost: 0, duplicated: 0, stuck: 0, wrong: 0, gaveUp: 0 },
  ...{ hits: new Map(), failures: [] },
});

const FAILURES_MAX = 20;

export const addHistory = (tally: Tally, history: History): void => {
  const { seed, problems, verdict, hits } = history;
  tally.seeds += 1;
  tally.effects += history.effects;
  tally.faults += history.faulted;
  tally.gaveUp += verdict?.gaveUp ?? 0;
  for (const [cell, count] of hits) tally.hits.set(cell, (tally.hits.get(cell) ?? 0) + count);
  for (const problem of problems) {
    const [kind = ''] = problem.split(':');
    if (kind === 'lost' || kind === 'duplicated' || kind === 'stuck') tally[kind] += 1;
    else tally.wrong += 1;
  }
  if (problems.length > 0 && tally.failures.length < FAILURES_MAX)
    tally.failures.push({ seed, problems });
};

const sums = [
  'seeds',
  'effects',
  'faults',
  'lost',
  'duplicated',
  'stuck',
  'wrong',
  'gaveUp',
] as const;

export const addTally = (to: Tally, from: Tally): void => {
  for (const name of sums) to[name] += from[name];
  for (const [cell, count] of from.hits) to.hits.set(cell, (to.hits.get(cell) ?? 0) + count);
  to.failures.push(...from.failures.slice(0, FAILURES_MAX - to.failures.length));
};

/** Histories of the seeds from `from` on. `stop` ends it early. */
export const runSeeds = async (
  from: number,
  count: number,
  each: (tally: Tally) => 'on' | 'stop' = () => 'on',
): Promise<Tally> => {
  const tally = emptyTally();
  for (let seed = from; seed < from + count; seed += 1) {
    addHistory(tally, await simulate({ seed }));
    if (each(tally) === 'stop') break;
  }
  return tally;
};
