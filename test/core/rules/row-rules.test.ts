import { expect, test } from 'vitest';
import { codes } from '../../../core/codes.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { above, col, is, isMissing, minus, not } from '../../../core/expressions/index.ts';
import { date, decimal, oneOf, text } from '../../../core/fields/index.ts';
import {
  called,
  compare,
  datasetRuleKinds,
  datasetRuleOf,
  holds,
  ordered,
  references,
  requiredWhen,
  strictlyOrdered,
  unique,
  warn,
} from '../../../core/rules/index.ts';
import type { DatasetRule } from '../../../core/rules/row-rule.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';

const money = { precision: 9, scale: 2, optional: true } as const;
const datasetWith = (rules: readonly DatasetRule[]) =>
  defineDataset({
    name: 'bookings',
    domain: 'test',
    owner: 'test',
    description: 'For this test.',
    fields: {
      status: oneOf(['open', 'shipped']),
      a: date({ optional: true }),
      b: date({ optional: true }),
      c: date({ optional: true, from: '2000-01-01' }),
      paid: decimal(money),
      total: decimal(money),
      note: text({ optional: true }),
    },
    rules,
  });

const row = { status: 'open' };
const shipped = is(col('status'), 'shipped');

test.each([
  ['passes equal days', ordered('a', 'b'), { a: '2024-01-01', b: '2024-01-01' }, []],
  ['passes a rise', ordered('a', 'b'), { a: '2024-01-01', b: '2024-01-02' }, []],
  ['breaks on a fall', ordered('a', 'b'), { a: '2024-01-02', b: '2024-01-01' }, ['E_ORDER a, b']],
  ['passes a missing day', ordered('a', 'b'), { a: '2024-01-02' }, []],
  [
    'sees a fall around a gap',
    ordered('a', 'b', 'c'),
    { a: '2024-01-02', c: '2024-01-01' },
    ['E_ORDER a, b, c'],
  ],
  [
    'breaks on equal days when strict',
    strictlyOrdered('a', 'b'),
    { a: '2024-01-01', b: '2024-01-01' },
    ['E_ORDER a, b'],
  ],
  [
    'says its name',
    called('in_time', ordered('a', 'b')),
    { a: '2024-01-02', b: '2024-01-01' },
    ['E_ORDER in_time'],
  ],
  [
    'is silent where a column is refused',
    ordered('a', 'b'),
    { a: 'x', b: '2024-01-01' },
    ['E_TYPE a'],
  ],
  [
    'is asked where a column breaks its bound',
    ordered('b', 'c'),
    { b: '2024-01-01', c: '1999-01-01' },
    ['E_RANGE c', 'E_ORDER b, c'],
  ],
  ['compares exactly', compare('paid', '<=', 'total'), { paid: '0.30', total: '0.3' }, []],
  [
    'breaks',
    compare('paid', '<=', 'total'),
    { paid: '0.31', total: '0.3' },
    ['E_COMPARE paid, total'],
  ],
  ['passes where one is missing', compare('paid', '<=', 'total'), { paid: '0.31' }, []],
  [
    'asks where the condition is true',
    requiredWhen(shipped, 'a', 'b'),
    { status: 'shipped', b: '2024-01-01' },
    ['E_REQUIRED_WHEN a'],
  ],
  [
    'tells each column apart',
    requiredWhen(shipped, 'a', 'b'),
    { status: 'shipped' },
    ['E_REQUIRED_WHEN a', 'E_REQUIRED_WHEN b'],
  ],
  [
    'says its name once',
    called('sent', requiredWhen(shipped, 'a', 'b')),
    { status: 'shipped' },
    ['E_REQUIRED_WHEN sent'],
  ],
  ['asks nothing elsewhere', requiredWhen(shipped, 'a'), {}, []],
  ['asks nothing where the condition is missing', requiredWhen(above(col('paid'), 0), 'a'), {}, []],
  [
    'does not call a refused value missing',
    requiredWhen(shipped, 'a'),
    { status: 'shipped', a: 'x' },
    ['E_TYPE a'],
  ],
  [
    'is silent where its condition is refused',
    requiredWhen(isMissing(col('status')), 'a'),
    { status: '' },
    ['E_REQUIRED status'],
  ],
  [
    'breaks where it is false',
    holds('net', above(minus(col('total'), col('paid')), 0)),
    { paid: '1', total: '1' },
    ['E_RULE net'],
  ],
  [
    'passes where it is true',
    holds('net', above(minus(col('total'), col('paid')), 0)),
    { paid: '1', total: '1.01' },
    [],
  ],
  [
    'passes where it is missing',
    holds('net', above(minus(col('total'), col('paid')), 0)),
    { paid: '1' },
    [],
  ],
] as const)('%s: %j', (_name, rule, cells, reasons) => {
  const judged = judgeRow(datasetWith([rule]), { ...row, ...cells });
  const told = judged.ok ? [] : judged.reasons;
  expect(told.map(({ code, field }) => `${code} ${field}`)).toEqual(reasons);
  const warned = judgeRow(datasetWith([warn(rule)]), { ...row, ...cells });
  const own = reasons.filter((reason) => reason.startsWith(datasetRuleOf(rule).code));
  // As a warning it lets the row pass, unless a field of its own has a reason.
  expect(warned.ok).toBe(own.length === reasons.length);
  if (warned.ok) expect(warned.warnings.map(({ code, field }) => `${code} ${field}`)).toEqual(own);
});

test.each([
  [ordered('a', 'b', 'c'), 'a <= b <= c, of those that the row has'],
  [strictlyOrdered('a', 'b'), 'a < b, of those that the row has'],
  [compare('paid', '<=', 'total'), 'paid <= total, where the row has both'],
  [requiredWhen(shipped, 'a', 'b'), "a, b must be there where status = 'shipped'"],
  [holds('x', not(is(col('a'), col('b')))), 'not (a = b), where the row has what that needs'],
  [unique('a', 'b'), 'no two rows of a run have the same a, b; the first keeps it'],
  [references('note', 'notes'), 'note, where the row has it, is a key of notes'],
] as const)('%j says "%s"', (rule, words) => {
  expect(datasetRuleOf(rule).says(rule)).toBe(words);
});

test('every kind has a code of its own that people can look up', () => {
  const all = datasetRuleKinds.map(({ code }) => code);
  expect(new Set(all).size).toBe(all.length);
  for (const code of all) expect(codes[code].level).toBe('row');
});
