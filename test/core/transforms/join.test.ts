import { expect, test } from 'vitest';
import { join, joinKind } from '../../../core/transforms/join.ts';
import type { Known, Partner } from '../../../core/transforms/transform.ts';

const products: Partner = {
  key: ['id'],
  replaces: true,
  keepsRows: true,
  columns: [
    { name: 'id', type: 'string', required: true },
    { name: 'title', type: 'string', required: true, classification: 'confidential' },
  ],
};

const knowing = (partner: Partner, type = 'string'): Known => ({
  columns: [],
  column: (name) => ({ name, type, required: true }),
  partner: () => partner,
});

const use = join('products', { on: 'id', take: ['title'] });

test('a taken column keeps its type and its secrecy, and may be missing', () => {
  expect(joinKind.columns(use, knowing(products))).toEqual([
    { name: 'title', type: 'string', required: false, classification: 'confidential' },
  ]);
});

test.each([
  ['no key', knowing({ ...products, key: [] }), "must have key ['id']"],
  ['another column as key', knowing({ ...products, key: ['title'] }), "must have key ['id']"],
  ['another key', knowing({ ...products, key: ['id', 'title'] }), "must have key ['id']"],
  ['appended rows', knowing({ ...products, replaces: false }), 'write replace()'],
  ['rows of its own', knowing({ ...products, keepsRows: false }), 'makes other rows of its rows'],
  [
    'rows that it explodes',
    knowing({ ...products, keepsRows: false }),
    "a join on 'id' needs one partner per row: dataset products has a step",
  ],
  ['another type', knowing(products, 'int'), "'id' is a int here"],
])('a partner with %s is refused, since rows could multiply', (_name, known, message) => {
  expect(() => joinKind.columns(use, known)).toThrow(message);
});

test('an unknown column is refused with the known ones', () => {
  const wrong = join('products', { on: 'id', take: ['colour'] });
  expect(() => joinKind.columns(wrong, knowing(products))).toThrow(
    "dataset products has no column 'colour'; it has id, title",
  );
});

test.each([
  ['a', { title: 'A' }],
  ['b', { title: null }],
  [null, { title: null }],
])('the partner of %s gives %j', (id, expected) => {
  const found = joinKind.compute(
    use,
    { id },
    {
      columns: [],
      known: knowing(products).column,
      salt: () => '',
      partner: (_dataset, on) => (on === 'a' ? { id: 'a', title: 'A' } : undefined),
    },
  );
  expect(found).toEqual(expected);
});

test('nobody is the partner of a missing value', () => {
  const anyone = {
    ...{ columns: [], known: knowing(products).column, salt: () => '' },
    partner: () => ({ id: 'a', title: 'A' }),
  };
  expect(joinKind.compute(use, { id: null }, anyone)).toEqual({ title: null });
  expect(joinKind.compute(use, {}, anyone)).toEqual({ title: null });
});
