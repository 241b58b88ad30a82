import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachState } from '../../../bin/commands/entities.ts';
import { readEntity } from '../../../bin/commands/entity.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { keyFrom } from '../../../core/entities/key.ts';
import { decimal, integer, text } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { fromStream } from '../../../core/stream/options.ts';
import type { RawRecord } from '../../../core/stream/segment.ts';
import { doneOf, streamWorld, troubled } from '../../support/stream-world.ts';

const common = { domain: 'tests', owner: 'tests@example.com', description: 'Accounts.' };
const fields = { id: text({ max: 9 }), money: decimal({ precision: 20, scale: 2 }) };
const accounts = defineDataset({
  ...{ ...common, name: 'accounts', fields, key: ['id'] },
  stream: fromStream({ envelope: 'debezium', entities: true }),
});

/** What the database did, in its log. `before` of a delete may be no more than the key. */
type Made = {
  readonly id: string;
  readonly op: 'c' | 'u' | 'd' | 'r';
  readonly cents: number;
  readonly keyOnly: boolean;
};
const made: fc.Arbitrary<Made> = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  op: fc.constantFrom('c', 'u', 'd', 'r'),
  cents: fc.nat(99_999),
  keyOnly: fc.boolean(),
});

const moneyOf = (cents: number): string => (cents / 100).toFixed(2);

/** The change at a place of the log: one a millisecond, so that two may be of one. */
const messageOf = ({ id, op, cents, keyOnly }: Made, at: number): string => {
  const row = `{"id":"${id}","money":${moneyOf(cents)}}`;
  const gone = keyOnly ? `{"id":"${id}"}` : row;
  const [before, after] = op === 'd' ? [gone, 'null'] : ['null', row];
  const source = `{"connector":"postgresql","lsn":${at + 1},"ts_ms":${timeOf(at)}}`;
  return `{"op":"${op}","before":${before},"after":${after},"source":${source}}`;
};
const timeOf = (at: number): number => 1_700_000_000_000 + Math.floor(at / 2);

const shards = ['shardId-000000000000', 'shardId-000000000001'] as const;

const recordsOf = (sent: readonly { readonly shard: number; readonly payload: string }[]) =>
  sent.map(
    ({ shard, payload }, at): RawRecord => ({
      ...{ shard: shards[shard] ?? shards[0], sequence: String(4959 + at), partitionKey: 'p' },
      ...{ arrivedAt: EpochMs.parse(9), payload: Buffer.from(payload) },
    }),
  );

/**
 * The database itself, which knows nothing of streams: its log, folded from the beginning. A change
 * that nobody sent did not happen.
 */
const databaseOf = (log: readonly Made[], sent: ReadonlySet<number>) => {
  const known = [...log.entries()].filter(([at]) => sent.has(at));
  const stateAt = (ms: number): Record<string, string | null> => {
    const state: Record<string, string | null> = {};
    for (const [at, { id, op, cents }] of known)
      if (timeOf(at) <= ms)
        state[id] = op === 'd' ? null : `{"id":"${id}","money":${moneyOf(cents)}}`;
    return state;
  };
  const historyOf = (id: string) =>
    known.flatMap(([at, change]) => {
      if (change.id !== id) return [];
      const row = `{"id":"${id}","money":${moneyOf(change.cents)}}`;
      return [{ lsn: at + 1, row: change.op === 'd' ? null : row }];
    });
  return { stateAt, historyOf };
};

