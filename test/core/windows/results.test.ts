import { describe, expect, test } from 'vitest';
import {
  anomaliesOf,
  type BoundRule,
  encodeFinding,
  encodeResult,
  ewma,
  type GroupWindow,
  gap,
  gapsOf,
  global,
  outside,
  type Pane,
  parseResult,
  resultsOf,
  session,
  settledSpan,
  type Window,
  type WindowResult,
  windowsOfPanes,
  zScore,
} from '../../../core/windows/index.ts';
import { eventAt, smallRule, stepOf } from './rules.ts';

const sec = (seconds: number): bigint => BigInt(seconds * 1_000_000);

/** Events of one shard each, and the window that the first of them is in. */
const world = (rule: BoundRule, ...shards: readonly (readonly number[])[]) => {
  const panes = shards.flatMap((times, shard) =>
    stepOf(
      rule,
      times.map((at, index) => eventAt(rule, index + 1, sec(at))),
    ).put.map((pane): Pane => ({ ...pane, shard: `s${shard}` })),
  );
  const [window] = windowsOfPanes(rule, panes);
  if (window === undefined) throw new Error('a world without events');
  const settled = { ...window, span: settledSpan(rule.series.window, window.span, panes) };
  return { panes, window: settled };
};
const brief = (results: readonly WindowResult[]) =>
  results.map(({ windowStart, windowEnd, measures, version, retracted }) => [
    ...[windowStart, windowEnd, measures.events, version],
    ...(retracted ? ['retracted'] : []),
  ]);

describe('a window', () => {
  const rule = smallRule();
  const { panes, window } = world(rule, [1, 2], [3]);

  test.each<[string, bigint | null, number]>([
    ['before there is a watermark', null, 0],
    ['just before its end', sec(10) - 1n, 0],
    ['at its end', sec(10), 1],
    ['behind it', sec(99), 1],
  ])('is published %s, or not', (_, watermark, versions) => {
    const found = resultsOf(rule, window, panes, watermark, []);
    expect(brief(found)).toEqual([[0n, sec(10), 3n, 1]].slice(0, versions));
    expect(found.map((each) => each.closedAtWatermark)).toEqual(versions === 1 ? [watermark] : []);
  });

  test('is restated when it changed, whatever the watermark, and only then', () => {
    const first = resultsOf(rule, window, panes, sec(10), []);
    expect(resultsOf(rule, window, panes, sec(99), first)).toEqual([]);
    const late = world(rule, [1, 2], [3, 4]);
    const second = resultsOf(rule, window, late.panes, sec(10), first);
    expect(brief(second)).toEqual([[0n, sec(10), 4n, 2]]);
    expect(resultsOf(rule, window, late.panes, null, [...second, ...first])).toEqual([]);
  });

  test('of a rule that said something else is no version of this one', () => {
    const first = resultsOf(rule, window, panes, sec(10), []);
    const other = first.map((each) => ({ ...each, series: 'sales-00000000' }));
    expect(brief(resultsOf(rule, window, panes, sec(10), other))).toEqual([[0n, sec(10), 3n, 1]]);
  });

  test('over everything is told at any time, and has no bounds', () => {
    const all = smallRule(global());
    const of = world(all, [-5], [5]);
    const first = resultsOf(all, of.window, of.panes, null, []);
    expect(brief(first)).toEqual([[null, null, 2n, 1]]);
    expect(resultsOf(all, of.window, of.panes, sec(1), first)).toEqual([]);
  });

  test('comes back from JSON as it was', () => {
    const [first] = resultsOf(rule, window, panes, sec(10), []);
    if (first === undefined) throw new Error('no result');
    expect(parseResult(JSON.parse(JSON.stringify(encodeResult(first))))).toEqual(first);
    expect(() => parseResult({ ...first, version: 0 })).toThrow();
  });
});

describe('sessions', () => {
  const rule = smallRule(session({ gap: '4s' }));
  const publish = (
    of: ReturnType<typeof world>,
    watermark: number,
    before: readonly WindowResult[] = [],
  ) => resultsOf(rule, of.window, of.panes, sec(watermark), before);

  test('of several shards are one where they overlap', () => {
    const of = world(rule, [0, 9], [3, 6]);
    expect(brief(publish(of, 13))).toEqual([[0n, sec(13), 4n, 1]]);
    expect(publish(of, 12)).toEqual([]);
  });

  test('that a late event made one are one, and the other is retracted', () => {
    const [early, later] = [world(rule, [0]), world(rule, [6])];
    const before = [...publish(early, 99), ...publish(later, 99)];
    const bridged = world(rule, [0, 6], [3]);
    const found = publish(bridged, 99, before);
    expect(brief(found)).toEqual([
      [0n, sec(10), 3n, 2],
      [sec(6), sec(10), 1n, 2, 'retracted'],
    ]);
    expect(publish(bridged, 99, [...before, ...found])).toEqual([]);
  });

  test('that begin earlier than was published are another one, closed or not', () => {
    const before = publish(world(rule, [6]), 10);
    expect(brief(publish(world(rule, [3, 6, 9]), 10, before))).toEqual([
      [sec(3), sec(13), 3n, 1],
      [sec(6), sec(10), 1n, 2, 'retracted'],
    ]);
  });
});

