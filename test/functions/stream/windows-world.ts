import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { EpochMs } from '../../../core/ids.ts';
import type { Shards, StreamReader } from '../../../core/ports.ts';
import { fromStream } from '../../../core/stream/options.ts';
import { type Routes, routesOf } from '../../../core/stream/reading.ts';
import type { RawRecord, ShardEntry } from '../../../core/stream/segment.ts';
import { compareSequences } from '../../../core/stream/sequence.ts';
import { printRow } from '../../../core/windows/columns.ts';
import {
  type BoundRule,
  type WindowEvent,
  type Windowed,
  type WindowStore,
  windowedOf,
} from '../../../core/windows/index.ts';
import { stream } from '../../../functions/stream/handler.ts';
import { closeAll } from '../../../functions/windows/handler.ts';
import { fields } from '../../core/windows/histories.ts';
import type { Shard } from '../../core/windows/stream.ts';
import type { Random } from '../../sim/random.ts';
import { fakeClock, fakeTelemetry, memoryAnnouncer } from '../../support/fakes.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { memoryWindows } from '../../support/memory-windows.ts';
import { nothingBeside } from '../../support/nothing-beside.ts';

const START_MS = 1_000_000;
/** Beyond every window of every history. */
const END_MS = 10_000_000_000;
const streamName = 'Events';
const eventSourceARN = `arn:aws:kinesis:eu-central-1:000000000000:stream/${streamName}`;

/** A dataset with one rule, which measures more than one that is declared may. */
const datasetWith = ({ rule }: BoundRule): Dataset => ({
  ...defineDataset({
    ...{ name: 'happenings', domain: 'tests', owner: 'tests@example.com', write: append() },
    ...{ description: 'What happens.', fields, stream: fromStream() },
  }),
  windows: [rule],
});

/** What a container makes once. */
const madeOf = (rule: BoundRule) => {
  const known = made.get(rule);
  if (known !== undefined) return known;
  const dataset = datasetWith(rule);
  const routes = routesOf([dataset], lineJudge);
  const all = { dataset, routes, windowed: windowedOf([dataset]) };
  made.set(rule, all);
  return all;
};
type Made = {
  readonly dataset: Dataset;
  readonly routes: Routes;
  readonly windowed: readonly Windowed[];
};
const made = new Map<BoundRule, Made>();

const recordOf = (shard: string, { sequence, values }: WindowEvent): RawRecord => ({
  ...{ shard, sequence, partitionKey: 'p' },
  arrivedAt: EpochMs.parse(START_MS),
  payload: Buffer.from(printRow(fields, values)),
});

