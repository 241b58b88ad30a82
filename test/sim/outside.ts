import { redriveLetters } from '../../bin/commands/redrive.ts';
import { startReplay } from '../../bin/replay/replay-run.ts';
import { contractVersion } from '../../core/contract.ts';
import { pointerOf } from '../../core/documents.ts';
import { RunId } from '../../core/ids.ts';
import { objectCreated } from '../support/events.ts';
import type { Version } from './aws/s3.ts';
import type { Troubles } from './faults.ts';
import type { Kernel } from './kernel.ts';
import { type Random, randomOf } from './random.ts';
import type { FileDeed } from './workload.ts';
import type { SimulatedWorld } from './world.ts';

const HOUR = 3_600_000;

export type Outside = {
  readonly seed: number;
  readonly deeds: readonly FileDeed[];
  readonly troubles: Troubles;
  readonly extraNotices?: number;
  readonly eventAtMs?: (put: number) => number;
};

/** Drops and deletions, and the events that tell of them: late, twice, out of order, or never. */
export const enact = (kernel: Kernel, world: SimulatedWorld, outside: Outside): void => {
  const random = randomOf(outside.seed, 'events');
  const versions: Version[] = [];
  // What the doors write is told as all else is; its number is behind those of all puts.
  let written = outside.deeds.length;
  world.landing.onWritten = (version) => {
    written += 1;
    tell(kernel, world, outside, random, version, written);
  };
  for (const deed of outside.deeds)
    kernel.after(deed.atMs, () => {
      if (deed.kind !== 'put') {
        const version = versions[deed.put];
        if (version !== undefined && deed.kind === 'delete') version.deletedAt = kernel.now;
        if (version !== undefined && deed.kind === 'replay') replayRunOf(kernel, world, version);
        return;
      }
      const version = world.landing.put(deed.key, Buffer.from(deed.text), kernel.now);
      versions.push(version);
      tell(kernel, world, outside, random, version, versions.length - 1);
    });
};

const tell = (
  kernel: Kernel,
  world: SimulatedWorld,
  { troubles, extraNotices, eventAtMs }: Outside,
  random: Random,
  version: Version,
  put: number,
): void => {
  const once = (after = 0): void => {
    const ms = after + (eventAtMs?.(put) ?? random.next() * troubles.eventLateMs);
    kernel.after(ms, () => world.notices.send(noticeOf(version)));
  };
  if (random.chance(troubles.eventLost)) return;
  once();
  const extra = extraNotices ?? (random.chance(troubles.eventTwice) ? 1 : 0);
  for (let more = 0; more < extra; more += 1) once(5 * (more + 1));
};

/** The event of S3 that tells of a version. */
export const noticeOf = ({ key, versionId, bytes, sequencer, at }: Version): string =>
  objectCreated({
    ...{ key, versionId, sequencer, size: bytes.length },
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
  });

/** A person, who lets some held runs pass and throws others away. */
export const operate = (kernel: Kernel, world: SimulatedWorld, seed: number): void => {
  const random = randomOf(seed, 'operator');
  for (let hour = 0; hour < 3; hour += 1)
    kernel.after((hour + random.next()) * HOUR, () => {
      for (const item of [...world.table.items.values()])
        if (item.status?.S === 'RUN#HELD') {
          const id = RunId.parse(item.runId?.S);
          // Who gets an error sees it, and comes again.
          decide(kernel, world, id, random.chance(0.3)).catch(() => undefined);
        }
    });
};

/**
 * A person, who has runs replayed: those that failed, and some that are published. Sometimes two do
 * it at once. The definition is the same, so that the rows must be the same afterwards.
 */
export const replay = (kernel: Kernel, world: SimulatedWorld, seed: number): void => {
  const random = randomOf(seed, 'replays');
  if (!random.chance(0.3)) return;
  for (let hour = 0; hour < 3; hour += 1)
    kernel.after((hour + random.next()) * HOUR, () => {
      for (const id of replayedNow(world, random)) {
        const twins = random.chance(0.2) ? 2 : 1;
        // Who gets an error sees it, and comes again.
        for (let twin = 0; twin < twins; twin += 1)
          replayRun(kernel, world, id).catch(() => undefined);
      }
    });
};

const replayedNow = (world: SimulatedWorld, random: Random): readonly RunId[] =>
  [...world.table.items.values()].flatMap(({ status, runId }) =>
    random.chance(replayed[status?.S ?? ''] ?? 0) ? RunId.parse(runId?.S) : [],
  );

/** How many of the runs that have ended so. */
const replayed: Readonly<Record<string, number>> = { 'RUN#PUBLISHED': 0.2, 'RUN#FAILED': 0.6 };

const replayRunOf = (kernel: Kernel, world: SimulatedWorld, { versionId }: Version): void => {
  const run = [...world.table.items.values()].find((item) => item.versionId?.S === versionId);
  if (run?.runId?.S !== undefined)
    replayRun(kernel, world, RunId.parse(run.runId.S)).catch(() => undefined);
};

const replayRun = async (kernel: Kernel, world: SimulatedWorld, id: RunId): Promise<void> => {
  const ports = world.portsOf(kernel.worker('operator'));
  const dataset = ports.datasetNamed(id.slice(0, id.indexOf('-')));
  if (dataset === undefined) return;
  const asked = { dataset, contractVersion: contractVersion(dataset), again: true };
  await startReplay(
    {
      ...{ ledger: ports.ledger, landing: ports.landing, catalog: ports.world.catalog },
      ...{ name: 'Headgate', where: 'here', caller: async () => 'someone' },
      start: async (pointer) => await ports.pipeline.start(pointer),
    },
    id,
    { ...asked, selection: `run ${id}` },
    ports.now,
  );
};

/** What a person does about an alarm of dead letters: `npx headgate redrive --all`. */
export const redrive = async (kernel: Kernel, world: SimulatedWorld): Promise<void> => {
  const { ledger, notices, now } = world.portsOf(kernel.worker('operator'));
  const all = { id: [], all: true, dismiss: false, dryRun: false };
  await redriveLetters({ ledger, notices }, all, now);
};

const decide = async (
  kernel: Kernel,
  world: SimulatedWorld,
  id: RunId,
  isDiscarded: boolean,
): Promise<void> => {
  const { ledger, pipeline, now } = world.portsOf(kernel.worker('operator'));
  if (isDiscarded) {
    await ledger.discard(id, 'someone', now());
    return;
  }
  const done = await ledger.release(id, 'someone', now());
  if (done.kind === 'released') await pipeline.start(pointerOf(done.run));
};
