import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinctCount, hashesOf, unionOf } from '../../../core/windows/distinct.ts';
import {
  exactOf,
  minus,
  nearestOf,
  noSum,
  plus,
  sumOf as sumOfMany,
  wholeOf,
} from '../../../core/windows/exact-sum.ts';
import {
  bothOf,
  histogramOf,
  histogramOfAll,
  noValues,
  quantileIn,
} from '../../../core/windows/histogram.ts';
import { windowLimits } from '../../../core/windows/index.ts';
import { recentOf } from '../../../core/windows/recent.ts';
import { exactFloatSum } from './oracle.ts';

const sumOf = (values: readonly (number | bigint)[]) => values.map(exactOf).reduce(plus, noSum);

/** Sizes as they are measured, and the ends of what a double can be. */
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -1_000, max: 1_000 }),
  fc.integer({ min: -1_000, max: 1_000 }).map((tenths) => tenths / 10),
  fc.constantFrom(0, -0, 2 ** 20, -(2 ** 20), 2 ** 19.9, 2 ** -60, 2 ** -61, 5e-324, 1.7e308),
);

describe('an exact sum', () => {
  test.each([
    [[], 0],
    [[0.1, 0.2, 0.3], 0.6],
    [[1e16, 1, -1e16], 1],
    [[5e-324], 5e-324],
    [[1e308, 1e308, -1e308], 1e308],
    [[1e308, 1e308], Number.POSITIVE_INFINITY],
    [[-1.5, 1.5], 0],
    [[9007199254740992, 1, 5e-324], 9007199254740994],
    [[9007199254740992, 1], 9007199254740992],
  ])('of %j is %d', (values, expected) => {
    expect(nearestOf(sumOf(values))).toBe(expected);
  });

  test('of doubles is the nearest to the true one, and the same in any order', () => {
    const doubles = fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(doubles, (values) => {
        const sum = sumOf(values);
        expect(sumOf(values.toReversed())).toEqual(sum);
        expect(nearestOf(sum) + 0).toBe(exactFloatSum(values) + 0);
        expect(values.map(exactOf).reduce(minus, sum)).toEqual(noSum);
      }),
    );
  });

  test('of many at once is that of each by itself', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyNumber, fc.bigInt()), { maxLength: 60 }), (values) => {
        expect(sumOfMany(values)).toEqual(sumOf(values));
      }),
      { numRuns: 1_000 },
    );
    const long = Array.from({ length: 20_000 }, (_, at) => 2 ** 19 + at / 7);
    expect(sumOfMany(long)).toEqual(sumOf(long));
  });

  test('of whole numbers has all their digits', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })), (values) => {
        expect(wholeOf(sumOf(values))).toBe(values.reduce((sum, value) => sum + value, 0n));
      }),
    );
  });
});

describe('different values', () => {
  const most = windowLimits.distinctExactMax;
  const of = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => hashesOf(from + at)).reduce(unionOf, []);

  test('are counted exactly up to the limit, and each once', () => {
    expect(distinctCount([])).toBe(0n);
    expect(distinctCount(of(0, most))).toBe(BigInt(most));
    expect(distinctCount(unionOf(of(0, 20), of(10, 30)))).toBe(30n);
    expect(distinctCount([1, 1n, '1', true].map(hashesOf).reduce(unionOf))).toBe(4n);
  });

  test('are estimated above, the same for any parts', () => {
    const all = of(0, 6_000);
    const parts = unionOf(of(2_000, 6_000), of(0, 3_000));
    expect(parts).toEqual(all);
    expect(unionOf(all, all)).toEqual(all);
    expect(Math.abs(Number(distinctCount(all)) - 6_000)).toBeLessThan(600);
  });
});

describe('a histogram', () => {
  const of = (values: readonly number[]) => values.map(histogramOf).reduce(bothOf, noValues);

  test.each([
    [[], 0.5, null],
    [[0], 0.5, 0],
    [[3], 1, 3],
    [[-5, -1, 0, 1, 100], 0, -5],
    [[-5, -1, 0, 1, 100], 0.25, -1],
    [[-5, -1, 0, 1, 100], 0.5, 0],
    [[-5, -1, 0, 1, 100], 1, 100],
    [[1, 2, 3, 4], 0.5, 2],
    [[1e-300, 1e300, 1e300], 0, 1e-300],
  ])('of %j has at %d the value %d, within 1 %%', (values, at, expected) => {
    const found = quantileIn(of(values), at);
    if (expected === null) expect(found).toBeNull();
    else
      expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 0.0101);
  });

  test('of many at once is that of each by itself', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 60 }), (values) => {
        expect(histogramOfAll(values)).toEqual(of(values));
      }),
    );
    const values = Array.from({ length: 4_000 }, (_, at) => 1e-30 * 1.0203 ** at);
    expect(histogramOfAll(values)).toEqual(of(values));
  });

  test('of more bins than the limit is the same for any parts, and exact where values are large', () => {
    const values = Array.from({ length: 4_000 }, (_, at) => 1e-30 * 1.0203 ** at);
    const [a, b] = [
      of(values.filter((_, at) => at % 3 === 0)),
      of(values.filter((_, at) => at % 3)),
    ];
    const whole = of(values);
    expect(bothOf(a, b)).toEqual(whole);
    expect(of(values.toReversed())).toEqual(whole);
    expect(whole.positive).toHaveLength(windowLimits.quantileBinsMax);
    const total = whole.positive.reduce((sum, [, count]) => sum + count, 0);
    expect(total).toBe(4_000);
    const top = values[Math.floor(0.9 * 3_999)] ?? 0;
    expect(Math.abs((quantileIn(whole, 0.9) ?? 0) / top - 1)).toBeLessThan(0.0101);
  });
});

test('the newest events of a span are kept, each once, whatever the order', () => {
  const events = Array.from({ length: 1_500 }, (_, at) => [
    { at: BigInt(at % 500), id: `s/${at}`, amount: null },
  ]);
  const kept = events.reduce(recentOf, []);
  expect(kept).toHaveLength(windowLimits.velocityEventsMax + 1);
  expect(events.toReversed().reduce(recentOf, [])).toEqual(kept);
  expect(recentOf(kept, kept)).toEqual(kept);
});