/** Results of one group, one for each 10 s, as many events in each as told. */
const history = (rule: BoundRule, events: readonly (number | null)[]): WindowResult[] =>
  events.flatMap((found, at) => {
    if (found === null) return [];
    const span = { start: sec(at * 10), end: sec(at * 10 + 10) };
    const window: GroupWindow = { group: [null], span };
    const { panes } = world(rule, [at * 10]);
    return resultsOf(rule, window, panes, sec(99_999), []).map((result) => ({
      ...result,
      measures: { events: BigInt(found), total: BigInt(found * 100) },
    }));
  });

describe('anomalies', () => {
  const calm = [10, 11, 9, 10, 12, 8, 10, 10, 11, 9];
  const rule = smallRule(undefined, {
    anomalies: [zScore('events'), ewma('total'), outside('total', { min: 1, max: 20 })],
  });
  const found = (events: readonly number[], since = 0) =>
    anomaliesOf(rule, history(rule, events), sec(since)).map((each) => [
      ...[each.anomaly, each.windowStart, each.found],
    ]);

  test.each<[string, number[], unknown[]]>([
    ['as usual', calm, []],
    ['too short a history', [10, 10, 10, 10, 10, 10, 10, 19], []],
    [
      'a wild one',
      [...calm, 40],
      [
        ['zScore of events', sec(100), 40],
        ['ewma of total', sec(100), 40],
        ['outside of total', sec(100), 40],
      ],
    ],
    ['all alike', [...Array(10).fill(10), 10], []],
    ['out of bounds without a history', [0], [['outside of total', 0n, 0]]],
    ['at the bounds', [1, 20], []],
  ])('%s', (_, events, expected) => {
    expect(found(events)).toEqual(expected);
  });

  test('are told from a window on, and keep their id when it is restated', () => {
    expect(found([40, ...calm], 10)).toEqual([]);
    const results = history(rule, [...calm, 40]);
    const restated = results.map((each) => ({ ...each, version: 2 }));
    const ids = (of: readonly WindowResult[]) => anomaliesOf(rule, of, 0n).map(({ id }) => id);
    expect(ids([...restated, ...results])).toEqual(ids(results));
    expect(new Set(ids(results)).size).toBe(3);
    expect(anomaliesOf(rule, restated, 0n).map((each) => encodeFinding(each).version)).toEqual(
      Array(3).fill(2),
    );
  });

  test('are not looked for in what was retracted', () => {
    const results = history(rule, [...calm, 40]).map((each, at) => ({
      ...each,
      retracted: at === 10,
    }));
    expect(anomaliesOf(rule, results, 0n)).toEqual([]);
  });
});

describe('gaps', () => {
  const rule = smallRule(undefined, { anomalies: [gap({ every: '10s' })] });
  const gaps = (results: readonly WindowResult[], watermark: number, open: number[] = []) =>
    gapsOf(
      rule,
      [null],
      results,
      open.map((at) => ({ start: sec(at), end: sec(at + 10) })),
      sec(watermark),
    );

  test.each<[string, (number | null)[], number, number[]]>([
    ['no window', [], 99, []],
    ['windows one after the other', [1, 1, 1], 30, []],
    ['one window missing', [1, null, 1], 30, [10]],
    ['three missing, and the first never there', [null, 1, null, null, null, 1], 60, [20, 30, 40]],
    ['nothing since', [1], 39, [10, 20]],
    ['nothing for less than allowed', [1], 19, []],
  ])('%s', (_, events, watermark, starts) => {
    const found = gaps(history(rule, events), watermark);
    expect(found.map(({ windowStart }) => windowStart)).toEqual(starts.map(sec));
    expect(found.every(({ isGap, version }) => isGap && version === 1)).toBe(true);
  });

  test('are none where events are in a window that is not closed', () => {
    expect(gaps(history(rule, [1]), 29, [20]).map((each) => each.windowStart)).toEqual([sec(10)]);
  });

  test('are told once, and retracted when a late event falls into them', () => {
    const results = history(rule, [1, null, null, 1]);
    const before = gaps(results, 40);
    expect(gaps([...results, ...before], 40)).toEqual([]);
    const filled = [...history(rule, [1, null, 1, 1]), ...before];
    expect(brief(gaps(filled, 40))).toEqual([[sec(20), sec(30), undefined, 2, 'retracted']]);
  });

  test('of endless length are so many rows, the last of which is the rest', () => {
    const found = gaps(history(rule, [1]), 1_000_000);
    expect(found).toHaveLength(1_000);
    expect(found.at(-1)).toMatchObject({ windowStart: sec(10_000), windowEnd: sec(1_000_000) });
  });

  test('are for whoever asks for them', () => {
    const silent = smallRule();
    expect(gapsOf(silent, [null], history(silent, [1]), [], sec(99))).toEqual([]);
  });
});

test.each<[string, Window, bigint[], bigint[]]>([
  ['a session reaches through all it touches', session({ gap: '4s' }), [0n, 5n], [-9n, 9n]],
  ['a global window is as it is', global(), [0n, 5n], [0n, 5n]],
])('%s', (_, window, [start = 0n, end = 0n], expected) => {
  const panes = [
    { start: 4n, end: 9n },
    { start: -5n, end: 1n },
    { start: -9n, end: -4n },
    { start: 9n, end: 12n },
  ];
  expect(Object.values(settledSpan(window, { start, end }, panes))).toEqual(expected);
});