const batchOf = (records: readonly RawRecord[]) => ({
  Records: records.map((record) => ({
    awsRegion: 'eu-central-1',
    eventID: `${record.shard}:${record.sequence}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn',
    kinesis: {
      approximateArrivalTimestamp: record.arrivedAt / 1000,
      data: Buffer.from(record.payload).toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequence,
    },
  })),
});

/** A port in the place of the sound one. */
export type Broken = (windows: WindowStore, world: ReturnType<typeof memoryWindows>) => WindowStore;

/** A worker that dies at one of its calls, and lets others in between any two of them. */
const workerOf = (random: Random, dies: boolean) => {
  let left = dies ? random.whole(0, 60) : Number.POSITIVE_INFINITY;
  let dead = false;
  return async (): Promise<void> => {
    left -= 1;
    dead ||= left < 0;
    if (dead) throw new Error('the worker died');
    for (let turns = random.whole(0, 3); turns > 0; turns -= 1) await Promise.resolve();
  };
};

const around = <Port extends object>(port: Port, pause: () => Promise<void>): Port =>
  new Proxy(port, {
    get: (target, method) => {
      const call: unknown = Reflect.get(target, method);
      if (typeof call !== 'function') return call;
      return async (...args: unknown[]) => {
        await pause();
        const result: unknown = await call.apply(target, args);
        await pause();
        return result;
      };
    },
  });

/** Everything that outlives a worker. */
const worldOf = (rule: BoundRule, broken: Broken) => {
  const { dataset, routes, windowed } = madeOf(rule);
  const entries = new Map<string, ShardEntry>();
  const held: { pause: () => Promise<void> } = { pause: async () => undefined };
  const memory = memoryWindows({ pause: () => held.pause() });
  const { store, objects } = memoryStore();
  const announced = memoryAnnouncer();
  const clock = fakeClock(START_MS);
  const records = new Map<string, readonly RawRecord[]>();
  const shards: Shards = {
    shard: async (_, shard) => entries.get(shard),
    move: async (turn, entry) => {
      if ((entries.get(entry.shard)?.turn ?? 0) !== turn) return 'fenced';
      entries.set(entry.shard, entry);
      return 'written';
    },
  };
  const reader: StreamReader = {
    read: async ({ shard, after, to }) =>
      (records.get(shard) ?? []).filter(
        ({ sequence }) =>
          compareSequences(sequence, to) <= 0 &&
          (after === null || compareSequences(sequence, after) > 0),
      ),
  };
  const windows = broken(memory.windows, memory);
  const depsOf = (random: Random, dies: boolean) => {
    const pause = workerOf(random, dies);
    held.pause = pause;
    return {
      ...nothingBeside(),
      ...fakeTelemetry(),
      ...{ shards: around(shards, pause), reader: around(reader, pause) },
      ...{ store: around(store, pause), announcer: around(announced, pause) },
      ...{ windows: around(windows, pause), windowed },
      ...{ routes, landingBucket: 'landing' },
      ...{ now: clock.now, random: () => random.next() },
    };
  };
  return { dataset, windowed, entries, memory, objects, announced, clock, records, depsOf };
};
export type World = ReturnType<typeof worldOf>;

const readable = ({ entries, records }: World, history: readonly Shard[]): readonly Shard[] => {
  const isRead = (name: string): boolean => {
    const last = records.get(name)?.at(-1)?.sequence;
    return last === undefined || entries.get(name)?.checkpoint === last;
  };
  return history.filter(({ name, parents }) => !isRead(name) && parents.every(isRead));
};

/**
 * Brings a history to the real handlers: batches of any size with any edges, calls that die at any
 * of their effects, twins that work on the same batch at once, and closing at any time.
 */
export const bring = async (
  rule: BoundRule,
  history: readonly Shard[],
  random: Random,
  broken: Broken = (windows) => windows,
): Promise<World> => {
  const world = worldOf(rule, broken);
  for (const { name, events } of history)
    world.records.set(
      name,
      events.map((event) => recordOf(name, event)),
    );
  const take = async (records: readonly RawRecord[], dies: boolean): Promise<void> => {
    await stream(world.depsOf(random, dies))(batchOf(records)).catch(() => undefined);
  };
  const close = async (dies: boolean): Promise<void> => {
    await closeAll(world.depsOf(random, dies))().catch(() => undefined);
  };
  for (;;) {
    const [first, ...others] = readable(world, history);
    if (first === undefined) break;
    const { name } = random.pick([first, ...others]);
    const all = world.records.get(name) ?? [];
    const checkpoint = world.entries.get(name)?.checkpoint ?? null;
    const next = all.findIndex(
      ({ sequence }) => checkpoint === null || compareSequences(sequence, checkpoint) > 0,
    );
    const from = random.chance(0.3) ? Math.max(0, next - random.whole(1, 4)) : next;
    const batch = all.slice(from, next + random.whole(1, 8));
    const works = [take(batch, random.chance(0.4))];
    if (random.chance(0.2)) works.push(take(batch, random.chance(0.5)));
    if (random.chance(0.3)) works.push(close(random.chance(0.4)));
    await Promise.all(works);
    world.clock.advance(random.pick([0, 10, 500, 5_000]));
  }
  world.clock.advance(END_MS);
  await closeAll(world.depsOf(random, false))();
  return world;
};
