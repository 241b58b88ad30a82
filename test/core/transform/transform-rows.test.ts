import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import { decimal, integer, text } from '../../../core/fields/index.ts';
import type { Row } from '../../../core/fields/value.ts';
import { sha256 } from '../../../core/hash.ts';
import { transformRow, transformRows } from '../../../core/transform/transform-rows.ts';
import {
  aggregate,
  cast,
  clip,
  derive,
  explode,
  fill,
  meanOf,
  pivot,
  window,
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';

const define = (fields: Readonly<Record<string, Field>>, transforms: readonly Transform[]) =>
  defineDataset({
    ...{ domain: 'test', owner: 'test', description: 'For this test.', name: 'rows' },
    fields,
    transforms,
  });

const run = (
  fields: Readonly<Record<string, Field>>,
  transforms: readonly Transform[],
  rows: readonly Row[],
  salt?: string,
) =>
  transformRows(
    define(fields, transforms),
    () => undefined,
    rows.map((values, index) => ({ file: 'f', row: index + 1, values })),
    { partner: () => undefined, salt },
  );

const price = decimal({ precision: 6, scale: 2, optional: true });

test('a repair is told with its old value, unless the column is secret or masked', () => {
  const told = (field: Field) =>
    run({ word: field }, [clip('word', { max: 'm' })], [{ word: 'z"\u0001' }], 's')[0]?.changes;
  const entry = '"field":"word","operation":"clip","rule":"at most m"';
  expect(told(text())).toBe(`[{${entry},"old":"z\\"\\u0001"}]`);
  expect(told(text({ classification: 'public' }))).toContain('"old"');
  expect(told(text({ classification: 'internal' }))).toBe(`[{${entry}}]`);
  expect(told(text({ mask: { how: 'token' } }))).toBe(`[{${entry}}]`);
});

test('a value that cannot be cast is missing, and told; one that was missing is not told', () => {
  const rows = run(
    { a: text({ optional: true }) },
    [cast('a', integer(), { otherwise: 'null' })],
    [{ a: '12' }, { a: 'x' }, { a: null }],
  );
  expect(rows.map(({ values, changes }) => [values.a, changes])).toEqual([
    [12, null],
    [null, '[{"field":"a","operation":"cast","rule":"integer, otherwise missing","old":"x"}]'],
    [null, null],
  ]);
});

test.each([
  [[1n, 2n], 2n],
  [[2n, 3n], 2n],
  [[3n, 4n], 4n],
  [[-1n, -2n], -2n],
  [[1n, 1n, 2n], 1n],
  [[], null],
])('the mean of the cents %o is %s', (cents, mean) => {
  const rows = [...cents, null].map((each) => ({ price: each }));
  const filled = run({ price }, [fill('price', { take: 'mean' })], rows);
  expect(filled.at(-1)?.values.price).toBe(mean);
});

test.each([
  [150n, 251n, 200n],
  [150n, 250n, 200n],
  [1n, 2n, 2n],
  [2n, 3n, 2n],
  [null, 3n, 3n],
  [null, null, null],
])('the mean of %s and %s cents is %s', (a, b, expected) => {
  const [row] = run({ a: price, b: price }, [derive('m', meanOf(['a', 'b']))], [{ a, b }]);
  expect(row?.values.m).toBe(expected);
});

test.each([
  [[], null],
  [['b'], 'b'],
  [['a', 'a', 'b'], 'a'],
  [['a', 'b', 'b'], 'b'],
  [['b', 'b', 'a', 'a', 'c'], 'a'],
  [['c', 'c', 'c', 'a', 'a', 'b'], 'c'],
])('the most frequent of %o is %s, of equally frequent ones the smallest', (words, mode) => {
  const rows = [null, ...words].map((word) => ({ word }));
  const [first] = run({ word: text({ optional: true }) }, [fill('word', { take: 'mode' })], rows);
  expect(first?.values.word).toBe(mode);
});

test('a row without a part stays, and groups are counted after it', () => {
  const steps = [
    explode('word', { separator: ',' }),
    window('no', { function: 'number', orderBy: ['word'] }),
    aggregate({ by: ['word'], take: { rows: { fn: 'count' }, last: { fn: 'max', of: 'no' } } }),
  ];
  const rows = run({ word: text({ optional: true }) }, steps, [
    { word: 'b,a' },
    { word: null },
    { word: 'a' },
  ]);
  expect(rows.map(({ row, values }) => [row, values])).toEqual([
    [1, { word: 'b', rows: 1n, last: 3n }],
    [1, { word: 'a', rows: 2n, last: 2n }],
    [2, { word: null, rows: 1n, last: 4n }],
  ]);
});

test('a pivot counts what it has no column for', () => {
  const [row] = run(
    { day: text(), kind: text({ optional: true }), price },
    [
      pivot({
        ...{ by: ['day'], names: 'kind', values: 'price', fn: 'sum' },
        ...{ into: { in: 'came', out: 'went' }, others: 'unknown' },
      }),
    ],
    [
      { day: 'd', kind: 'in', price: 100n },
      { day: 'd', kind: 'in', price: 150n },
      { day: 'd', kind: 'lost', price: 1n },
      { day: 'd', kind: null, price: 1n },
    ],
  );
  expect(row?.values).toEqual({ day: 'd', came: 250n, went: null, unknown: 2n });
});

test('a pivot takes a missing name for none of its texts, the empty one neither', () => {
  const step = pivot({
    ...{ by: [], names: 'kind', values: 'price', fn: 'count', others: 'unknown' },
    into: { '': 'nameless' },
  });
  const [row] = run({ kind: text({ optional: true }), price }, [step], [{ kind: null, price: 1n }]);
  expect(row?.values).toEqual({ nameless: 0n, unknown: 1n });
});

test('a salted mask refuses to be made without a salt', () => {
  const fields = { mail: text({ mask: { how: 'token' } }) };
  const [row] = run(fields, [], [{ mail: 'a@b.co' }], 's');
  expect(row?.values.mail).toBe(`tok_${sha256('s:a@b.co').slice(0, 26)}`);
  expect(() => run(fields, [], [{ mail: 'a@b.co' }])).toThrow('made with a salt');
});

test('one row alone says what was repaired in it', () => {
  const dataset = define({ a: text({ default: 'none' }) }, []);
  expect(
    transformRow(
      dataset,
      () => undefined,
      { a: null },
      () => undefined,
    ),
  ).toEqual({
    a: 'none',
    _changes: `[{"field":"a","operation":"default","rule":"constant 'none'"}]`,
  });
});
