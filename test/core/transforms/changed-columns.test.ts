import { describe, expect, test } from 'vitest';
import { date, decimal, integer, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import {
  aggregate,
  cast,
  clip,
  explode,
  fill,
  maskColumn,
  rename,
  select,
  winsorise,
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';
import { after, columns, made } from './known.ts';

describe('a step says of the column that it changes', () => {
  const price = { name: 'price', type: 'decimal(6, 2)', required: false, doc: 'Each.' };
  const pieces = { name: 'pieces', required: true, classification: 'internal' };
  test.each<[string, string, Transform, object]>([
    [
      'a part, which may be missing',
      'tags',
      explode('tags'),
      {
        ...{ name: 'tags', type: 'string', required: false },
      },
    ],
    [
      'a value for every row',
      'price',
      fill('price', { with: '1.50' }),
      {
        ...{ ...price, required: true, largest: '999999n' },
      },
    ],
    [
      'the bound that a constant pushes out',
      'pieces',
      fill('pieces', { with: '-101' }),
      {
        ...{ ...pieces, type: 'int', largest: '101n' },
      },
    ],
    [
      'the bound that it keeps',
      'pieces',
      fill('pieces', { with: '-99' }),
      {
        ...{ ...pieces, type: 'int', largest: '100n' },
      },
    ],
    [
      'no bound of a day',
      'on',
      fill('on', { with: '2024-02-29' }),
      {
        ...{ name: 'on', type: 'date', required: true },
      },
    ],
    [
      'the larger of two bounds',
      'price',
      clip('price', { min: '-2', max: '1.5' }),
      {
        ...{ ...price, largest: '200n' },
      },
    ],
    [
      'the larger of two bounds, if it is above',
      'price',
      clip('price', { min: '-1', max: '1.5' }),
      {
        ...{ ...price, largest: '150n' },
      },
    ],
    [
      'one value where both bounds are the same',
      'price',
      clip('price', { min: '-1.5', max: '-1.5' }),
      { ...price, largest: '150n' },
    ],
    [
      'the old bound where only one end is clipped',
      'price',
      clip('price', { max: '1.5' }),
      {
        ...{ ...price, largest: '999999n' },
      },
    ],
    [
      'a wider number',
      'pieces',
      cast('pieces', decimal({ precision: 5, scale: 2 })),
      {
        ...{ ...pieces, type: 'decimal(5, 2)', largest: '10000n' },
      },
    ],
    [
      'a wider whole number',
      'pieces',
      cast('pieces', integer({ bits: 64 })),
      {
        ...{ ...pieces, type: 'long', largest: '100n' },
      },
    ],
    [
      'nothing where it has that type',
      'on',
      cast('on', date()),
      {
        ...{ name: 'on', type: 'date', required: false },
      },
    ],
    [
      'nothing of an instant',
      'at',
      cast('at', timestamp()),
      {
        ...{ name: 'at', type: 'timestamptz', required: true },
      },
    ],
    ['a text', 'pieces', cast('pieces', text()), { ...pieces, type: 'string' }],
    [
      'a number that may be lost, and has no bound of its own',
      'price',
      cast('price', integer(), { otherwise: 'null' }),
      { ...price, type: 'int' },
    ],
    [
      'one of few, which not every text is',
      'id',
      cast('id', oneOf(['a']), { otherwise: 'null' }),
      { name: 'id', type: 'string', required: false },
    ],
    [
      'no secret once it is redacted',
      'secret',
      maskColumn('secret', { how: 'redact' }),
      {
        ...{ name: 'secret', type: 'string', required: true, masked: true },
      },
    ],
    [
      'a text of a number once it is hashed',
      'pieces',
      maskColumn('pieces', { how: 'hash' }),
      {
        ...{ ...pieces, type: 'string', masked: true },
      },
    ],
    [
      'the same number once it is rounded',
      'pieces',
      maskColumn('pieces', { how: 'generalise', step: '10' }),
      { ...pieces, type: 'int', largest: '100n', masked: true },
    ],
    [
      'the same text once it is cut',
      'mail',
      maskColumn('mail', { how: 'truncate', keep: 0, from: 'end' }),
      { name: 'mail', type: 'string', required: false, masked: true },
    ],
    [
      'the same instant by its month',
      'at',
      maskColumn('at', { how: 'generalise', step: 'month' }),
      {
        ...{ name: 'at', type: 'timestamptz', required: true, masked: true },
      },
    ],
  ])('%s', (_name, name, use, column) => {
    expect(made(use, name)).toEqual(column);
    expect(after(use).length).toBe(columns.length);
  });
});

test('a step that may stand keeps the columns that it does not touch', () => {
  const steady = [
    fill('price', { take: 'mean', within: ['id'] }),
    clip('price', { quartiles: 1000 }),
  ];
  const more = [
    winsorise('price', { lower: 0, upper: 1 }),
    clip('many', { quartiles: 1 }),
    fill('tags', { take: 'previous', orderBy: ['at', 'price'], within: ['id'] }),
    clip('pieces', { deviations: 0.001, within: ['on'] }),
  ];
  for (const use of [...steady, ...more]) expect(after(use)).toEqual(columns);
  const names = (use: Transform) => after(use).map(({ name }) => name);
  expect(names(select({ keep: ['at', 'id'] }))).toEqual(['at', 'id']);
  expect(names(select({ drop: ['id', 'tags', 'wide'] }))).not.toContain('wide');
  expect(names(rename('id', 'x'))).toEqual(['x', ...columns.slice(1).map(({ name }) => name)]);
  const groups = aggregate({ by: ['on', 'id'], take: { rows: { fn: 'count' } } });
  expect(names(groups)).toEqual(['on', 'id', 'rows']);
});
