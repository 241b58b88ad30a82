import { expect, test } from 'vitest';
import { text } from '../../../core/fields/index.ts';
import type { Value } from '../../../core/fields/value.ts';
import {
  clip,
  datePart,
  derive,
  explode,
  fill,
  maskColumn,
  masksWithSalt,
  rename,
  transformOf,
} from '../../../core/transforms/index.ts';
import type { RowSide, Transform } from '../../../core/transforms/transform.ts';
import { columns, known } from './known.ts';

const side: RowSide = {
  columns,
  known: known.column,
  partner: () => undefined,
  salt: () => 's',
};

const computed = (use: Transform, row: Readonly<Record<string, Value | null>>) => {
  const kind = transformOf(use);
  if (kind.form !== 'row') throw new Error(`${use.kind} needs more than one row`);
  return kind.compute(use, row, side);
};

const low = clip('price', { min: '1' });
const high = clip('price', { max: '2' });
const both = clip('price', { min: '1', max: '2' });
const hour = derive('x', datePart('hour', 'at'));
const tens = maskColumn('pieces', { how: 'generalise', step: '10' });
const ends = maskColumn('id', { how: 'truncate', keep: 2, from: 'end' });

test.each<[string, Transform, Record<string, Value | null>, Record<string, Value | null>]>([
  ['a value below the bound', low, { price: 99n }, { price: 100n }],
  ['a value above the only bound below', low, { price: 101n }, { price: 101n }],
  ['a value above the bound', high, { price: 201n }, { price: 200n }],
  ['a value below the only bound above', high, { price: -5n }, { price: -5n }],
  ['a value between both', both, { price: 150n }, { price: 150n }],
  ['a missing value beside a bound', both, { price: null }, { price: null }],
  ['an hour', hour, { at: -1n }, { x: 23 }],
  ['the hour of nothing', hour, { at: null }, { x: null }],
  ['a number down to its step', tens, { pieces: -1 }, { pieces: -10 }],
  [
    'the lowest step that an int holds',
    tens,
    { pieces: -2_147_483_648 },
    { pieces: -2_147_483_640 },
  ],
  ['the step of nothing', tens, { pieces: null }, { pieces: null }],
  ['the end of a text', ends, { id: 'ab\u{1f4e6}d' }, { id: '**\u{1f4e6}d' }],
  ['a text that is all end', ends, { id: 'a' }, { id: 'a' }],
  ['a missing text', fill('id', { with: 'x' }), { id: null }, { id: 'x' }],
  ['a text that is there', fill('id', { with: 'x' }), { id: '' }, { id: '' }],
  ['a column that the row lacks', rename('id', 'x'), {}, { x: null }],
])('%s', (_name, use, row, expected) => {
  expect(computed(use, row)).toStrictEqual(expected);
});

test('each part of a row is a row with a place of its own', () => {
  const explodeKind = transformOf(explode('tags'));
  if (explodeKind.form !== 'table') throw new Error('explode makes no rows');
  const row = { file: 'f', row: 7, parts: [3], values: { tags: ['a', null] }, changes: [] };
  const none = { ...row, row: 8, values: { tags: null } };
  expect(explodeKind.computeAll(explode('tags'), [row, none], side)).toStrictEqual([
    { ...row, parts: [3, 1], values: { tags: 'a' } },
    { ...row, parts: [3, 2], values: { tags: null } },
    { ...none, parts: [3, 1], values: { tags: null } },
  ]);
});

test.each([
  ['a hashed field', { a: text(), b: text({ mask: { how: 'hash' } }) }, [], true],
  ['a token', { a: text({ mask: { how: 'token' } }) }, [], true],
  ['a redacted field', { a: text({ mask: { how: 'redact' } }) }, [], false],
  ['no mask', { a: text() }, [rename('a', 'b'), ends], false],
  ['a hashed column', { a: text() }, [ends, maskColumn('a', { how: 'hash' })], true],
  ['a redacted column', { a: text() }, [maskColumn('a', { how: 'redact' })], false],
])('whether %s needs a salt: %s', (_name, fields, transforms, needed) => {
  expect(masksWithSalt({ fields, transforms })).toBe(needed);
});
