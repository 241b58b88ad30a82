import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { TransientError } from '../../../core/errors.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import type { Shards, StreamReader } from '../../../core/ports.ts';
import { readStreamLine } from '../../../core/stream/line.ts';
import { fromStream } from '../../../core/stream/options.ts';
import { routesOf } from '../../../core/stream/reading.ts';
import type { RawRecord, ShardEntry } from '../../../core/stream/segment.ts';
import { compareSequences } from '../../../core/stream/sequence.ts';
import { stream } from '../../../functions/stream/handler.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { nothingBeside } from '../../support/nothing-beside.ts';

const common = { domain: 'tests', owner: 'tests@example.com', write: append() };
const clicks = defineDataset({
  ...{ ...common, name: 'clicks', description: 'Clicks.' },
  fields: { id: integer({ bits: 64 }), note: text({ optional: true }) },
  stream: fromStream({ when: { attribute: 'note', is: 'click' } }),
});
const others = defineDataset({
  ...{ ...common, name: 'others', description: 'All else.' },
  fields: { id: integer({ bits: 64 }), note: text({ optional: true }) },
  stream: fromStream(),
});

const shard = 'shardId-000000000000';
const eventSourceARN = 'arn:aws:kinesis:eu-central-1:000000000000:stream/Events';

const recordsOf = (payloads: readonly (string | Buffer)[], from = 1): RawRecord[] =>
  payloads.map((payload, at) => ({
    ...{ shard, sequence: `4959${from + at}`, partitionKey: 'p', arrivedAt: EpochMs.parse(0) },
    payload: Buffer.from(payload),
  }));

const eventOf = (records: readonly RawRecord[]) => ({
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

/** A shard that holds `all`, with what was landed of it; `before` each effect a test may act. */
const worldOf = (all: readonly RawRecord[], before: (effect: number) => void = () => undefined) => {
  const { store, objects } = memoryStore();
  const entries = new Map<string, ShardEntry>();
  let effects = 0;
  const effect = async <T>(work: () => T | Promise<T>): Promise<T> => {
    effects += 1;
    before(effects);
    const done = await work();
    effects += 1;
    before(effects);
    return done;
  };
  const shards: Shards = {
    shard: (name, of) => effect(() => entries.get(`${name} ${of}`)),
    move: (turn, entry) =>
      effect(() => {
        const key = `${entry.stream} ${entry.shard}`;
        if ((entries.get(key)?.turn ?? 0) !== turn) return 'fenced';
        entries.set(key, entry);
        return 'written';
      }),
  };
  const reader: StreamReader = {
    read: ({ after, to }) =>
      effect(() =>
        all.filter(
          ({ sequence }) =>
            compareSequences(sequence, to) <= 0 &&
            (after === null || compareSequences(sequence, after) > 0),
        ),
      ),
  };
  const logged: string[] = [];
  const say = (message: string, fields: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const handle = stream({
    ...nothingBeside(),
    log: { info: say, warn: say, error: say },
    count: () => undefined,
    shards,
    reader,
    store: { putOnce: (uri, bytes) => effect(() => store.putOnce(uri, bytes)) },
    landingBucket: 'landing',
    routes: routesOf([clicks, others], lineJudge),
  });
  /** Sequence numbers by the kind of object that they are in, as often as they are there. */
  const landed = () => {
    const found: Record<string, string[]> = {};
    for (const [uri, bytes] of objects) {
      const kind = uri
        .replace(/\/_stream\/.*?(-rejected)?\.jsonl$/, '$1')
        .slice('s3://landing/'.length);
      for (const line of bytes.toString('utf8').split('\n').slice(0, -1)) {
        const read = readStreamLine(Buffer.from(line));
        if (read.kind !== 'record') throw new Error(`a line of ${uri} is none`);
        found[kind] = [...(found[kind] ?? []), read.record.sequence];
      }
    }
    return found;
  };
  const everything = () => Object.values(landed()).flat().sort(compareSequences);
  return { handle, landed, everything, objects, entries, logged };
};

const mixed = ['{"id":1,"note":"click"}', '{"id":"x"}', 'no json', '{"id":2}', ''];

describe('a batch of a stream', () => {
  test('lands by dataset, those that the contract takes apart from the others', async () => {
    const records = recordsOf(mixed);
    const { handle, landed } = worldOf(records);
    expect(await handle(eventOf(records))).toEqual({ records: 5, landed: 5 });
    expect(landed()).toEqual({
      clicks: ['49591'],
      others: ['49594'],
      'others-rejected': ['49592', '49593', '49595'],
    });
  });

  test('that comes again lands nothing again', async () => {
    const records = recordsOf(mixed);
    const { handle, objects } = worldOf(records);
    await handle(eventOf(records));
    const before = new Map(objects);
    expect(await handle(eventOf(records))).toEqual({ records: 5, landed: 0 });
    expect(objects).toEqual(before);
  });

  test('of a shard that is new brings what lies before it', async () => {
    const records = recordsOf(Array(8).fill('{"id":1}'));
    const { handle, everything } = worldOf(records);
    await handle(eventOf(records.slice(5)));
    expect(everything()).toHaveLength(8);
  });

  test('says nothing of what is in its records', async () => {
    const records = recordsOf(['{"id":"hunter2-canary"}', 'hunter2-canary']);
    const { handle, logged } = worldOf(records);
    await handle(eventOf(records));
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.join()).not.toContain('canary');
  });
});

/** What happens to a shard: batches with any edges, of which each may die at any effect. */
const history = fc.record({
  payloads: fc.array(fc.constantFrom(...mixed), { minLength: 1, maxLength: 40 }),
  tries: fc.array(
    fc.record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 15 }), dies: fc.nat(14) }),
    { maxLength: 12 },
  ),
});

