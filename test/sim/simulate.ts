import type { Item } from '../../adapters/ledger-items.ts';
import type { DoorDeed } from './doors.ts';
import { queueFaults, randomFaults, type Troubles, troublesOf } from './faults.ts';
import { type Faults, Kernel, type KernelOptions, type Moment, Stuck } from './kernel.ts';
import { judge, type Verdict } from './oracle.ts';
import { enact, operate, redrive, replay } from './outside.ts';
import { type Random, randomOf } from './random.ts';
import { atTheDoors } from './senders.ts';
import { watchOf } from './watch.ts';
import type { Deed, FileDeed } from './workload.ts';
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
  /** False: reconcile only comes when all is sound again. */
  readonly reconciles?: boolean;
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
const WEEK = 7 * 86_400_000;

const isOfFiles = (deed: Deed): deed is FileDeed =>
  deed.kind === 'put' || deed.kind === 'delete' || deed.kind === 'replay';

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
  const { keptMs = WEEK } = troubles;
  const given = { queueFaults: broken, keptMs };
  const world: SimulatedWorld = new SimulatedWorld(kernel, watch, skew, given);
  const problems: string[] = [];
  let verdict: Verdict | undefined;
  try {
    const deeds = simulation.deeds ?? workloadOf(seed);
    enact(kernel, world, { ...simulation, deeds: deeds.filter(isOfFiles), troubles });
    const doorDeeds = deeds.filter((deed): deed is DoorDeed => !isOfFiles(deed));
    const isLost = (random: Random): boolean => !isSound() && random.chance(troubles.losesDelete);
    const sent = atTheDoors(kernel, world, doorDeeds, { seed, isLost });
    operate(kernel, world, seed);
    replay(kernel, world, seed);
    if (simulation.reconciles !== false)
      reconciling(kernel, world, randomOf(seed, 'reconcile'), troubles);
    await kernel.run();
    await heal(kernel, world);
    verdict = await judge(world, sent, { toldOfAll: troubles.eventLost === 0 });
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

/** How often reconcile comes by at most until all is well again. */
const HEALING_MAX = 12;
/** More than the grace that reconcile gives to what is new. */
const RECONCILE_EVERY = 20 * 60_000;

const reconciling = (
  kernel: Kernel,
  world: SimulatedWorld,
  random: Random,
  { reconciles }: Troubles,
): void => {
  for (let call = 0; call < reconciles; call += 1)
    kernel.after(random.next() * SOUND_AFTER, () => world.lambda.invoke('reconcile', {}, ignore));
};
const ignore = (): void => undefined;

/** When all is sound again: what Headgate does by itself, and a person about dead letters. */
const heal = async (kernel: Kernel, world: SimulatedWorld): Promise<void> => {
  for (let call = 0; call < HEALING_MAX && !isQuiet(world); call += 1) {
    kernel.after(RECONCILE_EVERY, () => world.lambda.invoke('reconcile', {}, ignore));
    kernel.background(redrive(kernel, world));
    await kernel.run();
  }
};

const open = ['FILE#CLAIMED', 'RUN#CREATED', 'RUN#STARTED', 'RUN#LOADING'];

/** Whether a duplicate waits for reconcile, which only comes by now and then, to take its turn. */
const isStranded = (items: readonly Item[]): boolean => {
  const gone = new Set(
    items.flatMap(({ status, fileId }) => (status?.S === 'FILE#GONE' ? [fileId?.S] : [])),
  );
  return items.some(
    ({ status, reason }) => status?.S === 'FILE#DUPLICATE' && gone.has(reason?.M?.detail?.S),
  );
};

/** Every version is in the ledger, and nothing there is under way. */
const isQuiet = ({ table, landing }: SimulatedWorld): boolean => {
  const items = [...table.items.values()];
  if (items.some(({ status }) => open.includes(status?.S ?? ''))) return false;
  if (isStranded(items)) return false;
  const known = new Set(items.map(({ key, versionId }) => `${key?.S} ${versionId?.S}`));
  return landing.versions.every(
    ({ key, versionId, deletedAt }) => deletedAt !== undefined || known.has(`${key} ${versionId}`),
  );
};
