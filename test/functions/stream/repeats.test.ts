import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { decideArrival } from '../../../core/landing/arrival.ts';
import { fromStream } from '../../../core/stream/options.ts';
import type { RawRecord } from '../../../core/stream/segment.ts';
import { doneOf, streamWorld, troubled } from '../../support/stream-world.ts';

const clicks = defineDataset({
  ...{ name: 'clicks', domain: 'tests', owner: 'tests@example.com', description: 'Clicks.' },
  fields: { id: text({ max: 9 }), n: integer() },
  key: ['id'],
  stream: fromStream({ repeats: { within: '10s' } }),
});
const withinMs = 10_000;
const shards = ['shardId-000000000000', 'shardId-000000000001'] as const;

type Sent = { readonly id: string; readonly shard: number; readonly after: number };

/** Arrivals are in the order of the stream, as far apart as they say. */
const recordsOf = (sent: readonly Sent[]): RawRecord[] => {
  let now = 0;
  return sent.map(({ id, shard, after }, at) => {
    now += after;
    const payload = Buffer.from(id === 'bad' ? 'no json' : `{"id":"${id}","n":${at}}`);
    const place = { shard: shards[shard] ?? shards[0], sequence: String(4959 + at) };
    return { ...place, partitionKey: 'p', arrivedAt: EpochMs.parse(now), payload };
  });
};

const history = fc.record({
  sent: fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'bad'),
      shard: fc.nat(1),
      after: fc.constantFrom(0, 1, 4_000, 9_999, 10_000, 25_000),
    }),
    { minLength: 1, maxLength: 20 },
  ),
  calls: fc.array(
    fc.record({
      ...{ shard: fc.nat(1), from: fc.nat(20), length: fc.integer({ min: 1, max: 8 }) },
      ...{ dies: fc.nat(20), passes: fc.boolean(), twin: fc.boolean() },
    }),
    { maxLength: 8 },
  ),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const run = async ({ sent, calls }: History) => {
  const all = recordsOf(sent);
  const world = streamWorld([clicks], all);
  const ofShard = shards.map((shard) => all.filter((record) => record.shard === shard));
  for (const { shard, from, length, dies, passes, twin } of calls) {
    const own = ofShard[shard] ?? [];
    const start = Math.min(from, doneOf(world.entries, own));
    const batch = own.slice(start, start + length);
    const dying = world.call(batch, troubled({ dies, passes }));
    const other = ofShard[1 - shard] ?? [];
    await Promise.allSettled([
      dying,
      ...(twin ? [world.call(batch.slice(0, 2)), world.call(other.slice(0, 4))] : []),
    ]);
  }
  for (const own of ofShard) if (own.length > 0) await world.call(own);
  return { all, world };
};

const idOf = ({ payload }: { payload: Uint8Array }): string =>
  /"id":"(\w+)"/.exec(Buffer.from(payload).toString())?.[1] ?? '';

describe('whatever edges the batches have, and wherever they die', () => {
  test('each record is in landing once, and a repeat is one of a key that is published', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { all, world } = await run(of);
        const landed = world.landed();
        const sequences = (records: readonly { sequence: string }[]) =>
          records.map(({ sequence }) => sequence).sort();
        expect(sequences(landed.map(({ record }) => record))).toEqual(sequences(all));
        const accepted = new Set(
          landed.flatMap(({ kind, record }) => (kind === 'accepted' ? [idOf(record)] : [])),
        );
        for (const { kind, record } of landed)
          if (kind === 'repeats') expect(accepted).toContain(idOf(record));
      }),
      { numRuns: 300 },
    );
  });

  test('of a key no two records that arrived within the time are published', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { world } = await run(of);
        const accepted = world.landed().filter(({ kind }) => kind === 'accepted');
        const byId = Map.groupBy(accepted, ({ record }) => idOf(record));
        for (const own of byId.values()) {
          const times = own.map(({ record }) => record.arrivedAt).sort((a, b) => a - b);
          for (const [at, time] of times.entries())
            if (at > 0) expect(time - (times[at - 1] ?? 0)).toBeGreaterThanOrEqual(withinMs);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a repeat', () => {
  const a = { id: 'a', shard: 0, after: 1 };
  const kindsOf = async (...sent: readonly Sent[]) => {
    const all = recordsOf(sent);
    const world = streamWorld([clicks], all);
    for (const record of all) await world.call([record]);
    const byPlace = world
      .landed()
      .toSorted((x, y) => Number(x.record.sequence) - Number(y.record.sequence));
    return { kinds: byPlace.map(({ kind }) => kind), world };
  };

  test('lies beside what is published, is counted, and is no file of the dataset', async () => {
    const { kinds, world } = await kindsOf(a, a, { ...a, shard: 1 });
    expect(kinds).toEqual(['accepted', 'repeats', 'repeats']);
    expect(world.telemetry.counted('RecordsRepeated')).toBe(2);
    const key = [...world.objects.keys()].find((uri) => uri.endsWith('-repeats.jsonl')) ?? '';
    const file = { key: key.slice('s3://landing/'.length), sizeBytes: 1 };
    expect(decideArrival(file, [clicks.name])).toEqual({
      ...{ kind: 'ignored', rule: 'repeated records' },
    });
  });

  test('is none once the time is over, and its time begins anew', async () => {
    const { kinds } = await kindsOf(a, { ...a, after: withinMs }, { ...a, after: withinMs - 1 });
    expect(kinds).toEqual(['accepted', 'accepted', 'repeats']);
  });

  test('of a record that is rejected is none: that one claims nothing', async () => {
    const { kinds } = await kindsOf({ ...a, id: 'bad' }, { ...a, id: 'bad' }, a);
    expect(kinds).toEqual(['rejected', 'rejected', 'accepted']);
  });
});
