import { describe, expect, test } from 'vitest';
import {
  closeShard,
  encodePane,
  encodeShard,
  eventOf,
  global,
  microsOf,
  type Pane,
  parsePane,
  parseShard,
  type ShardState,
  session,
  sliding,
  startShard,
  streamWatermark,
  windowsOfPanes,
} from '../../../core/windows/index.ts';
import { eventAt, ms, NOW, smallRule, stepOf } from './rules.ts';

const rule = smallRule();
const sec = (seconds: number): bigint => BigInt(seconds * 1_000_000);
const spans = (panes: readonly Pane[]) =>
  panes.map(({ start, end, measures }) => [start, end, measures.events]).sort();
const events = (found: number) => ({ kind: 'count', events: found });

describe('an event is kept', () => {
  test.each([
    ['at the start', 0n, 0],
    ['just before the end', sec(10) - 1n, 0],
    ['at the end, in the next', sec(10), 10],
    ['before 1970', -1n, -10],
    ['at a start before 1970', sec(-10), -10],
    ['just before that start', sec(-10) - 1n, -20],
  ])('%s', (_, at, start) => {
    const { put } = stepOf(rule, [eventAt(rule, 1, at)]);
    expect(spans(put)).toEqual([[sec(start), sec(start + 10), events(1)]]);
  });

  test('once, in a step of the windows that overlap', () => {
    const overlapping = smallRule(sliding({ size: '15s', every: '5s' }));
    const { put } = stepOf(overlapping, [eventAt(overlapping, 1, sec(5))]);
    expect(spans(put)).toEqual([[sec(5), sec(10), events(1)]]);
    const windows = windowsOfPanes(overlapping, put).map(({ span }) => span);
    expect(windows).toEqual([
      { start: sec(-5), end: sec(10) },
      { start: sec(0), end: sec(15) },
      { start: sec(5), end: sec(20) },
    ]);
  });

  test('apart from events of another group, a missing value being one', () => {
    const { put } = stepOf(rule, [
      eventAt(rule, 1, 0n, { who: null }),
      eventAt(rule, 2, 0n, { who: 'null' }),
      eventAt(rule, 3, 0n, { who: null }),
    ]);
    expect(put.map(({ group, measures }) => [group, measures.events])).toEqual([
      [[null], events(2)],
      [['null'], events(1)],
    ]);
  });

  test('in one pane of everything', () => {
    const all = smallRule(global(), { by: [] });
    const { put } = stepOf(all, [eventAt(all, 1, sec(-99)), eventAt(all, 2, sec(99))]);
    expect(put).toMatchObject([{ group: [], measures: { events: events(2) } }]);
  });

  test('with its missing value counted by nothing but count', () => {
    const { put } = stepOf(rule, [eventAt(rule, 1, 0n, { amount: null })]);
    expect(put[0]?.measures).toMatchObject({ events: events(1), total: { values: 0 } });
  });
});

describe('a session', () => {
  const sessions = smallRule(session({ gap: '4s' }));
  const two = stepOf(sessions, [eventAt(sessions, 1, sec(0)), eventAt(sessions, 2, sec(6))]);

  test.each([
    ['goes on just before its gap', sec(4) - 1n, [[0n, sec(8) - 1n, events(2)]]],
    [
      'ends with a pause that is exactly its gap',
      sec(4),
      [
        [0n, sec(4), events(1)],
        [sec(4), sec(8), events(1)],
      ],
    ],
  ])('%s', (_, at, expected) => {
    const { put } = stepOf(sessions, [eventAt(sessions, 1, 0n), eventAt(sessions, 2, at)]);
    expect(spans(put)).toEqual(expected);
  });

  test('becomes one with the next when an event comes between them', () => {
    const step = stepOf(sessions, [eventAt(sessions, 3, sec(3))], {
      ...{ shard: two.shard, panes: two.put },
    });
    expect(spans(step.put)).toEqual([[sec(0), sec(10), events(3)]]);
    expect(spans(step.remove)).toEqual([[sec(6), sec(10), events(1)]]);
  });

  test('is not counted twice when a crash left the swallowed one behind', () => {
    const bridge = eventAt(sessions, 3, sec(3));
    const before = { shard: two.shard, panes: two.put };
    const crashed = stepOf(sessions, [bridge], before);
    const left = [...crashed.put, ...crashed.remove];
    const again = stepOf(sessions, [bridge], { shard: two.shard, panes: left });
    expect(again.put).toEqual(crashed.put);
    expect(again.remove).toEqual(crashed.remove);
  });
});

describe('a batch', () => {
  test('that comes again changes nothing', () => {
    const given = [eventAt(rule, 1, 0n), eventAt(rule, 2, sec(10))];
    const first = stepOf(rule, given);
    const again = stepOf(rule, given, { shard: first.shard, panes: first.put });
    expect(again).toEqual({
      ...{ shard: first.shard, put: [], remove: [], late: [], future: [], alerts: [] },
    });
  });

  test('with the same event twice counts it once, and rows of one record each', () => {
    const one = eventAt(rule, 1, 0n);
    const row = { ...one, id: 's/1/1' };
    expect(spans(stepOf(rule, [one, one, row]).put)).toEqual([[0n, sec(10), events(2)]]);
  });

  test('has numbers that are compared as numbers', () => {
    const nine = stepOf(rule, [eventAt(rule, 9, 0n)]);
    const ten = stepOf(rule, [eventAt(rule, 10, 0n)], { shard: nine.shard, panes: nine.put });
    expect(ten.shard.checkpoint).toBe('10');
    expect(spans(ten.put)).toEqual([[0n, sec(10), events(2)]]);
  });

  test('of events without a number is a fault', () => {
    const row = { record: { sequence: 'nine' }, values: eventAt(rule, 1, 0n).values };
    expect(() => eventOf(rule, 's', row)).toThrow(
      "event 's/nine': an id is <shard>/<sequence number>",
    );
  });
});

