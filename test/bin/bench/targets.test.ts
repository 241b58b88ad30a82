import { describe, expect, test } from 'vitest';
import type { Sheet } from '../../../bin/bench/sheet.ts';
import type { Small } from '../../../bin/bench/small.ts';
import { verdictsOf } from '../../../bin/bench/targets.ts';
import { sheet } from './figures.ts';

const told = (sheets: readonly Sheet[], small: Small | null = null): string[] =>
  verdictsOf(sheets, small, []).map(({ what, met }) => `${met ? 'met' : 'not met'}: ${what}`);

const small = (median: number): Small => ({
  rows: 1000,
  calls: 30,
  ms: { min: 1, median, max: 99 },
  faults: [],
});

const everybody = (ours: number, peak = 700): Sheet =>
  sheet(1_000_000, [
    { peer: 'process', wall: [ours], peak },
    { peer: 'raw', wall: [1] },
    { peer: 'zod', wall: [8] },
    { peer: 'polars', wall: [1.6] },
    { peer: 'pandas', wall: [6.4] },
    { peer: 'dlt', wall: [12.8] },
  ]);

describe('at their very edge', () => {
  test('the targets of the process are met', () => {
    expect(told([everybody(1.6)])).toEqual([
      'met: 1000000 rows: 1.60 x raw, target <= 1.6 (aim 1.5)',
      'met: 1000000 rows: 5.00 x as fast as csv-parse + zod, target >= 5',
      'met: 1000000 rows: 1.00 x as fast as polars, target >= 1',
      'met: 1000000 rows: 4.00 x as fast as pandas, target >= 4',
      'met: 1000000 rows: 8.00 x as fast as dlt, target >= 8',
    ]);
  });

  test('and beyond it not one of them is', () => {
    const verdicts = told([everybody(1.61)]);
    expect(verdicts).toHaveLength(5);
    for (const verdict of verdicts) expect(verdict).toMatch(/^not met: /);
  });
});

test.each([
  { polars: 1.4, says: 'met' },
  { polars: 1.39, says: 'not met' },
])('five million rows ask for more than parity with Polars: $polars is $says', (each) => {
  const peers = [
    { peer: 'process', wall: [1] },
    { peer: 'polars', wall: [each.polars] },
  ] as const;
  expect(told([sheet(5_000_000, peers)])[0]).toBe(
    `${each.says}: 5000000 rows: ${each.polars.toFixed(2)} x as fast as polars, target >= 1.4`,
  );
});

test.each([
  { two: 1, says: 'met' },
  { two: 1.01, says: 'not met' },
])('two threads in $two s against one in 1.6 s: $says', ({ two, says }) => {
  const threads = sheet(
    1_000_000,
    [
      { peer: 'oneThread', wall: [1.6] },
      { peer: 'twoThreads', wall: [two] },
    ],
    { section: 'threads', cores: 2 },
  );
  const [verdict] = told([threads]);
  expect(verdict).toMatch(new RegExp(`^${says}: .* x as fast with 2 threads as with 1`));
});

describe('memory', () => {
  const at = (rows: number, peak: number): Sheet =>
    sheet(rows, [{ peer: 'process', wall: [1], peak }], { section: 'memory' });

  test.each([
    { one: 600, five: 700, says: ['met', 'met'] },
    { one: 600, five: 701, says: ['not met', 'met'] },
    { one: 500, five: 601, says: ['met', 'not met'] },
  ])('$five MB at five million rows, $one MB at one: $says', ({ one, five, says }) => {
    const verdicts = told([at(1_000_000, one), at(5_000_000, five)]);
    expect(verdicts.map((text) => text.split(':')[0])).toEqual(says);
  });

  test('the figures of the process section will do, those of two threads will not', () => {
    const process = sheet(5_000_000, [{ peer: 'process', wall: [1], peak: 650 }]);
    const threads = sheet(5_000_000, [{ peer: 'process', wall: [1], peak: 900 }], {
      section: 'threads',
    });
    expect(told([process, threads])).toEqual(['met: 5000000 rows: peak 650 MB, target <= 700']);
  });
});

test.each([
  { ours: 2, says: 'met' },
  { ours: 2.01, says: 'not met' },
])('JSON Lines have a target of their own: $ours x raw is $says', ({ ours, says }) => {
  const peers = [
    { peer: 'process', wall: [ours] },
    { peer: 'raw', wall: [1] },
  ] as const;
  expect(told([sheet(1_000_000, peers, { section: 'jsonl', format: 'jsonl' })])).toEqual([
    `${says}: 1000000 rows of JSON Lines: ${ours.toFixed(2)} x raw, target <= 2`,
  ]);
});

test.each([
  { median: 40, says: 'met' },
  { median: 40.1, says: 'not met' },
])('a small file in $median ms: $says', ({ median, says }) => {
  expect(told([], small(median))).toEqual([
    `${says}: 1000 rows, warm: ${median.toFixed(1)} ms, target <= 40`,
  ]);
});

describe('there is no verdict', () => {
  test.each<{ why: string; sheets: Sheet[] }>([
    {
      why: 'without anything to compare with',
      sheets: [sheet(1000, [{ peer: 'process', wall: [2] }])],
    },
    {
      why: 'without a figure of our own',
      sheets: [
        sheet(1000, [
          { peer: 'process', wall: [] },
          { peer: 'raw', wall: [1] },
          { peer: 'zod', wall: [1] },
        ]),
      ],
    },
    {
      why: 'where a peer failed',
      sheets: [
        sheet(1000, [
          { peer: 'process', wall: [1] },
          { peer: 'polars', wall: [] },
        ]),
      ],
    },
    {
      why: 'where rows were wrong',
      sheets: [
        sheet(1000, [
          { peer: 'process', wall: [1] },
          { peer: 'zod', wall: [9], fault: 'reasons' },
        ]),
        sheet(5_000_000, [
          { peer: 'process', wall: [1], fault: 'reasons' },
          { peer: 'raw', wall: [1] },
        ]),
      ],
    },
    {
      why: 'over a peer that had fewer rows',
      sheets: [
        sheet(1000, [
          { peer: 'process', wall: [1] },
          { peer: 'dlt', wall: [9], rows: 100 },
        ]),
      ],
    },
  ])('$why', ({ sheets }) => {
    expect(told(sheets)).toEqual([]);
  });

  test('where the small files failed', () => {
    expect(told([], { rows: 1000, calls: 30, ms: null, faults: ['gone'] })).toEqual([]);
  });
});
