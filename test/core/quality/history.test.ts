import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviationOf, medianOf } from '../../../core/quality/anomaly.ts';
import { checkKindOf, drift, volume } from '../../../core/quality/index.ts';
import type { ColumnSummary } from '../../../core/quality/summary.ts';
import { goodRun, historyOf } from './runs.ts';

const usual = [1000, 1010, 990, 1005, 995, 1020, 980, 1000, 1002, 998];

describe('a robust comparison', () => {
  test.each([
    [[], 0],
    [[3], 3],
    [[1, 9], 5],
    [[9, 1, 5], 5],
  ])('the median of %j is %d', (values, median) => {
    expect(medianOf(values)).toBe(median);
  });

  test('one wild run among the earlier ones changes next to nothing', () => {
    const calm = deviationOf(1200, usual, () => 1);
    const wild = deviationOf(1200, [...usual.slice(1), 1e9], () => 1);
    expect(calm?.deviations).toBeGreaterThan(4);
    expect(wild?.deviations).toBeGreaterThan(4);
  });

  test('runs that were all the same have a least deviation', () => {
    const same = Array.from({ length: 9 }, () => 100);
    expect(deviationOf(103, same, () => 2)).toMatchObject({ median: 100, mad: 0, deviations: 1.5 });
    expect(deviationOf(1e300, same, () => 0)?.deviations).toBe(1_000_000);
  });

  test('is always a number, and 0 for the median itself', () => {
    const number = fc.double();
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 60 }), number, (earlier, value) => {
        const found = deviationOf(value, earlier, (median) => Math.abs(median) * 0.01);
        expect(Number.isFinite(found?.deviations)).toBe(true);
        expect(Object.values(found ?? {}).every((each) => Math.abs(each) <= 1e120)).toBe(true);
        const usualOne = found?.median ?? 0;
        expect(deviationOf(usualOne, earlier, () => 1)?.deviations).toBe(0);
      }),
    );
  });
});

describe('the volume of a run', () => {
  const judged = (rowsIn: number, earlier: readonly number[]) => {
    const check = volume({ deviations: 4 });
    const counts = { rowsIn, published: rowsIn, rejected: 0, deduplicated: 0 };
    return checkKindOf(check).judge(check, goodRun({ counts, history: historyOf(earlier) }));
  };

  test.each([
    ['as usual', 1000, usual, 'passed'],
    ['much less', 500, usual, 'broken'],
    ['much more', 2000, usual, 'broken'],
    ['none', 0, usual, 'broken'],
    ['seven runs only', 0, usual.slice(0, 7), 'unknown'],
    ['eight runs', 0, usual.slice(0, 8), 'broken'],
    ['constant runs and one row more', 101, Array.from({ length: 8 }, () => 100), 'passed'],
    ['constant runs and many more', 120, Array.from({ length: 8 }, () => 100), 'broken'],
  ] as const)('%s', (_name, rows, earlier, state) => {
    expect(judged(rows, earlier).state).toBe(state);
  });

  test('is told with value, median, MAD, limit and number of runs', () => {
    const { detail, numbers, share } = judged(500, usual);
    expect(numbers).toMatchObject({ value: 500, median: 1000, mad: 5, threshold: 4, runs: 10 });
    expect(detail).toBe(
      'volume: the number of rows is 500; the median of 10 runs is 1000 (MAD 5): 50.0 deviations, 4 are allowed',
    );
    expect(share).toBeCloseTo(4 / 50, 5);
    expect(judged(500, usual.slice(0, 3)).detail).toBe('volume: not enough history, 3 of 8 runs');
  });
});

describe('the drift of a column', () => {
  const wobble = (index: number): number => (index % 5) - 2;
  const like = (index: number, more: Partial<ColumnSummary> = {}): ColumnSummary => ({
    nullShare: 0.1 + wobble(index) / 1000,
    distinctShare: 0.5,
    numbers: {
      ...{ mean: 50 + wobble(index) / 10, median: 48 + wobble(index) / 10 },
      ...{ p05: 10 + wobble(index) / 10, p95: 90 + wobble(index) / 10 },
    },
    top: { paid: 0.7 + wobble(index) / 500, open: 0.3 - wobble(index) / 500 },
    ...more,
  });
  const judged = (now: ColumnSummary, runs = 12) => {
    const check = drift('price');
    const history = historyOf(
      Array.from({ length: runs }, () => 1000),
      (index) => ({ price: like(index) }),
    );
    const facts = { ...goodRun().facts, sampled: 1000, columns: { price: now } };
    const counts = { rowsIn: 1000, published: 1000, rejected: 0, deduplicated: 0 };
    return checkKindOf(check).judge(check, goodRun({ facts, counts, history }));
  };
  const numbers = { mean: 50, median: 48, p05: 10, p95: 90 };

  test.each([
    ['as usual', like(1), 'passed', /deviations, 4 are allowed/],
    ['many values are missing', like(1, { nullShare: 0.4 }), 'broken', /share of missing values/],
    ['none is missing', like(1, { nullShare: 0 }), 'broken', /share of missing values/],
    [
      'cents for euros',
      like(1, { numbers: { ...numbers, mean: 5000 } }),
      'broken',
      /the mean is 5000/,
    ],
    [
      'another middle',
      like(1, { numbers: { ...numbers, median: 60 } }),
      'broken',
      /the median is 60/,
    ],
    ['smaller ones', like(1, { numbers: { ...numbers, p05: -20 } }), 'broken', /5 % quantile/],
    ['larger ones', like(1, { numbers: { ...numbers, p95: 990 } }), 'broken', /95 % quantile/],
    [
      'another mix',
      like(1, { top: { paid: 0.2, open: 0.8 } }),
      'broken',
      /mix of values is 0.4995/,
    ],
    ['a value never seen', like(1, { top: { gone: 1 } }), 'broken', /mix of values is 1/],
    ['other values, more', like(1, { top: undefined }), 'broken', /mix of values is 1/],
    ['more different values', like(1, { distinctShare: 1 }), 'passed', /./],
  ] as const)('%s', (_name, now, state, detail) => {
    const found = judged(now);
    expect(found.detail).toMatch(detail);
    expect(found.state).toBe(state);
  });

  test('names no value of the column', () => {
    expect(judged(like(1, { top: { secret: 1 } })).detail).not.toContain('secret');
  });

  test('waits for enough history', () => {
    expect(judged(like(1, { nullShare: 1 }), 7)).toMatchObject({
      ...{ state: 'unknown', share: null },
      detail: 'drift of price: not enough history, 7 of 8 runs',
    });
  });
});
