import { EpochMs, RunId } from '../../core/ids.ts';
import { pointerOf } from '../../core/documents.ts';
import { objectCreated } from '../support/events.ts';
import type { Version } from './aws/s3.ts';
import { queueFaults, randomFaults, type Troubles, troublesOf } from './faults.ts';
import { type Faults, Kernel, type Moment, Stuck } from './kernel.ts';
import { judge, type Verdict } from './oracle.ts';
import { randomOf } from './random.ts';
import { watchOf } from './watch.ts';
import { type Deed, workloadOf } from './workload.ts';
import { SimulatedWorld } from './world.ts';

/** A history is a function of these alone. */
export type Simulation = {
  readonly seed: number;
  /** @default drawn from the seed */
  readonly deeds?: readonly Deed[];
  readonly troubles?: Troubles;
  /** @default at random, as `troubles` says */
  readonly faults?: Faults;
  readonly latency?: () => number;
  readonly onMoment?: (moment: Moment) => void;
  /** From then on nothing goes wrong any more. */
  readonly soundAfterMs?: number;
};

export type History = {
  readonly seed: number;
  readonly effects: number;
  readonly faulted: number;
  readonly steps: number;
  readonly hits: ReadonlyMap<string, number>;
  /** What an operator would call broken; empty when all is well. */
  readonly problems: readonly string[];
  readonly verdict: Verdict | undefined;
};

const HOUR = 3_600_000;
const SOUND_AFTER = 2 * HOUR;

/** One history: the deeds, the faults, the healing, and the judgement of the oracle. */
export const simulate = async (simulation: Simulation): Promise<History> => {
  const { seed, soundAfterMs = SOUND_AFTER } = simulation;
  const troubles = simulation.troubles ?? troublesOf(seed);
  const isSound = (): boolean => kernel.now - START_OF(kernel) > soundAfterMs;
  const kernel: Kernel = new Kernel({
    random: randomOf(seed, 'kernel'),
    faults: simulation.faults ?? randomFaults(randomOf(seed, 'faults'), troubles, isSound),
    ...(simulation.latency === undefined ? {} : { latency: simulation.latency }),
    ...(simulation.onMoment === undefined ? {} : { onMoment: simulation.onMoment }),
  });
  starts.set(kernel, kernel.now);
  const watch = watchOf(() => world);
  const skews = randomOf(seed, 'skew');
  const skew = (): number => (skews.next() - 0.5) * 2 * troubles.skewMs;
  const broken = queueFaults(randomOf(seed, 'queue'), troubles, isSound);
  const world: SimulatedWorld = new SimulatedWorld(kernel, watch, skew, broken);
  const problems: string[] = [];
  let verdict: Verdict | undefined;
  try {
    enact(kernel, world, simulation.deeds ?? workloadOf(seed), troubles, seed);
    operate(kernel, world, seed);
    await kernel.run();
    await heal(kernel, world);
    verdict = await judge(world);
    problems.push(...problemsOf(verdict));
  } catch (error) {
    problems.push(error instanceof Stuck ? `stuck: ${error.message}` : String(error));
  }
  const { effects, faulted, steps, hits } = kernel;
  return { seed, effects, faulted, steps, hits, problems, verdict };
};

const starts = new WeakMap<Kernel, number>();
const START_OF = (kernel: Kernel): number => starts.get(kernel) ?? 0;

export const problemsOf = ({ lost, duplicated, stuck, wrong }: Verdict): string[] => [
  ...lost.map((text) => `lost: ${text}`),
  ...duplicated.map((text) => `duplicated: ${text}`),
  ...stuck.map((text) => `stuck: ${text}`),
  ...wrong.map((text) => `wrong: ${text}`),
];

/** Drops and deletions, and the events that tell of them: late, twice, out of order, or never. */
const enact = (
  kernel: Kernel,
  world: SimulatedWorld,
  deeds: readonly Deed[],
  troubles: Troubles,
  seed: number,
): void => {
  const random = randomOf(seed, 'events');
  const versions: Version[] = [];
  for (const deed of deeds)
    kernel.after(deed.atMs, () => {
      if (deed.kind === 'delete') {
        const version = versions[deed.put];
        if (version !== undefined) version.deletedAt = kernel.now;
        return;
      }
      const version = world.landing.put(deed.key, Buffer.from(deed.text), kernel.now);
      versions.push(version);
      const tell = (): void =>
        kernel.after(random.next() * troubles.eventLateMs, () => world.notices.send(noticeOf(version)));
      if (random.chance(troubles.eventLost)) return;
      tell();
      if (random.chance(troubles.eventTwice)) tell();
    });
};

/** The event of S3 that tells of a version. */
export const noticeOf = ({ key, versionId, bytes, sequencer, at }: Version): string =>
  objectCreated({
    ...{ key, versionId, sequencer, size: bytes.length },
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
  });

/** A person, who lets some held runs pass and throws others away. */
const operate = (kernel: Kernel, world: SimulatedWorld, seed: number): void => {
  const random = randomOf(seed, 'operator');
  const visit = async (): Promise<void> => {
    const worker = kernel.worker('operator');
    const { ledger, pipeline, now } = world.portsOf(worker);
    for (const item of [...world.table.items.values()]) {
      if (item.status?.S !== 'RUN#HELD') continue;
      try {
        const run = await ledger.run(RunId.parse(item.runId?.S));
        if (run?.state !== 'HELD') continue;
        if (random.chance(0.3)) await ledger.discard(run.runId, 'someone', now());
        else {
          const done = await ledger.release(run.runId, 'someone', now());
          if (done.kind === 'released') await pipeline.start(pointerOf(done.run));
        }
      } catch {
        // The person sees the error, and comes again.
      }
    }
  };
  for (let hour = 0; hour < 3; hour += 1)
    kernel.after((hour + random.next()) * HOUR, () => void visit());
};

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

export const at = (ms: number): EpochMs => EpochMs.parse(ms);
