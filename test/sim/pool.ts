import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mutant } from './mutants/mutant.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

/** Seeds that one thread runs, of the code as it is or with a fault put into it. */
export type Job = {
  readonly from: number;
  readonly count: number;
  readonly mutant?: Mutant;
  /** Ends with the first seed that fails. */
  readonly untilFailure?: boolean;
  /** The histories that went wrong once are asked before the seeds: quicker, and less telling. */
  readonly regressionsFirst?: boolean;
};

/** Seeds that a thread takes at a time: their tally is what progress is told by. */
const SEEDS_AT_ONCE = 1_250;

const inThread = (job: Job): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('thread.js', import.meta.url), {
      workerData: job,
      // Most of what a history makes is garbage at its end.
      resourceLimits: { maxYoungGenerationSizeMb: 128 },
    });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`a thread of the simulation ended (${code})`)));
  });

/** Runs jobs on all cores, and tells of each that is done. */
export const runJobs = async (
  jobs: readonly Job[],
  done: (job: Job, tally: Tally) => void,
  threads = availableParallelism(),
): Promise<void> => {
  const left = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift())
      done(job, await inThread(job));
  };
  await Promise.all(Array.from({ length: threads }, work));
};

/** Histories of many seeds, on all cores. */
export const runMany = async (
  from: number,
  seeds: number,
  progress: (tally: Tally) => void,
): Promise<Tally> => {
  const tally = emptyTally();
  const jobs: Job[] = [];
  for (let at = from; at < from + seeds; at += SEEDS_AT_ONCE)
    jobs.push({ from: at, count: Math.min(SEEDS_AT_ONCE, from + seeds - at) });
  await runJobs(jobs, (_job, part) => {
    addTally(tally, part);
    progress(tally);
  });
  return tally;
};