describe('side outputs', () => {
  const given = [
    eventAt(rule, 1, sec(100)),
    eventAt(rule, 2, sec(95)),
    eventAt(rule, 3, sec(95) - 1n),
    eventAt(rule, 4, microsOf(NOW) + sec(300)),
    eventAt(rule, 5, microsOf(NOW) + sec(300) + 1n),
    eventAt(rule, 6, sec(100)),
  ];

  test('tell late events, and those later than allowed, from the others', () => {
    const step = stepOf(rule, given.slice(0, 3));
    expect(step.late).toEqual([
      { id: 's/2', behind: sec(5), tooLate: false },
      { id: 's/3', behind: sec(5) + 1n, tooLate: true },
    ]);
    expect(step.shard).toMatchObject({ events: 3, late: 2, tooLate: 1, watermark: sec(100) });
    expect(step.put).toHaveLength(2);
  });

  test('tell events ahead of the clock, which move no watermark and have their window', () => {
    const step = stepOf(rule, given);
    expect(step.future).toEqual([{ id: 's/5', ahead: sec(300) + 1n }]);
    expect(step.shard.watermark).toBe(microsOf(NOW) + sec(300));
    expect(step.put.map(({ start }) => start)).toContain(microsOf(NOW) + sec(300));
    expect(step.shard.future).toBe(1);
  });

  test('are the same however the events come in batches', () => {
    const whole = stepOf(rule, given);
    let [shard, late] = [startShard(rule, 's', NOW), [] as unknown[]];
    for (const event of given) {
      const step = stepOf(rule, [event], { shard });
      [shard, late] = [step.shard, [...late, ...step.late]];
    }
    expect(late).toEqual(whole.late);
    expect(shard).toEqual(whole.shard);
  });
});

describe('the watermark of a stream', () => {
  const at = (name: string, watermark: bigint | null, more: Partial<ShardState> = {}) => ({
    ...startShard(rule, name, NOW),
    ...{ watermark, ...more },
  });
  const idle = { seenAt: ms(NOW - 60_000) };
  const follows = microsOf(NOW - 60_000);

  test.each<[string, ShardState[], bigint | null, bigint | null]>([
    ['no shard', [], 7n, 7n],
    ['the least of all', [at('a', 5n), at('b', 3n)], null, 3n],
    ['a shard that has brought nothing', [at('a', 5n), at('b', null)], null, null],
    ['an idle one beside', [at('a', 5n), at('b', 3n, idle)], null, 5n],
    ['an idle one without anything', [at('a', 5n), at('b', null, idle)], null, 5n],
    ['one that has ended', [at('a', 5n), closeShard(at('b', 3n))], null, 5n],
    ['less than it was', [at('a', 5n)], 9n, 9n],
    ['all idle: it follows the clock', [at('a', 5n, idle)], null, follows],
    ['all ended', [closeShard(at('a', follows + 1n))], null, follows + 1n],
  ])('%s', (_, shards, previous, expected) => {
    expect(streamWatermark(rule, shards, NOW, previous)).toBe(expected);
  });

  test('a shard that follows others starts where the least of them was', () => {
    const parents = [closeShard(at('a', 5n)), closeShard(at('b', 3n))];
    expect(startShard(rule, 'c', NOW, parents).watermark).toBe(3n);
    expect(startShard(rule, 'c', NOW, [at('a', null), at('b', 3n)]).watermark).toBeNull();
  });

  test('a shard with nothing but a wrong clock becomes idle', () => {
    const shard = at('s', null, idle);
    const wrong = eventAt(rule, 1, microsOf(NOW) + sec(9_999));
    expect(stepOf(rule, [wrong], { shard }).shard.seenAt).toBe(idle.seenAt);
    expect(stepOf(rule, [eventAt(rule, 1, 0n)], { shard }).shard.seenAt).toBe(NOW);
  });
});

describe('state as JSON', () => {
  const { put, shard } = stepOf(rule, [eventAt(rule, 1, -1n, { who: 'a' })]);

  test('comes back as it was', () => {
    for (const pane of put)
      expect(parsePane(JSON.parse(JSON.stringify(encodePane(pane))))).toEqual(pane);
    expect(parseShard(JSON.parse(JSON.stringify(encodeShard(shard))))).toEqual(shard);
  });

  test.each<[string, unknown]>([
    ['an empty object', {}],
    ['nothing', null],
    ['a watermark that is a number', { ...shard, watermark: 5 }],
    ['a checkpoint below 0', { ...encodeShard(shard), checkpoint: '-1' }],
  ])('%s is refused', (_, json) => {
    expect(() => parseShard(json)).toThrow();
    expect(() => parsePane(json)).toThrow();
  });

  test('of another measure is a fault, and no sum', () => {
    const wrong = put.map((pane) => ({
      ...pane,
      measures: { ...pane.measures, total: { kind: 'count' as const, events: 1 } },
    }));
    const next = eventAt(rule, 2, -1n, { who: 'a' });
    expect(() => stepOf(rule, [next], { shard, panes: wrong })).toThrow('cannot be put together');
  });
});
