import { describe, expect, test } from 'vitest';
import { type Case, cases } from '../../../core/cases/case.ts';
import { differencesOf } from '../../../core/cases/compare.ts';
import { naturalOf, spelling } from '../../../core/cases/natural.ts';
import { runCase } from '../../../core/cases/run-case.ts';
import type { DatasetDefinition } from '../../../core/define-dataset.ts';
import { defineDataset, replace } from '../../../core/define-dataset.ts';
import { decimal, integer, text } from '../../../core/fields/index.ts';
import { join } from '../../../core/transforms/index.ts';

const about = { domain: 'test', owner: 'test', description: 'For this test.' };
const shops = defineDataset({
  ...about,
  name: 'shops',
  fields: { shop: text(), town: text() },
  key: ['shop'],
  write: replace(),
});
const sales = (more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    ...about,
    name: 'sales',
    fields: {
      id: text(),
      shop: text({ optional: true }),
      price: decimal({ precision: 6, scale: 2, min: '0' }),
      version: integer({ optional: true }),
    },
    key: ['id'],
    transforms: [join('shops', { on: 'shop', take: ['town'] })],
    ...more,
  });
const lookup = (name: string) => (name === 'shops' ? shops : undefined);
const differences = (given: Omit<Case, 'name'>, more: Partial<DatasetDefinition> = {}) => {
  const dataset = sales(more);
  const one = { name: 'case', ...given };
  return differencesOf(dataset, lookup, one, runCase(dataset, lookup, one));
};

describe('a case that is wrong', () => {
  const rows = [{ id: '1', price: '2' }];

  test('is told by row and column, with both values', () => {
    const partners = { shops: [{ shop: 'a', town: 'Oslo' }] };
    const given = { rows: [{ id: '1', shop: 'a', price: '2' }], partners };
    const clean = [{ price: '2.01', town: 'Rome', version: null, nix: 1 }];
    expect(differences({ ...given, expect: { clean } })).toEqual([
      { row: 1, column: 'price', expected: '"2.01"', found: '"2.00"' },
      { row: 1, column: 'town', expected: '"Rome"', found: '"Oslo"' },
      {
        row: 1,
        column: 'nix',
        expected: 'a column',
        found: 'no such column; there are id, shop, price, version, town',
      },
    ]);
  });

  test.each([
    ['a row that is published', [{ row: 1, reasons: ['E_TYPE price'] }], 'published', rows],
    [
      'another reason',
      [{ row: 1, reasons: ['E_TYPE price'] }],
      'rejected: E_RANGE price',
      [{ id: '1', price: '-1' }],
    ],
  ])('%s is a difference', (_name, rejected, found, given) => {
    expect(differences({ rows: given, expect: { rejected } })).toEqual([
      { row: 1, column: null, expected: 'rejected: E_TYPE price', found },
    ]);
  });

  test('a row rejected without a word of it, and another score, are differences', () => {
    expect(differences({ rows: [{ id: '1' }], expect: { score: 100 } })).toEqual([
      { row: 1, column: null, expected: 'published', found: 'rejected: E_REQUIRED price' },
      { row: null, column: null, expected: 'score 100', found: 'score 50' },
    ]);
  });
});

test.each([
  ['first', 'first' as const, [2, 3]],
  ['last', 'last' as const, [1, 2]],
  ['largest version, of equal ones the last', { largest: 'version' }, [1, 3]],
])('of a key that comes thrice the %s is kept', (_name, keep, gone) => {
  const rows = ['5', '5', null].map((version) => ({ id: '1', price: '2', version }));
  const rejected = gone.map((row) => ({ row, reasons: ['E_DUPLICATE_KEY'] }));
  expect(differences({ rows, expect: { rejected } }, { deduplicate: { keep } })).toEqual([]);
});

test('rules over several rows are asked when the duplicates are gone', () => {
  const rules: DatasetDefinition['rules'] = [
    { kind: 'unique', columns: ['version'], severity: 'reject' },
    { kind: 'references', column: 'shop', dataset: 'shops', severity: 'reject' },
  ];
  const row = { id: '1', price: '2', version: '1', shop: 'a' };
  const rows = [row, row, { ...row, id: '2', shop: 'b' }, { ...row, id: '3', version: null }];
  const partners = {
    shops: [
      { shop: 'a', town: 'Oslo' },
      { shop: 'b', town: null },
    ],
  };
  const rejected = [
    { row: 2, reasons: ['E_DUPLICATE_KEY'] },
    { row: 3, reasons: ['E_UNIQUE version', 'E_FOREIGN_KEY shop'] },
  ];
  expect(differences({ rows, partners, expect: { rejected } }, { rules })).toEqual([]);
});

