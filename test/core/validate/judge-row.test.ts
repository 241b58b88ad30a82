import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { among, length, warn } from '../../../core/rules/index.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';
import { orders } from '../../../datasets/orders.ts';

const sound = {
  order_id: 'ORD-0000000001',
  customer_id: 'C-000001',
  email: ' Ana.Smith7@Example.COM ',
  product_id: 'P-0001',
  quantity: '+5',
  unit_price: '12.5',
  currency: 'EUR ',
  status: 'paid',
  ordered_at: '2024-05-06T07:08:09Z',
  country: 'de',
  notes: null,
};

test('a sound row is trimmed, typed and spelt as declared', () => {
  expect(judgeRow(orders, sound)).toStrictEqual({
    ok: true,
    values: {
      order_id: 'ORD-0000000001',
      customer_id: 'C-000001',
      email: 'ana.smith7@example.com',
      product_id: 'P-0001',
      quantity: 5,
      unit_price: 1250n,
      currency: 'EUR',
      status: 'paid',
      ordered_at: 1_714_979_289_000_000n,
      country: 'DE',
      notes: null,
    },
    warnings: [],
  });
});

test.each([
  ['a missing field', { status: '  ' }, ['E_REQUIRED status']],
  ['a field that is not there', { status: null }, ['E_REQUIRED status']],
  ['an email that is none', { email: 'ana@localhost' }, ['E_TYPE email']],
  ['a negative price', { unit_price: '-1.00' }, ['E_RANGE unit_price']],
  ['a price with a decimal too many', { unit_price: '12.345' }, ['E_SCALE unit_price']],
  ['a price that is too large', { unit_price: '10000000000' }, ['E_RANGE unit_price']],
  [
    'a price that is no number breaks no rule besides',
    { unit_price: '-1e2' },
    ['E_TYPE unit_price'],
  ],
  ['an unknown status', { status: 'teleported' }, ['E_ONE_OF status']],
  ['a day that does not exist', { ordered_at: '2024-02-30T10:00:00Z' }, ['E_TYPE ordered_at']],
  ['an instant too early', { ordered_at: '2019-12-31T23:59:59Z' }, ['E_RANGE ordered_at']],
  ['half a piece', { quantity: '3.5' }, ['E_TYPE quantity']],
  ['a note that is too long', { notes: 'x'.repeat(501) }, ['E_LENGTH notes']],
  [
    'several reasons are all told, in the order of the fields',
    { notes: 'x'.repeat(501), email: 'x', unit_price: '-1', customer_id: '' },
    ['E_REQUIRED customer_id', 'E_TYPE email', 'E_RANGE unit_price', 'E_LENGTH notes'],
  ],
])('%s', (_name, change, expected) => {
  const judged = judgeRow(orders, { ...sound, ...change });
  const reasons = judged.ok ? [] : judged.reasons.map(({ code, field }) => `${code} ${field}`);
  expect(reasons).toEqual(expected);
});

test('the range of instants holds both of its ends', () => {
  for (const ordered_at of ['2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z']) {
    expect(judgeRow(orders, { ...sound, ordered_at }).ok).toBe(true);
  }
});

test('only U+0020 is trimmed', () => {
  const judged = judgeRow(orders, { ...sound, order_id: ' \u00a0x\t ' });
  expect(judged.ok && judged.values.order_id).toBe('\u00a0x\t');
});

test.each<[string, Field, string | null | undefined]>([
  ['an optional text', text({ optional: true, max: 5 }), ''],
  ['a required one', text(), undefined],
  ['a required one that says min: 0', text({ min: 0 }), ''],
  ['one that says so and counts it as missing', text({ min: 0, nullTokens: [''] }), undefined],
  ['an optional one with a minimum', text({ optional: true, min: 1 }), null],
  ['an optional one with a pattern', text({ optional: true, pattern: /x*/ }), null],
  ['an optional one of listed texts', text({ optional: true, rules: [among(['a'])] }), null],
  ['one of listed texts, the empty one too', text({ optional: true, rules: [among([''])] }), ''],
  [
    'one that is only warned of its length',
    text({ optional: true, rules: [warn(length({ min: 2 }))] }),
    '',
  ],
  ['an optional number', integer({ optional: true }), null],
])('an empty text in %s', (_name, field, becomes) => {
  const dataset = defineDataset({
    ...{ name: 'empties', domain: 'test', owner: 'test', description: 'For this test.' },
    fields: { x: field },
  });
  const judged = judgeRow(dataset, { x: '' });
  expect(judged.ok ? judged.values.x : undefined).toBe(becomes);
  if (!judged.ok) expect(judged.reasons).toEqual([{ code: 'E_REQUIRED', field: 'x' }]);
  const spaces = judgeRow(dataset, { x: '  ' });
  expect(spaces.ok ? spaces.values.x : null).toBeNull();
});
