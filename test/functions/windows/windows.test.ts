import { expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { TransientError } from '../../../core/errors.ts';
import { double, integer, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { fromStream } from '../../../core/stream/options.ts';
import { routesOf } from '../../../core/stream/reading.ts';
import type { ShardEntry } from '../../../core/stream/segment.ts';
import {
  count,
  gap,
  global,
  mean,
  outside,
  score,
  tumbling,
  type WindowRule,
  windowedOf,
  windowRule,
} from '../../../core/windows/index.ts';
import { stream } from '../../../functions/stream/handler.ts';
import { closeAll } from '../../../functions/windows/handler.ts';
import { fakeClock, fakeTelemetry, memoryAnnouncer } from '../../support/fakes.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { memoryWindows } from '../../support/memory-windows.ts';
import { nothingBeside } from '../../support/nothing-beside.ts';

const MINUTE = 60_000;
const START = 1_795_237_200_000;

/** A stream of one shard, and what its windows come to. */
const worldOf = (...windows: readonly WindowRule[]) => {
  const dataset = defineDataset({
    ...{ name: 'beats', domain: 'tests', owner: 'tests@example.com', write: append() },
    ...{ description: 'Beats.', stream: fromStream(), windows },
    fields: {
      at: timestamp(),
      who: text(),
      kind: oneOf(['view', 'rating']),
      stars: integer({ optional: true }),
      heat: double({ optional: true }),
    },
  });
  const memory = memoryWindows();
  const { store, objects } = memoryStore();
  const announcer = memoryAnnouncer();
  const telemetry = fakeTelemetry();
  const clock = fakeClock(START);
  let entry: ShardEntry | undefined;
  let sequence = 100;
  const deps = {
    ...{ ...telemetry, windows: memory.windows, windowed: windowedOf([dataset]), store },
    ...{ announcer, landingBucket: 'landing', now: clock.now, random: Math.random },
    routes: routesOf([dataset], lineJudge),
    reader: { read: async () => [] },
    shards: {
      shard: async () => entry,
      move: async (_turn: number, next: ShardEntry) => {
        entry = next;
        return 'written' as const;
      },
    },
  };
  const put = async (...rows: readonly object[]) => {
    const Records = rows.map((row) => {
      sequence += 1;
      return {
        ...{ awsRegion: 'r', eventName: 'n', eventSource: 's', eventVersion: '1' },
        ...{ eventID: `shard:${sequence}`, invokeIdentityArn: 'arn' },
        eventSourceARN: 'arn:aws:kinesis:r:0:stream/Events',
        kinesis: {
          ...{ approximateArrivalTimestamp: START / 1000, kinesisSchemaVersion: '1.0' },
          ...{ partitionKey: 'p', sequenceNumber: String(sequence) },
          data: Buffer.from(JSON.stringify(row)).toString('base64'),
        },
      };
    });
    await stream({ ...nothingBeside(), ...deps })({ Records });
  };
  const close = () => closeAll(deps)();
  /** Results that count, by their kind, minute and version. */
  const told = () =>
    memory
      .results()
      .filter(({ retracted }) => !retracted)
      .map(({ isGap, windowStart, windowEnd, version }) => {
        const minute = (at: bigint | null) => Number((at ?? 0n) / 1000n - BigInt(START)) / MINUTE;
        return [isGap ? 'gap' : 'window', minute(windowStart), minute(windowEnd), version];
      })
      .sort((a, b) => Number(a[1]) - Number(b[1]));
  return { dataset, deps, memory, objects, announcer, telemetry, clock, put, close, told };
};

const minutes = (more: Partial<Parameters<typeof windowRule>[1]> = {}) =>
  windowRule('minutes', {
    ...{ time: 'at', by: ['who'], window: tumbling({ size: '1m' }), measures: { beats: count() } },
    ...more,
  });
const row = (minute: number, more: object = {}) => ({
  ...{ at: new Date(START + minute * MINUTE).toISOString(), who: 'a', kind: 'view' },
  ...more,
});

test('a group that is silent is told by placeholders, which a late event takes back', async () => {
  const { put, close, clock, told, memory } = worldOf(
    minutes({ anomalies: [gap({ every: '1m' })] }),
  );
  await put(row(0.5));
  clock.advance(3.5 * MINUTE + 1);
  await close();
  // All shards are idle: the watermark is a minute behind the clock, at 2.5.
  expect(told()).toEqual([
    ['window', 0, 1, 1],
    ['gap', 1, 2, 1],
  ]);
  clock.advance(MINUTE);
  await close();
  expect(told().slice(2)).toEqual([['gap', 2, 3, 1]]);
  await put(row(1.5));
  await close();
  expect(told()).toEqual([
    ['window', 0, 1, 1],
    ['window', 1, 2, 1],
    ['gap', 2, 3, 1],
  ]);
  await put(row(7.5));
  clock.advance(10 * MINUTE);
  await close();
  expect(told().filter(([kind]) => kind === 'window').length).toBe(3);
  expect(told().filter(([, start]) => Number(start) >= 3 && Number(start) < 7)).toEqual(
    [3, 4, 5, 6].map((at) => ['gap', at, at + 1, 1]),
  );
  expect(memory.marks().every(({ kind }) => kind === 'gap')).toBe(true);
});

test('a window out of bounds is a finding, told without its numbers', async () => {
  const { put, announcer, telemetry } = worldOf(
    minutes({
      measures: { warmth: mean('heat') },
      anomalies: [outside('warmth', { max: 30 })],
    }),
  );
  await put(row(0, { heat: 47.25 }), row(1, { heat: 20 }), row(2));
  expect(announcer.events).toMatchObject([
    {
      type: 'Window Anomaly',
      detail: { dataset: 'beats', anomaly: 'outside of warmth', group: { who: 'a' } },
    },
  ]);
  expect(JSON.stringify(announcer.events)).not.toContain('47.25');
  expect(telemetry.counted('WindowAnomalies')).toBe(1);
});

test('what never ends is told by the schedule, and a score adds up what events are worth', async () => {
  const { put, close, memory } = worldOf(
    minutes({
      window: global(),
      measures: { engagement: score('kind', { view: 1, rating: 'stars' }) },
    }),
  );
  await put(row(0), row(0), row(0, { kind: 'rating', stars: 4 }), row(0, { kind: 'rating' }));
  expect(memory.results()).toEqual([]);
  await close();
  await put(row(9));
  await close();
  expect(memory.results()).toMatchObject([{ version: 2, measures: { engagement: 7n } }]);
});

test('A15 events far ahead and far behind are told apart, counted, and move no watermark', async () => {
  const { put, objects, telemetry, memory } = worldOf(minutes({ allowedLateness: '5m' }));
  const year = 365 * 24 * 60;
  await put(row(0), row(10 * year), row(-year), row(0.1));
  const late = [...objects].find(([uri]) => uri.includes('/beats_late/'))?.[1].toString() ?? '';
  const lines = late.split('\n').slice(0, -1);
  const kinds = lines.map((line) => String(Reflect.get(Object(JSON.parse(line)), 'kind')));
  expect(kinds.sort()).toEqual(['future', 'too_late']);
  expect(memory.shards()).toMatchObject([{ watermark: BigInt(START + 6_000) * 1_000n }]);
  expect(telemetry.counted('EventsFuture')).toBe(1);
  expect(telemetry.counted('EventsTooLate')).toBe(1);
});

test('windows that cannot be closed stop no shard, and fail the schedule', async () => {
  const { put, deps, memory, telemetry } = worldOf(minutes());
  deps.windows = {
    ...memory.windows,
    closer: () => Promise.reject(new TransientError('the table is throttled')),
  };
  await put(row(0), row(1.5));
  expect(telemetry.lines.map(({ message }) => message)).toContain('windows are left open');
  await expect(closeAll(deps)()).rejects.toThrow(/throttled/);
  deps.windows = memory.windows;
  await closeAll(deps)();
  expect(memory.results()).toHaveLength(1);
});