const history = fc.record({
  log: fc.array(made, { minLength: 1, maxLength: 14 }),
  /** Which change is sent when, and into which shard: out of order, again, or never. */
  sends: fc.array(fc.record({ of: fc.nat(13), shard: fc.nat(1) }), { maxLength: 24 }),
  calls: fc.array(
    fc.record({
      shard: fc.nat(1),
      from: fc.nat(24),
      length: fc.integer({ min: 1, max: 9 }),
      dies: fc.nat(20),
      passes: fc.boolean(),
      twin: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const run = async ({ log, sends, calls }: History) => {
  const sent = sends.flatMap(({ of, shard }) => {
    const change = log[of];
    return change === undefined ? [] : [{ shard, of, payload: messageOf(change, of) }];
  });
  const all = recordsOf(sent);
  const world = streamWorld([accounts], all);
  const ofShard = shards.map((shard) => all.filter((record) => record.shard === shard));
  for (const { shard, from, length, dies, passes, twin } of calls) {
    const own = ofShard[shard] ?? [];
    const start = Math.min(from, doneOf(world.entries, own));
    const batch = own.slice(start, start + length);
    const dying = world.call(batch, troubled({ dies, passes }));
    await Promise.allSettled([dying, ...(twin ? [world.call(batch.slice(0, 3))] : [])]);
  }
  for (const own of ofShard) if (own.length > 0) await world.call(own);
  return { all, world, database: databaseOf(log, new Set(sent.map(({ of }) => of))) };
};

const statesOf = async (
  { entities }: Awaited<ReturnType<typeof run>>['world'],
  at: number | undefined,
) => {
  const found: Record<string, string | null> = {};
  await eachState(entities, accounts.name, { at, deleted: true }, ({ key, row }) => {
    const { id }: { id: string } = JSON.parse(key);
    found[id] = row;
  });
  return found;
};

const keyOf = (id: string) => {
  const named = keyFrom(accounts, [id]);
  if (named === undefined) throw new Error(`${id} is no key`);
  return { dataset: accounts.name, keyHash: named.keyHash };
};

describe('whatever the stream does to a log', () => {
  test('the state of each key, now and at each moment, is what the database had', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { world, database } = await run(of);
        expect(await statesOf(world, undefined)).toEqual(database.stateAt(Infinity));
        for (let at = -1; at <= of.log.length; at += 1) {
          const micros = timeOf(at) * 1000 + 999;
          expect(await statesOf(world, micros)).toEqual(database.stateAt(timeOf(at)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the history of each key is its part of the log, each change once', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { world, database } = await run(of);
        for (const id of ['a', 'b', 'c']) {
          const options = { to: undefined, history: true };
          const changes = await readEntity(world.entities, keyOf(id), options);
          const found = changes.map(({ order, row }) => ({ lsn: Number(order), row }));
          expect(found).toEqual(database.historyOf(id));
          const [newest] = await readEntity(world.entities, keyOf(id), {
            ...options,
            history: false,
          });
          expect(newest?.row).toEqual(database.historyOf(id).at(-1)?.row);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('each record is in landing once', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { all, world } = await run(of);
        const landed = world.landed().map(({ record }) => record.sequence);
        expect(landed.sort()).toEqual(all.map(({ sequence }) => sequence).sort());
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is kept', () => {
  const keptOf = async (...payloads: readonly string[]) => {
    const all = recordsOf(payloads.map((payload) => ({ shard: 0, payload })));
    const world = streamWorld([accounts], all);
    await world.call(all);
    return { world, kept: [...world.kept.values()] };
  };
  const a = { id: 'a', op: 'u', cents: 1_250, keyOnly: false } as const;

  test('is the row with all its digits, its key, its order, time and place', async () => {
    const { kept, world } = await keptOf(messageOf(a, 6));
    expect(kept).toEqual([
      {
        ...{ dataset: 'accounts', keyHash: keyOf('a').keyHash, key: '{"id":"a"}', op: 'upsert' },
        ...{ row: '{"id":"a","money":12.50}', order: '00000000000000000007' },
        ...{ at: timeOf(6) * 1000, shard: shards[0], sequence: '4959', sub: null },
      },
    ]);
    expect(world.telemetry.counted('ChangesKept')).toBe(1);
  });

  test('is a delete of a key that nobody knows, and it harms nothing', async () => {
    const { world } = await keptOf(messageOf({ ...a, op: 'd', keyOnly: true }, 0));
    expect(await statesOf(world, undefined)).toEqual({ a: null });
  });

  test.each([
    ['of an operation that is none', messageOf(a, 0).replace('"op":"u"', '"op":"x"')],
    [
      'a delete without what was there',
      messageOf({ ...a, op: 'd' }, 0).replace(/"before":{.*?}/, '"before":null'),
    ],
    ['a row that the contract does not take', messageOf(a, 0).replace('12.50', '"much"')],
    [
      'a delete of what is no key',
      messageOf({ ...a, op: 'd' }, 0).replaceAll('"a"', '"too long for one"'),
    ],
    ['no JSON', 'no json'],
  ])('is not %s: it is rejected as ever', async (_name, payload) => {
    const { world, kept } = await keptOf(payload);
    expect(kept).toEqual([]);
    expect(world.landed().map(({ kind }) => kind)).toEqual(['rejected']);
  });

  test('is not a tombstone, whose delete has said so before', async () => {
    const { kept, world } = await keptOf('');
    expect(kept).toEqual([]);
    expect(world.landed().map(({ kind }) => kind)).toEqual(['accepted']);
  });

  test('of two changes of one order is the later one of the shard', async () => {
    const { world } = await keptOf(messageOf(a, 0), messageOf({ ...a, cents: 5 }, 0));
    expect(await statesOf(world, undefined)).toEqual({ a: '{"id":"a","money":0.05}' });
  });
});

describe('rows whose field says the order', () => {
  const upserts = defineDataset({
    ...{ ...common, name: 'accounts', key: ['id'] },
    fields: { ...fields, version: integer({ bits: 64 }) },
    stream: fromStream({ entities: { order: 'version' } }),
  });

  test('are upserts, of which the largest wins, below 0 too', async () => {
    const versions = [2, -5, 10, 9, -100];
    const payloads = versions.map((version) => `{"id":"a","money":1,"version":${version}}`);
    const all = recordsOf(payloads.map((payload) => ({ shard: 0, payload })));
    const world = streamWorld([upserts], all);
    await world.call(all);
    const changes = await readEntity(world.entities, keyOf('a'), { to: undefined, history: true });
    const found = changes.map(({ row }) => JSON.parse(row ?? '{}').version);
    expect(found).toEqual(versions.toSorted((x, y) => x - y));
  });
});