test('warnings are published, and compared only where a case names them', () => {
  const rules: DatasetDefinition['rules'] = [
    { kind: 'unique', columns: ['version'], severity: 'warn' },
    { kind: 'compare', left: 'price', is: '<', right: 'version', severity: 'warn' },
  ];
  const rows = [
    { id: '1', price: '2', version: '1' },
    { id: '2', price: '0', version: '1' },
  ];
  expect(differences({ rows, expect: {} }, { rules })).toEqual([]);
  expect(differences({ rows, expect: { warned: [] } }, { rules })).toMatchObject([
    { row: 1, expected: 'no warning', found: expect.stringMatching(/^warned: E_/) },
    { row: 2, expected: 'no warning', found: 'warned: E_UNIQUE version' },
  ]);
});

test('where steps make other rows, all published ones are listed in order', () => {
  const transforms: DatasetDefinition['transforms'] = [
    { kind: 'aggregate', by: ['shop'], take: { sold: { fn: 'sum', of: 'price' } } },
  ];
  const rows = [
    { id: '1', shop: 'a', price: '2' },
    { id: '2', shop: 'b', price: '1' },
    { id: '3', shop: 'a', price: '0.5' },
  ];
  const clean = [
    { shop: 'a', sold: '2.5' },
    { shop: 'b', sold: '1' },
  ];
  expect(differences({ rows, expect: { clean } }, { transforms })).toEqual([]);
  expect(differences({ rows, expect: { clean: clean.slice(1) } }, { transforms })).toEqual([
    { row: null, column: null, expected: '1 published rows', found: '2 published rows' },
  ]);
  const wrong = [{ sold: '3' }, { sold: '1' }];
  expect(differences({ rows, expect: { clean: wrong } }, { transforms })).toMatchObject([
    { row: 1, column: 'sold', expected: '"3.00"', found: '"2.50"' },
  ]);
  expect(cases(sales({ transforms }), [{ name: 'x', rows, expect: { clean } }]).cases).toHaveLength(
    1,
  );
});

describe('a case that asks the impossible is refused when it is loaded', () => {
  const rows = [{ id: '1', price: '2' }];
  test.each<[string, Omit<Case, 'name'>, RegExp]>([
    ['a field that is none', { rows: [{ nix: '1' }], expect: {} }, /'nix', which is no field/],
    [
      'a row that is not there',
      { rows, expect: { rejected: [{ row: 2, reasons: ['E_TYPE id'] }] } },
      /rows are 1 to 1/,
    ],
    [
      'a code that is none',
      { rows, expect: { rejected: [{ row: 1, reasons: ['E_NIX'] }] } },
      /'E_NIX' begins with no code/,
    ],
    [
      'no reason',
      { rows, expect: { rejected: [{ row: 1, reasons: [] }] } },
      /rejected for no reason/,
    ],
    ['too few clean rows', { rows, expect: { clean: [] } }, /clean lists 0 rows; of 1 rows, 1/],
  ])('%s', (_name, given, message) => {
    expect(() => cases(sales(), [{ name: 'x', ...given }])).toThrow(message);
  });

  test('two of one name', () => {
    const one = { name: 'x', rows, expect: {} };
    expect(() => cases(sales(), [one, one])).toThrow(/same name/);
  });
});

test.each([
  ['decimal(6, 2)', -205n, '-2.05'],
  ['date', -1, '1969-12-31'],
  ['timestamptz', 1_500_000n, '1970-01-01T00:00:01.500000Z'],
  ['timestamp', 0n, '1970-01-01T00:00:00'],
  ['time', 3_723_000_001n, '01:02:03.000001'],
  ['long', 9_007_199_254_740_993n, '9007199254740993'],
  ['boolean', true, true],
  ['int', 7, 7],
  ['string', null, null],
])('a %s is written naturally', (type, value, natural) => {
  expect(naturalOf(value, type)).toEqual(natural);
});

test('nested values are written and compared part by part', () => {
  const price = { name: 'price', required: false, type: 'decimal(6, 2)' };
  const list = {
    type: 'list',
    element: { type: 'struct', fields: [price] },
    'element-required': true,
  } as const;
  expect(naturalOf([{ price: 200n }, { price: null }], list)).toEqual([
    { price: '2.00' },
    { price: null },
  ]);
  expect(spelling([{ price: 2 }], list)).toBe(spelling([{ price: '2.00' }], list));
  expect(spelling([{ price: 2 }], list)).not.toBe(spelling([{ price: '2.01' }], list));
});
