import { describe, expect, test } from 'vitest';
import { above, col, value } from '../../../core/expressions/index.ts';
import type { QualityCheck } from '../../../core/quality/check.ts';
import {
  checkKindOf,
  checkKinds,
  completeness,
  consistency,
  custom,
  drift,
  freshness,
  referential,
  says,
  uniqueness,
  validity,
  volume,
} from '../../../core/quality/index.ts';
import type { JudgedRun } from '../../../core/quality/kind.ts';
import { goodRun, now, sales } from './runs.ts';

const judged = (check: QualityCheck, run: Partial<JudgedRun>) =>
  checkKindOf(check).judge(check, goodRun(run));
const priced = custom('priced', {
  holds: above(col('price'), value(0)),
  min: 0.9,
});
const measured = (name: string, rows: number, holding: number) => ({
  facts: { ...goodRun().facts, measured: { [name]: { rows, holding } } },
});
const newest = (agoMs: number) => ({
  facts: { ...goodRun().facts, newest: { sold_at: now - agoMs } },
});
const counts = { rowsIn: 100, published: 100, rejected: 0, deduplicated: 0 };
const hour = 3_600_000;

describe('a check of one run', () => {
  test.each([
    ['a full column', completeness('id'), {}, 'passed', 1],
    [
      'a share of empty cells just allowed',
      completeness('notes', { min: 0.97 }),
      { nonEmpty: { notes: 97 } },
      ...(['passed', 0.97] as const),
    ],
    [
      'one empty cell more',
      completeness('notes', { min: 0.97 }),
      { nonEmpty: { notes: 96 } },
      ...(['broken', 0.96] as const),
    ],
    ['no rows', completeness('id'), { wellFormed: 0, nonEmpty: {} }, 'passed', 1],
    [
      'unique values',
      uniqueness(['id', 'price'], { min: 0.5 }),
      measured('uniqueness of id, price', 10, 5),
      ...(['passed', 0.5] as const),
    ],
    [
      'values that come again',
      uniqueness(['id']),
      measured('uniqueness of id', 10, 8),
      ...(['broken', 0.8] as const),
    ],
    ['values that nobody counted', uniqueness(['id']), {}, 'unknown', null],
    [
      'few rejects',
      validity({ min: 0.9 }),
      { counts: { ...counts, rejected: 10 } },
      ...(['passed', 0.9] as const),
    ],
    [
      'more rejects',
      validity({ min: 0.9 }),
      { counts: { ...counts, rejected: 11 } },
      ...(['broken', 0.89] as const),
    ],
    ['few warnings', consistency({ min: 0.9 }), { warned: 10 }, 'passed', 0.9],
    ['more warnings', consistency({ min: 0.9 }), { warned: 11 }, 'broken', 0.89],
    ['a new value', freshness('sold_at', { maxAge: '24h' }), newest(24 * hour), 'passed', 1],
    ['an old value', freshness('sold_at', { maxAge: '24h' }), newest(48 * hour), 'broken', 0.5],
    ['a value of tomorrow', freshness('sold_at', { maxAge: '24h' }), newest(-hour), 'passed', 1],
    ['no value at all', freshness('sold_at', { maxAge: '7d' }), {}, 'unknown', null],
    ['partners', referential('shops', { min: 0.9 }), { unmatched: { shops: 10 } }, 'passed', 0.9],
    [
      'few partners',
      referential('shops', { min: 0.9 }),
      { unmatched: { shops: 60 } },
      ...(['broken', 0.4] as const),
    ],
    ['a condition', priced, measured("custom check 'priced'", 10, 9), 'passed', 0.9],
    ['a broken condition', priced, measured("custom check 'priced'", 10, 8), 'broken', 0.8],
    ['a condition nobody asked', priced, {}, 'unknown', null],
  ] as const)('of %s', (_name, check, run, state, share) => {
    expect(judged(check, run)).toMatchObject({ state, share });
  });

  test('says the numbers that made it so', () => {
    const old = judged(freshness('sold_at', { maxAge: '90m' }), newest(36 * hour));
    expect(old.detail).toBe(
      'freshness of sold_at: the newest value is 1.5 days old; at most 1.5 hours is allowed',
    );
    expect(old.numbers).toEqual({ ageMs: 36 * hour, maxAgeMs: 1.5 * hour });
    expect(judged(completeness('id'), { nonEmpty: { id: 91 } }).detail).toBe(
      'completeness of id is 91.00 % (91 of 100 rows); at least 100.00 % is asked',
    );
  });
});

describe('a check that cannot stand', () => {
  test.each([
    [completeness('nix'), "quality[0] (completeness): 'nix' is no field; fields are id, price"],
    [completeness('id', { min: 1.5 }), 'min is 1.5; allowed is a share from 0 to 1'],
    [uniqueness([]), 'it names no column'],
    [uniqueness(['id', 'nix']), "'nix' is no field"],
    [validity({ min: -1 }), 'min is -1'],
    [
      freshness('price', { maxAge: '1h' }),
      "'price' is decimal; freshness needs a date or timestamp",
    ],
    [freshness('born', { maxAge: '1h' }), "'born' is classified or masked; no value of it is kept"],
    [volume({ deviations: 0 }), 'deviations is 0; allowed is a number above 0'],
    [drift('nix'), "'nix' is no field"],
    [referential('shops'), "'shops' is no dataset that this one is joined with; there is none"],
    [custom('x', { holds: col('price') }), 'is no condition'],
    [custom(' ', { holds: above(col('price'), value(0)) }), 'its name is empty'],
    [custom('x', { holds: above(col('nix'), value(0)) }), 'nix'],
  ] as const)('%j is told when the dataset is loaded', (check, problem) => {
    expect(() => sales(check)).toThrow(problem);
  });

  test('the same check twice is told', () => {
    expect(() => sales(validity({ min: 0.9 }), validity({ min: 0.8 }))).toThrow('twice');
    // Two limits make sense when they do different things.
    sales(validity({ min: 0.9 }), validity({ min: 0.8, severity: 'hold' }));
  });

  test.each(['', '24', '1w', '-1h', '0h', '1.5h'])('%j is no age', (maxAge) => {
    expect(() => freshness('sold_at', { maxAge })).toThrow('allowed is a number with m, h or d');
  });
});

test('every kind says what it expects and what it does', () => {
  const checks: readonly QualityCheck[] = [
    completeness('id', { min: 0.98 }),
    uniqueness(['id']),
    validity({ min: 0.9 }),
    consistency({ min: 0.9 }),
    freshness('sold_at', { maxAge: '24h', severity: 'hold' }),
    volume(),
    drift('price'),
    referential('shops'),
    priced,
  ];
  expect(checks.map(({ kind }) => kind)).toEqual(checkKinds.map(({ kind }) => kind));
  expect(checks.map((check) => checkKindOf(check).name(check))).toEqual([
    ...[
      'completeness of id',
      'uniqueness of id',
      'validity',
      'consistency',
      'freshness of sold_at',
    ],
    ...['volume', 'drift of price', 'partners in shops', "custom check 'priced'"],
  ]);
  for (const check of checks)
    expect(says(check)).toMatch(/^.{20,}; if not, the run (says so|is held)$/);
  expect(says(freshness('sold_at', { maxAge: '24h', severity: 'hold' }))).toBe(
    'the newest sold_at is at most 1.0 days old when the run is judged; if not, the run is held',
  );
  expect(says(priced)).toBe(
    'price > 0 holds for at least 90.00 % of the valid rows; if not, the run says so',
  );
});
