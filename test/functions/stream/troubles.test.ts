import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { TransientError } from '../../../core/errors.ts';
import { EpochMs } from '../../../core/ids.ts';
import type { Shards, StreamReader } from '../../../core/ports.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { routesOf } from '../../../core/stream/reading.ts';
import type { ShardEntry } from '../../../core/stream/segment.ts';
import { compareSequences } from '../../../core/stream/sequence.ts';
import { stream } from '../../../functions/stream/handler.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { nothingBeside } from '../../support/nothing-beside.ts';
import { streamed } from '../../support/stream-records.ts';

type Put = { readonly shard: string; readonly sequence: string; readonly payload: string };

const recordsOf = (shard: string, count: number, from = 0): readonly Put[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ shard, sequence: String(4_959_000 + from + at) },
    payload: at % 3 === 2 ? '{"id":"x"}' : `{"id":${from + at}}`,
  }));

const eventOf = (records: readonly Put[]) => ({
  Records: records.map(({ shard, sequence, payload }) => ({
    ...{ awsRegion: 'r', eventName: 'n', eventSource: 's', eventVersion: '1' },
    ...{ invokeIdentityArn: 'arn', eventID: `${shard}:${sequence}` },
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/Events',
    kinesis: {
      ...{ approximateArrivalTimestamp: 1, kinesisSchemaVersion: '1.0', partitionKey: 'p' },
      ...{ sequenceNumber: sequence, data: Buffer.from(payload).toString('base64') },
    },
  })),
});

