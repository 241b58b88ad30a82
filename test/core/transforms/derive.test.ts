import { expect, test } from 'vitest';
import { dateOfKind, derive, productKind } from '../../../core/transforms/derive.ts';
import { dateOf, product } from '../../../core/transforms/index.ts';
import type { Known, KnownColumn, RowSide } from '../../../core/transforms/transform.ts';

const columns: readonly KnownColumn[] = [
  { name: 'pieces', type: 'int', required: true, largest: 2n ** 31n, classification: 'internal' },
  { name: 'few', type: 'int', required: false, largest: 100_000n },
  { name: 'none', type: 'int', required: true, largest: 0n },
  { name: 'wide', type: 'decimal(19, 0)', required: true, largest: 10n ** 18n },
  { name: 'wider', type: 'decimal(20, 0)', required: true, largest: 10n ** 19n },
  {
    name: 'price',
    type: 'decimal(12, 2)',
    required: true,
    largest: 10n ** 12n - 1n,
    classification: 'confidential',
  },
  { name: 'name', type: 'string', required: true },
  { name: 'at', type: 'timestamptz', required: true },
];

const known: Known = {
  columns,
  column: (name) => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  },
  partner: (name) => {
    throw new Error(`no dataset ${name}`);
  },
};

const side: RowSide = {
  columns,
  known: known.column,
  partner: () => undefined,
  salt: () => '',
};

const productOf = (left: string, right: string, precision: number, scale: number) => {
  const use = derive('total', product(left, right, { precision, scale }));
  if (use.kind !== 'product') throw new Error('not a product');
  return use;
};

test('a product is as secret as its sources and missing when one of them may be', () => {
  expect(productKind.columns(productOf('few', 'price', 18, 2), known).slice(-1)).toEqual([
    {
      name: 'total',
      type: 'decimal(18, 2)',
      required: false,
      doc: undefined,
      classification: 'confidential',
      largest: 100_000n * (10n ** 12n - 1n),
    },
  ]);
});

test.each([
  ['few', 'few', 12, 0, 10n ** 10n],
  ['few', 'price', 38, 38 - 18, 100_000n * (10n ** 12n - 1n) * 10n ** 18n],
  ['none', 'none', 1, 0, 0n],
  ['none', 'none', 1, 1, 0n],
  ['wide', 'wide', 38, 0, 10n ** 36n],
] as const)('%s * %s as decimal(%i, %i) reaches %s', (left, right, precision, scale, largest) => {
  const [made] = productKind.columns(productOf(left, right, precision, scale), known).slice(-1);
  expect(made).toMatchObject({ type: `decimal(${precision}, ${scale})`, largest });
});

test.each([
  ['pieces', 'price', 18, 2, 'the product more precision'],
  ['few', 'few', 0, 0, 'allowed are precision 1-38 and scale 0-precision'],
  ['few', 'few', 12, -1, 'allowed are precision 1-38 and scale 0-precision'],
  ['none', 'none', 2, 3, 'allowed are precision 1-38 and scale 0-precision'],
  ['wide', 'wider', 38, 0, 'can overflow: it reaches 38 digits'],
  ['pieces', 'price', 18, 2, 'can overflow: it reaches 22 digits'],
  ['few', 'price', 18, 1, 'would round: it needs 2 decimals'],
  ['few', 'price', 39, 2, 'allowed are precision 1-38'],
  ['few', 'name', 18, 2, "'name' is a string"],
])('%s * %s as decimal(%i, %i) is refused: %s', (left, right, precision, scale, message) => {
  expect(() => productKind.columns(productOf(left, right, precision, scale), known)).toThrow(
    message,
  );
});

test.each([
  [{ few: 3, price: 1250n }, 3750n],
  [{ few: null, price: 1250n }, null],
])('the product of %o is %o', (row, total) => {
  const computed = productKind.compute(productOf('few', 'price', 18, 2), row, side);
  expect(computed).toStrictEqual({ total });
});

test.each([
  [0n, 0],
  [-1n, -1],
  [86_399_999_999n, 0],
  [-86_400_000_001n, -2],
  [null, null],
])('the day of %s is %s', (at, day) => {
  const use = { kind: 'dateOf', column: 'day', of: 'at' } as const;
  expect(dateOfKind.compute(use, { at }, side)).toStrictEqual({ day });
});

test('only a timestamp has a day', () => {
  const use = derive('day', dateOf('few'));
  if (use.kind !== 'dateOf') throw new Error('not a dateOf');
  expect(() => dateOfKind.columns(use, known)).toThrow("dateOf needs a timestamp; 'few' is a int");
});
