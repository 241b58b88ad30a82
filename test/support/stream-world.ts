import { lineJudge } from '../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../core/dataset.ts';
import { entityRoutesOf } from '../../core/entities/changes.ts';
import { TransientError } from '../../core/errors.ts';
import type { Shards, StreamReader } from '../../core/ports.ts';
import { readStreamLine } from '../../core/stream/line.ts';
import { routesOf } from '../../core/stream/reading.ts';
import { repeatRoutesOf } from '../../core/stream/repeats.ts';
import type { RawRecord, ShardEntry } from '../../core/stream/segment.ts';
import { compareSequences } from '../../core/stream/sequence.ts';
import { stream } from '../../functions/stream/handler.ts';
import { fakeTelemetry } from './fakes.ts';
import { breakOnce, crashAt, faulty } from './faults.ts';
import { memoryClaims, memoryEntities } from './memory-entities.ts';
import { memoryStore } from './memory-store.ts';
import { nothingBeside } from './nothing-beside.ts';

const eventSourceARN = 'arn:aws:kinesis:eu-central-1:000000000000:stream/Events';

export const eventOf = (records: readonly RawRecord[]) => ({
  Records: records.map((record) => ({
    ...{ awsRegion: 'r', eventID: `${record.shard}:${record.sequence}`, eventVersion: '1.0' },
    ...{ eventName: 'aws:kinesis:record', eventSource: 'aws:kinesis', eventSourceARN },
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

/** The real stream function over shards, landing, entities and claims in memory. */
export const streamWorld = (datasets: readonly Dataset[], all: readonly RawRecord[]) => {
  const { store, objects } = memoryStore();
  const { entities, kept } = memoryEntities();
  const { claims, held } = memoryClaims();
  const entries = new Map<string, ShardEntry>();
  const shards: Shards = {
    shard: async (name, of) => entries.get(`${name} ${of}`),
    move: async (turn, entry) => {
      const key = `${entry.stream} ${entry.shard}`;
      if ((entries.get(key)?.turn ?? 0) !== turn) return 'fenced';
      entries.set(key, entry);
      return 'written';
    },
  };
  const reader: StreamReader = {
    read: async ({ shard, after, to }) =>
      all.filter(
        (record) =>
          record.shard === shard &&
          compareSequences(record.sequence, to) <= 0 &&
          (after === null || compareSequences(record.sequence, after) > 0),
      ),
  };
  const telemetry = fakeTelemetry();
  /** A call of the function; each may have faults of its own. */
  const call = async (
    records: readonly RawRecord[],
    wrap: ReturnType<typeof faulty>['wrap'] = (port) => port,
  ) =>
    await stream({
      ...nothingBeside(),
      ...telemetry,
      ...{ shards: wrap(shards), reader: wrap(reader), store: wrap(store) },
      ...{ entities: wrap(entities), claims: wrap(claims), landingBucket: 'landing' },
      routes: routesOf(datasets, lineJudge),
      entityRoutes: entityRoutesOf(datasets, lineJudge),
      repeatRoutes: repeatRoutesOf(datasets),
    })(eventOf(records));
  /** Records in landing, as often as they are there, by the kind of their object. */
  const landed = () =>
    [...objects].flatMap(([uri, bytes]) => {
      const kind = /-(rejected|repeats)\.jsonl$/.exec(uri)?.[1] ?? 'accepted';
      const lines = bytes.toString('utf8').split('\n').slice(0, -1);
      return lines.map((line) => {
        const read = readStreamLine(Buffer.from(line));
        if (read.kind !== 'record') throw new Error(`a line of ${uri} is none`);
        return { kind, record: read.record };
      });
    });
  return { call, entities, kept, held, entries, landed, objects, telemetry };
};

/** A worker that dies at a point, or a call that fails there once and never again. */
export const troubled = (at: { readonly dies: number; readonly passes: boolean }) =>
  faulty(at.passes ? breakOnce(at.dies, new TransientError('throttled')) : crashAt(at.dies)).wrap;

/** How far a shard has come, as a mapping knows it: it never passes a record over. */
export const doneOf = (
  entries: ReadonlyMap<string, ShardEntry>,
  own: readonly RawRecord[],
): number => {
  const checkpoint = entries.get(`Events ${own[0]?.shard}`)?.checkpoint ?? null;
  return own.filter(
    ({ sequence }) => checkpoint !== null && compareSequences(sequence, checkpoint) <= 0,
  ).length;
};
