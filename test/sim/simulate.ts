import { queueFaults, randomFaults, type Troubles, troublesOf } from './faults.ts';
import { type Faults, Kernel, type KernelOptions, type Moment, Stuck } from './kernel.ts';
import { judge, type Verdict } from './oracle.ts';
import { enact, noticeOf, operate } from './outside.ts';
import { randomOf } from './random.ts';
import { watchOf } from './watch.ts';
import type { Deed } from './workload.ts';
import { workloadOf } from './workload.ts';
import { SimulatedWorld } from './world.ts';

/** A history is a function of these alone. */
export type Simulation = {
  readonly seed: number;
  /** @default drawn from the seed */
  readonly deeds?: readonly Deed[];
  readonly troubles?: Troubles;
  /** @default at random, as `troubles` says */
  readonly faults?: Faults;
  readonly latency?: KernelOptions['latency'];
  readonly freezeMs?: () => number;
  /** Notices beside the first, at the same time. @default as `troubles` says */
  readonly extraNotices?: number;
  /** When the notice of a put comes. @default soon, as `troubles` says */
  readonly eventAtMs?: (put: number) => number;
  readonly onMoment?: (moment: Moment) => void;
  /** From then on nothing goes wrong any more. */
  readonly soundAfterMs?: number;
};

export type History = {
  readonly seed: number;
  readonly effects: number;
  readonly faulted: number;
  readonly steps: number;
  /** Faults that struck, by `site kind`. */
  readonly hits: ReadonlyMap<string, number>;
  /** What an operator would call broken; empty when all is well. */
  readonly problems: readonly string[];
  readonly verdict: Verdict | undefined;
};

const SOUND_AFTER = 2 * 3_600_000;

/** One history: the deeds, the faults, the healing, and the judgement of the oracle. */
export const simulate = async (simulation: Simulation): Promise<History> => {
  const { seed, soundAfterMs = SOUND_AFTER, latency, freezeMs, onMoment } = simulation;
  const troubles = simulation.troubles ?? troublesOf(seed);
  const isSound = (): boolean => kernel.elapsed > soundAfterMs;
  const kernel: Kernel = new Kernel({
    random: randomOf(seed, 'kernel'),
    faults: simulation.faults ?? randomFaults(randomOf(seed, 'faults'), troubles, isSound),
    ...(latency === undefined ? {} : { latency }),
    ...(freezeMs === undefined ? {} : { freezeMs }),
    ...(onMoment === undefined ? {} : { onMoment }),
  });
  const watch = watchOf(() => world);
  const skews = randomOf(seed, 'skew');
  const skew = (): number => (skews.next() - 0.5) * 2 * troubles.skewMs;
  const broken = queueFaults(randomOf(seed, 'queue'), troubles, isSound);
  const world: SimulatedWorld = new SimulatedWorld(kernel, watch, skew, broken);
  const problems: string[] = [];
  let verdict: Verdict | undefined;
  try {
    enact(kernel, world, { deeds: workloadOf(seed), ...simulation, troubles });
    operate(kernel, world, seed);
    await kernel.run();
    await heal(kernel, world);
    verdict = await judge(world);
    problems.push(...problemsOf(verdict));
    const isQuiet = kernel.faulted === 0 && troubles.deliversTwice === 0;
    if (isQuiet && verdict.gaveUp > 0)
      problems.push(`wrong: ${verdict.gaveUp} sound files were given up, and nothing had failed`);
  } catch (error) {
    problems.push(error instanceof Stuck ? `stuck: ${error.message}` : `broken: ${String(error)}`);
  }
  const { effects, faulted, steps, hits } = kernel;
  return { seed, effects, faulted, steps, hits, problems, verdict };
};

const problemsOf = ({ lost, duplicated, stuck, wrong }: Verdict): string[] => [
  ...lost.map((text) => `lost: ${text}`),
  ...duplicated.map((text) => `duplicated: ${text}`),
  ...stuck.map((text) => `stuck: ${text}`),
  ...wrong.map((text) => `wrong: ${text}`),
];

/** When all is sound again: what no event told of is told, and what died is looked after. */
const heal = async (kernel: Kernel, world: SimulatedWorld): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    for (const version of world.landing.versions) {
      const isKnown = [...world.table.items.values()].some(
        (item) => item.key?.S === version.key && item.versionId?.S === version.versionId,
      );
      if (!isKnown && version.deletedAt === undefined) world.notices.send(noticeOf(version));
    }
    await kernel.run();
  }
};
