import { describe, expect, test } from 'vitest';
import type { QualityCheck } from '../../../core/quality/check.ts';
import {
  completeness,
  freshness,
  uniqueness,
  validity,
  volume,
} from '../../../core/quality/index.ts';
import { bounded, type RunSummary, summaryBytesMax } from '../../../core/quality/summary.ts';
import { holding, judgeQuality } from '../../../core/validate/judge-quality.ts';
import { goodRun, historyOf, now, sales } from '../quality/runs.ts';

const counts = { rowsIn: 100, published: 90, rejected: 4, deduplicated: 6 };
const validated = [{ wellFormed: 100, nonEmpty: goodRun().nonEmpty, warned: 0 }];
const judged = (checks: readonly QualityCheck[], more: object = {}) =>
  judgeQuality(
    sales(...checks),
    { counts, validated, transformed: { unmatched: {}, ...more } },
    historyOf(Array.from({ length: 8 }, () => 100)),
    now,
  );
const sharesOf = ({ parts }: ReturnType<typeof judged>) =>
  Object.fromEntries(parts.map(({ dimension, share }) => [dimension, share]));

describe('the score of a run', () => {
  test('is the weighted mean of the dimensions that apply', () => {
    const quality = judged([]);
    expect(quality.parts).toEqual([
      { dimension: 'validity', share: 0.96, weight: 2 },
      { dimension: 'completeness', share: 1, weight: 2 },
      { dimension: 'uniqueness', share: 0.9375, weight: 2 },
      { dimension: 'consistency', share: 1, weight: 1 },
    ]);
    expect(quality.score).toBe(Math.round((10_000 * (1.92 + 2 + 1.875 + 1)) / 7) / 100);
    expect(quality).toMatchObject({ validity: 0.96, completeness: 1, uniqueness: 0.9375 });
  });

  test('has partners, age and volume where the dataset has them', () => {
    const facts = {
      ...goodRun().facts,
      newest: { sold_at: now - 4 * 3_600_000 },
      measured: { 'uniqueness of id': { rows: 4, holding: 2 } },
    };
    const checks = [freshness('sold_at', { maxAge: '2h' }), volume(), uniqueness(['id'])];
    expect(sharesOf(judged(checks, { facts, unmatched: { shops: 9 } }))).toEqual({
      ...{ validity: 0.96, completeness: 1, consistency: 1, referential: 0.9 },
      ...{ freshness: 0.5, volume: 1, uniqueness: (0.9375 + 0.5) / 2 },
    });
  });

  test('leaves out what could not be judged', () => {
    expect(sharesOf(judged([freshness('sold_at', { maxAge: '2h' })]))).not.toHaveProperty(
      'freshness',
    );
  });

  test('of no rows is 100', () => {
    const none = { rowsIn: 0, published: 0, rejected: 0, deduplicated: 0 };
    const facts = { counts: none, validated: [], transformed: { unmatched: {} } };
    expect(judgeQuality(sales(), facts, [], now).score).toBe(100);
  });
});

test('only broken checks that hold do hold', () => {
  const quality = judged([
    validity({ min: 0.99, severity: 'hold' }),
    validity({ min: 0.99 }),
    completeness('id', { severity: 'hold' }),
    freshness('sold_at', { maxAge: '2h', severity: 'hold' }),
  ]);
  expect(quality.findings.map(({ state }) => state)).toEqual([
    ...['broken', 'broken', 'passed', 'unknown'],
  ]);
  expect(holding(quality)).toMatchObject([{ kind: 'validity', severity: 'hold' }]);
});

test('data of people that nobody declared is a warning with counts, and costs no point', () => {
  const personal = { note: { what: 'e-mail addresses', matching: 90, looked: 100 } };
  const facts = { ...goodRun().facts, personal };
  const quality = judged([], { facts });
  expect(quality.findings).toEqual([
    {
      kind: 'personal',
      check: 'no personal data in note',
      severity: 'warn',
      state: 'broken',
      detail: expect.stringMatching(/^90 of 100 values of note are e-mail addresses, .*declare/),
      numbers: { matching: 90, looked: 100 },
    },
  ]);
  expect(quality.score).toBe(judged([]).score);
  expect(holding(quality)).toEqual([]);
});

describe('what is remembered of a run', () => {
  const [run] = historyOf([100]);
  const wide = (columns: number): RunSummary => {
    if (run === undefined) throw new Error('there is a run');
    const top = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`value ${n}`, 1 / 50]));
    const one = { nullShare: 0, distinctShare: 1, top };
    const names = Array.from({ length: columns }, (_, n) => `column_${n}`);
    return { ...run, columns: Object.fromEntries(names.map((name) => [name, one])) };
  };

  test.each([1, 30, 31, 200, 1_000])('of %d columns fits into its item', (columns) => {
    const summary = bounded(wide(columns));
    expect(JSON.stringify(summary).length).toBeLessThanOrEqual(summaryBytesMax);
    expect(Object.keys(summary.columns).length).toBeGreaterThanOrEqual(Math.min(columns, 500));
    expect(summary.rowsIn).toBe(100);
  });

  test('is whole when it is small', () => {
    expect(bounded(wide(3))).toEqual(wide(3));
  });
});
