import type { Output } from '../../bin/console/output.ts';
import { misfits } from './misfits.ts';
import { mutants } from './mutants/index.ts';
import type { Mutant } from './mutants/mutant.ts';
import { runJobs } from './pool.ts';

/** How a mutant was found: how many seeds that took, and by what; undefined when it was not. */
export type Hunted = {
  readonly mutant: Mutant;
  readonly seeds: number;
  readonly problem: string | undefined;
};

/** Runs each mutant until a seed finds it. */
export const hunt = async (
  all: readonly Mutant[],
  { seedsMax, regressionsFirst = false }: { seedsMax: number; regressionsFirst?: boolean },
  told: (hunted: Hunted) => void = () => undefined,
): Promise<readonly Hunted[]> => {
  const hunted: Hunted[] = [];
  const given = { from: 1, count: seedsMax, untilFailure: true, regressionsFirst };
  const jobs = all.map((mutant) => ({ ...given, mutant }));
  await runJobs(jobs, ({ mutant }, { seeds, failures }) => {
    if (mutant === undefined) return;
    const end = { mutant, seeds, problem: failures[0]?.problems[0] };
    hunted.push(end);
    told(end);
  });
  return hunted;
};

export const medianSeeds = (hunted: readonly Hunted[]): number => {
  const seeds = hunted.map((each) => each.seeds).sort((a, b) => a - b);
  return seeds[Math.floor(seeds.length / 2)] ?? 0;
};

/** The last line is quoted: how many were caught, and how many seeds that took in the middle. */
export const huntMutants = async (
  names: readonly string[],
  seedsMax: number,
  out: Output,
): Promise<boolean> => {
  const chosen = mutants.filter(({ name }) => names.length === 0 || names.includes(name));
  const unfit = misfits(chosen);
  for (const each of unfit) out.line(`${out.styles.bad('✖')} ${each}`);
  if (unfit.length > 0) return false;
  const hunted = await hunt(chosen, { seedsMax }, ({ mutant, seeds, problem }) => {
    const mark = problem === undefined ? out.styles.bad('✖ survived') : out.styles.good('✔ caught');
    out.line(`${mark} ${mutant.name}, seed ${seeds}: ${problem ?? mutant.says}`);
  });
  const caught = hunted.filter(({ problem }) => problem !== undefined);
  out.line(`${caught.length}/${hunted.length} caught, median ${medianSeeds(caught)} seeds`);
  return caught.length === chosen.length && chosen.length > 0;
};
