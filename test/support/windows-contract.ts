import { expect } from 'vitest';
import { EpochMs } from '../../core/ids.ts';
import {
  always,
  type Mark,
  type Pane,
  type ShardState,
  type WindowResult,
  type WindowStore,
} from '../../core/windows/index.ts';

/** One thing that every store of windows does; the check gets a fresh store. */
export type WindowCase = readonly [name: string, check: (store: WindowStore) => Promise<void>];

const series = 'minutes-0a1b2c3d';
const group = ['s-1'];
const all = { series, group, span: always };

const shard = (more: Partial<ShardState> = {}): ShardState => ({
  ...{ series, shard: 'Events:one', checkpoint: null, watermark: null, seenAt: EpochMs.parse(5) },
  ...{ closed: false, events: 0, late: 0, tooLate: 0, future: 0, ...more },
});
const pane = (start: bigint, end: bigint, more: Partial<Pane> = {}): Pane => ({
  ...{ series, shard: 'Events:one', group, start, end, through: 10n ** 55n },
  ...{ measures: { events: { kind: 'count', events: 1 } }, ...more },
});
const mark = (end: bigint, more: Partial<Mark> = {}): Mark => ({
  ...{ series, group, kind: 'window', start: end - 10n, end, stamp: 'first', ...more },
});
const result = (start: bigint, more: Partial<WindowResult> = {}): WindowResult => ({
  ...{ rule: 'minutes', series, windowStart: start, windowEnd: start + 10n, group },
  ...{ measures: { events: 1n }, isGap: false, version: 1, retracted: false },
  ...{ closedAtWatermark: 100n, ...more },
});

/** What every store of windows does. */
export const windowsContract: readonly WindowCase[] = [
  [
    'a shard is moved by who saw it last, and its own write again is no other’s',
    async (store) => {
      const [first, second] = [shard(), shard({ checkpoint: '7', watermark: -3n, events: 1 })];
      expect(await store.moveShard(null, first)).toBe('written');
      expect(await store.moveShard(first, second)).toBe('written');
      expect(await store.moveShard(first, shard({ checkpoint: '8' }))).toBe('fenced');
      expect(await store.moveShard(null, shard({ checkpoint: '8' }))).toBe('fenced');
      expect(await store.shards(series)).toEqual([second]);
      expect(await store.shards('another')).toEqual([]);
    },
  ],
  [
    'a pane that has later events stands, however an earlier one comes back',
    async (store) => {
      const late = pane(0n, 10n, { through: 10n ** 55n + 1n });
      await store.putPanes([late]);
      await store.putPanes([pane(0n, 10n, { end: 20n })]);
      expect(await store.panes(all, ['Events:one'])).toEqual([late]);
      await store.removePanes([late, late]);
      expect(await store.panes(all, ['Events:one'])).toEqual([]);
    },
  ],
  [
    'panes are found by what they have in common with a place, of the shards that are asked for',
    async (store) => {
      const before = pane(-20n, -10n);
      const long = pane(-5n, 30n);
      const behind = pane(40n, 50n);
      const other = pane(-5n, 30n, { shard: 'Events:two' });
      const stranger = pane(-5n, 30n, { group: ['s-2'] });
      await store.putPanes([before, long, behind, other, stranger]);
      const place = { series, group, span: { start: 10n, end: 40n } };
      expect(await store.panes(place, ['Events:one'])).toEqual([long]);
      const both = await store.panes(place, ['Events:one', 'Events:two']);
      expect(new Set(both.map((each) => each.shard))).toEqual(
        new Set(['Events:one', 'Events:two']),
      );
    },
  ],
  [
    'marks are due from their end on, the earliest first, and endless ones only when asked for',
    async (store) => {
      const endless = mark(always.end, { start: always.start });
      const marks = [mark(30n), mark(-10n), mark(20n), mark(21n, { kind: 'gap' }), endless];
      await store.putMarks(marks);
      const due = (watermark: bigint | null, more: object = {}) =>
        store.dueMarks({ series, watermark, endless: false, limit: 10, ...more });
      expect((await due(21n)).map(({ end }) => end)).toEqual([-10n, 20n, 21n]);
      expect((await due(21n, { limit: 2 })).map(({ end }) => end)).toEqual([-10n, 20n]);
      expect(await due(null)).toEqual([]);
      expect(await due(null, { endless: true })).toEqual([endless]);
      expect(await store.openMarks(series)).toBe(5);
    },
  ],
  [
    'a mark that was written again is not removed by who saw it before',
    async (store) => {
      const [seen, again] = [mark(10n), mark(10n, { stamp: 'second' })];
      await store.putMarks([seen]);
      await store.putMarks([again]);
      await store.removeMarks([seen]);
      expect(await store.openMarks(series)).toBe(1);
      await store.removeMarks([again, again]);
      expect(await store.openMarks(series)).toBe(0);
    },
  ],
  [
    'results are the last versions, in the order of their time, gaps apart',
    async (store) => {
      const results = [result(-10n), result(0n), result(10n), result(0n, { isGap: true })];
      const restated = result(0n, { version: 2, retracted: true });
      await store.putResults(results);
      await store.putResults([restated]);
      await store.putResults([result(0n)]);
      const place = { series, group, span: { start: -10n, end: 10n } };
      expect(await store.results(place, 'window', 9)).toEqual([results[0], restated]);
      expect(await store.results(place, 'window', 1)).toEqual([results[0]]);
      expect(await store.results(place, 'gap', 9)).toEqual([results[3]]);
      const before = { series, group, start: 10n };
      expect(await store.resultsBefore(before, 9)).toEqual([restated, results[0]]);
      expect(await store.resultsBefore(before, 1)).toEqual([restated]);
    },
  ],
  [
    'a closer is moved by who saw its turn, once',
    async (store) => {
      const first = await store.closer('sales');
      expect(first).toEqual({ turn: 0, watermarks: {}, batch: null });
      const batch = { results: [result(0n)], findings: [], done: [mark(10n)], next: [] };
      const next = { turn: 1, watermarks: { [series]: 5n }, batch };
      expect(await store.moveCloser('sales', 0, next)).toBe('written');
      expect(await store.moveCloser('sales', 0, { ...next, batch: null })).toBe('fenced');
      expect(await store.closer('sales')).toEqual(next);
      expect(await store.moveCloser('sales', 1, { ...next, turn: 2 })).toBe('written');
    },
  ],
];