const run = async ({
  payloads,
  tries,
}: typeof history extends fc.Arbitrary<infer T> ? T : never) => {
  const all = recordsOf(payloads);
  let dies = 0;
  let seen = 0;
  const world = worldOf(all, () => {
    seen += 1;
    if (seen === dies) throw new TransientError('the worker died');
  });
  const call = async (batch: readonly RawRecord[], at: number) => {
    [seen, dies] = [0, at];
    await world.handle(eventOf(batch)).catch(() => undefined);
  };
  for (const { from, length, dies: at } of tries) {
    // A mapping goes on where its last success ended, and never passes a record over.
    const checkpoint = [...world.entries.values()][0]?.checkpoint ?? null;
    const done = all.filter(
      ({ sequence }) => checkpoint !== null && compareSequences(sequence, checkpoint) <= 0,
    ).length;
    const start = Math.min(from, done);
    await call(all.slice(start, start + length), at);
  }
  await call(all, 0);
  return { all, world };
};

describe('whatever edges the batches have, and wherever they die', () => {
  test('each record is in landing exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { all, world } = await run(of);
        expect(world.everything()).toEqual(all.map(({ sequence }) => sequence));
        expect([...world.entries.values()]).toMatchObject([
          { checkpoint: all.at(-1)?.sequence, segment: null },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test('each record lies in one kind of object, the same as without any trouble', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (of) => {
        const { all, world } = await run(of);
        const calm = worldOf(all);
        await calm.handle(eventOf(all));
        const sorted = (found: Record<string, string[]>) =>
          Object.fromEntries(
            Object.entries(found).map(([kind, own]) => [kind, own.toSorted(compareSequences)]),
          );
        expect(sorted(world.landed())).toEqual(sorted(calm.landed()));
      }),
      { numRuns: 200 },
    );
  });

  test('twins at once do what one does', async () => {
    const records = recordsOf(Array(30).fill('{"id":1}'));
    const { handle, everything } = worldOf(records);
    const edges = [records, records.slice(0, 10), records.slice(0, 20), records];
    await Promise.allSettled(edges.map((batch) => handle(eventOf(batch))));
    await handle(eventOf(records));
    expect(everything()).toEqual(records.map(({ sequence }) => sequence));
  });
});
