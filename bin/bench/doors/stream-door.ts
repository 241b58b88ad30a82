import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { EpochMs } from '../../../core/ids.ts';
import type { Shards } from '../../../core/ports.ts';
import { routesOf } from '../../../core/stream/reading.ts';
import { firstEntry, type ShardEntry } from '../../../core/stream/segment.ts';
import { windowedOf } from '../../../core/windows/index.ts';
import { datasets } from '../../../datasets/index.ts';
import { stream } from '../../../functions/stream/handler.ts';
import { type Door, keepingStore, silent, type Told } from './door.ts';
import { checkReadings } from './reading-check.ts';
import { badOf, readingBatch, shardId } from './readings.ts';
import { windowMemory } from './window-memory.ts';

/** As many as Lambda hands over at a time. */
const RECORDS = 1_000;

/** A ledger that knows one shard, in memory. */
const oneShard = (): Shards => {
  let entry: ShardEntry = { ...firstEntry('events', shardId), checkpoint: '1' };
  return {
    shard: async () => entry,
    move: async (_turn, next) => {
      entry = next;
      return 'written';
    },
  };
};

/** What readings have no part in. */
const nothingKept = {
  entities: { append: async () => undefined },
  claims: { claim: async () => new Map<string, string>() },
  ...{ entityRoutes: [], repeatRoutes: [] },
};

const windows = windowMemory();
const windowed = windowedOf(datasets);
/** The clock of the batches: what is ahead of it would move no watermark. */
const now = () => EpochMs.parse(Date.UTC(2026, 2, 5));

const routes = routesOf(datasets, lineJudge);
const shards = oneShard();

/** The stream function, with readings of sensors in plain JSON. */
export const streamDoor: Door = {
  records: RECORDS,
  turn: (at) => {
    const batch = readingBatch(at * RECORDS, RECORDS);
    const { store, told } = keepingStore();
    const handle = stream({
      ...silent,
      ...{ shards, store, routes, landingBucket: 'landing' },
      ...{ ...nothingKept, reader: { read: async () => [] } },
      ...{ windows, windowed, now, random: () => 0.5 },
      announcer: { announceAll: async () => undefined },
    });
    let checked: Told = { accepted: 0, rejected: 0 };
    const rejected = badOf(RECORDS);
    return {
      ours: () => handle(batch),
      peer: () => {
        const found = checkReadings(batch);
        checked = { accepted: found.accepted.length, rejected: found.rejected.length };
      },
      taken: told,
      checked: () => checked,
      planted: { accepted: RECORDS - rejected, rejected },
    };
  },
};
