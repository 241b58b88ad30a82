import { isDeepStrictEqual } from 'node:util';
import type { Output } from '../../bin/console/output.ts';
import type { Moment } from './kernel.ts';
import { simulate } from './simulate.ts';

const traced = async (seed: number): Promise<readonly Moment[]> => {
  const moments: Moment[] = [];
  await simulate({ seed, onMoment: (moment) => moments.push(moment) });
  return moments;
};

/** Runs each of the first seeds twice; `differing` are those whose second history was another. */
export const twice = async (
  seeds: number,
): Promise<{ readonly effects: number; readonly differing: readonly number[] }> => {
  const differing: number[] = [];
  let effects = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const first = await traced(seed);
    effects += first.length;
    if (!isDeepStrictEqual(first, await traced(seed))) differing.push(seed);
  }
  return { effects, differing };
};

export const runTwice = async (seeds: number, out: Output): Promise<boolean> => {
  const { effects, differing } = await twice(seeds);
  for (const seed of differing) out.line(`${out.styles.bad('✖')} npm run sim:seed -- ${seed}`);
  const what = differing.length === 0 ? 'equal traces' : `${differing.length} traces differ`;
  out.line(`${seeds} seeds twice, ${effects} effects, ${what}`);
  return differing.length === 0;
};