/** Shards that hold `all`; each call of a port may be refused, and what is too old is forgotten. */
const worldOf = (all: readonly Put[]) => {
  const { store, objects } = memoryStore();
  const entries = new Map<string, ShardEntry>();
  const world = {
    refuses: (_call: string): boolean => false,
    isForgotten: (_sequence: string): boolean => false,
  };
  const asked = async <T>(call: string, work: () => T | Promise<T>): Promise<T> => {
    if (world.refuses(call)) throw new TransientError(`${call}: throttled`);
    return await work();
  };
  const shards: Shards = {
    shard: (_stream, shard) => asked(`get ${shard}`, () => entries.get(shard)),
    move: (turn, entry) =>
      asked(`move ${entry.shard}`, () => {
        if ((entries.get(entry.shard)?.turn ?? 0) !== turn) return 'fenced';
        entries.set(entry.shard, entry);
        return 'written';
      }),
  };
  const reader: StreamReader = {
    read: ({ shard, after, to }) =>
      asked(`read ${shard}`, () =>
        all
          .filter((record) => record.shard === shard && !world.isForgotten(record.sequence))
          .filter(({ sequence }) => compareSequences(sequence, to) <= 0)
          .filter(({ sequence }) => after === null || compareSequences(sequence, after) > 0)
          .map(({ sequence, payload }) => ({
            ...{ shard, sequence, partitionKey: 'p', arrivedAt: EpochMs.parse(1_000) },
            payload: Buffer.from(payload),
          })),
      ),
  };
  const counted = new Map<string, number>();
  const handle = stream({
    ...nothingBeside(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    count: (name, value) => void counted.set(name, (counted.get(name) ?? 0) + value),
    ...{ shards, reader, landingBucket: 'landing' },
    store: { putOnce: (uri, bytes) => asked(`put ${uri}`, () => store.putOnce(uri, bytes)) },
    routes: routesOf([streamed('others')], lineJudge),
  });
  const landed = (): readonly string[] =>
    [...objects.values()]
      .flatMap((bytes) => bytes.toString('utf8').split('\n').slice(0, -1))
      .map((line) => {
        const read = readStreamLine(Buffer.from(line));
        return read.kind === 'record' ? `${read.record.shard} ${read.record.sequence}` : line;
      })
      .toSorted();
  return { world, handle, landed, entries, counted, objects };
};

const named = (records: readonly Put[]): readonly string[] =>
  records.map(({ shard, sequence }) => `${shard} ${sequence}`).toSorted();

describe('a service that has too much to do', () => {
  test.each(['get', 'move', 'put s3'])(
    'for a while, at each %s: the batch waits, and lands once',
    async (call) => {
      const all = recordsOf('a', 9);
      for (let refused = 1; refused < 6; refused += 1) {
        const { world, handle, landed } = worldOf(all);
        let left = refused;
        world.refuses = (asked) => {
          if (!asked.startsWith(call) || left === 0) return false;
          left -= 1;
          return true;
        };
        for (let turn = 0; turn < refused; turn += 1)
          await expect(handle(eventOf(all))).rejects.toThrow(TransientError);
        expect(await handle(eventOf(all))).toMatchObject({ records: 9 });
        expect(landed()).toEqual(named(all));
      }
    },
  );

  test('in the middle of a segment: the batch that comes again goes on from there', async () => {
    const all = recordsOf('a', 9);
    const { world, handle, landed, entries } = worldOf(all);
    let moves = 0;
    world.refuses = (asked) => asked.startsWith('move') && ++moves === 2;
    await expect(handle(eventOf(all.slice(0, 6)))).rejects.toThrow(TransientError);
    expect(entries.get('a')).toMatchObject({ checkpoint: null, segment: { records: 6 } });
    await handle(eventOf(all.slice(0, 2)));
    await handle(eventOf(all));
    expect(landed()).toEqual(named(all));
  });
});

describe('a shard that cannot be read', () => {
  const [lost, sound] = [recordsOf('lost', 4), recordsOf('sound', 4)];

  test('leaves the batches of others alone', async () => {
    const { world, handle, landed } = worldOf([...lost, ...sound]);
    world.refuses = (call) => call === 'read lost';
    await expect(handle(eventOf(lost.slice(2)))).rejects.toThrow(TransientError);
    await handle(eventOf(sound));
    expect(landed()).toEqual(named(sound));
    world.refuses = () => false;
    await handle(eventOf(lost));
    expect(landed()).toEqual(named([...lost, ...sound]));
  });

  test.each([
    ['before', [...lost.slice(2), ...sound]],
    ['after', [...sound, ...lost.slice(2)]],
  ])('%s another in one event undoes nothing of it', async (_name, event) => {
    const { world, handle, landed } = worldOf([...lost, ...sound]);
    world.refuses = (call) => call === 'read lost';
    await expect(handle(eventOf(event))).rejects.toThrow(TransientError);
    world.refuses = () => false;
    await handle(eventOf(event));
    expect(landed()).toEqual(named([...lost, ...sound]));
  });
});

describe('records that the stream has forgotten before they landed', () => {
  /** A segment of six stands, and nothing of it is in landing. */
  const begun = async () => {
    const all = [...recordsOf('a', 6), ...recordsOf('a', 4, 6)];
    const found = worldOf(all);
    found.world.refuses = (call) => call.startsWith('put');
    await expect(found.handle(eventOf(all.slice(0, 6)))).rejects.toThrow(TransientError);
    found.world.refuses = () => false;
    return { ...found, all };
  };

  test.each([
    ['some of a segment', 4],
    ['all of it', 6],
  ])('%s: the shard goes on with those that are left, and tells', async (_name, gone) => {
    const { world, handle, landed, counted, entries, objects, all } = await begun();
    const oldest = all[gone]?.sequence ?? '';
    world.isForgotten = (sequence) => compareSequences(sequence, oldest) < 0;
    await handle(eventOf(all.slice(gone)));
    expect(landed()).toEqual(named(all.slice(gone)));
    expect(counted.get('RecordsForgotten')).toBe(gone);
    expect(entries.get('a')).toMatchObject({ checkpoint: all.at(-1)?.sequence, segment: null });
    for (const [uri, bytes] of objects)
      for (const line of bytes.toString('utf8').split('\n').slice(0, -1))
        expect(line.includes('"x"'), uri).toBe(uri.endsWith('-rejected.jsonl'));
  });

  test('a gap in the middle is none of it: the batch waits', async () => {
    const { world, handle, all } = await begun();
    world.isForgotten = (sequence) => sequence === all[5]?.sequence;
    await expect(handle(eventOf(all.slice(0, 3)))).rejects.toThrow('1 of 6 records');
  });
});
