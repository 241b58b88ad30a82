import { describe, expect, test } from 'vitest';
import { col, plus } from '../../../core/expressions/index.ts';
import {
  aggregate,
  concatenate,
  dateOf,
  datePart,
  derive,
  explode,
  meanOf,
  pivot,
  rename,
  split,
  sumOf,
  window,
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';
import { made } from './known.ts';

describe('a step says of the column that it makes', () => {
  const count = { fn: 'count' } as const;
  test.each<[string, Transform, object]>([
    [
      'its type, its bound and how secret it is',
      derive('x', sumOf(['pieces', 'price'])),
      {
        ...{ type: 'decimal(7, 2)', required: true, largest: '1009999n' },
        classification: 'internal',
      },
    ],
    [
      'more decimals where a mean has them',
      derive('x', meanOf(['pieces', 'price'], { scale: 4 })),
      {
        ...{ type: 'decimal(9, 4)', required: true, largest: '100999900n' },
        classification: 'internal',
      },
    ],
    [
      'fewer decimals, with room for all digits',
      derive('x', meanOf(['price', 'price'], { scale: 0 })),
      { type: 'decimal(7, 0)', required: false, largest: '1999998n' },
    ],
    [
      'a double of doubles',
      derive('x', sumOf(['ratio', 'ratio'])),
      { type: 'double', required: false },
    ],
    [
      'a text that is there when one of its parts is',
      derive('x', concatenate(['id', 'price'], '-'), { description: 'Both.' }),
      { type: 'string', required: true, doc: 'Both.' },
    ],
    [
      'what it would reveal',
      derive('x', concatenate(['mail', 'on'], '-')),
      { type: 'string', required: false, revealing: 'mail' },
    ],
    [
      'a small number of a calendar',
      derive('x', datePart('week', 'at')),
      { type: 'int', required: true, largest: '9999n' },
    ],
    [
      'a small number as secret as its instant',
      derive('x', datePart('hour', 'seen')),
      { type: 'int', required: false, largest: '9999n', classification: 'confidential' },
    ],
    [
      'a day as secret as its instant',
      derive('x', dateOf('seen')),
      { type: 'date', required: false, classification: 'confidential' },
    ],
    [
      'that an expression may be missing',
      derive('x', plus(col('pieces'), col('pieces'))),
      {
        ...{ type: 'decimal(3, 0)', required: false, largest: '200n' },
        classification: 'internal',
      },
    ],
    [
      'one of the parts',
      split('secret', '-', { into: ['x', 'y'] }),
      {
        ...{ type: 'string', required: false, classification: 'confidential' },
      },
    ],
    [
      'a list of the parts',
      split('id', '-', { into: 'x' }),
      {
        type: { type: 'list', element: 'string', 'element-required': false },
        required: true,
      },
    ],
    ['the number of a part', explode('tags', { position: 'x' }), { type: 'int', required: true }],
    [
      'a running count that always is there and is no secret',
      window('x', { function: 'count', of: 'secret', orderBy: ['at'] }),
      { type: 'long', required: true },
    ],
    [
      'a rank',
      window('x', { function: 'rank', orderBy: ['at'] }),
      { type: 'long', required: true },
    ],
    [
      'a number of the row',
      window('x', { function: 'number', orderBy: ['at'] }),
      { type: 'long', required: true },
    ],
    [
      'a neighbour, which the first and last row lack',
      window('x', { function: 'lag', of: 'pieces', orderBy: ['at'] }),
      { type: 'int', required: false, largest: '100n', classification: 'internal' },
    ],
    [
      'the neighbour on the other side',
      window('x', { function: 'lead', of: 'pieces', orderBy: ['at'], description: 'Next.' }),
      { type: 'int', required: false, largest: '100n', classification: 'internal', doc: 'Next.' },
    ],
    [
      'a running sum, with room for every row of a run',
      window('x', { function: 'sum', of: 'pieces', orderBy: ['at'] }),
      { type: 'decimal(14, 0)', required: false, classification: 'internal' },
    ],
    [
      'how many rows a group has',
      aggregate({ by: [], take: { x: count } }),
      { type: 'long', required: true },
    ],
    [
      'how many values, which is no secret',
      aggregate({ by: [], take: { x: { fn: 'count', of: 'secret' } } }),
      { type: 'long', required: true },
    ],
    [
      'a sum that is there when its values are',
      aggregate({ by: [], take: { x: { fn: 'sum', of: 'pieces' } } }),
      { type: 'decimal(14, 0)', required: true, classification: 'internal' },
    ],
    [
      'a mean with decimals of its own',
      aggregate({ by: [], take: { x: { fn: 'mean', of: 'price', scale: 4 } } }),
      { type: 'decimal(8, 4)', required: false },
    ],
    [
      'a mean with fewer decimals',
      aggregate({ by: [], take: { x: { fn: 'mean', of: 'price', scale: 0 } } }),
      { type: 'decimal(6, 0)', required: false },
    ],
    [
      'a mean of doubles',
      aggregate({ by: [], take: { x: { fn: 'mean', of: 'ratio' } } }),
      { type: 'double', required: false },
    ],
    [
      'a deviation, which one row alone does not have',
      aggregate({ by: [], take: { x: { fn: 'std', of: 'pieces' } } }),
      { type: 'double', required: false, classification: 'internal' },
    ],
    [
      'the largest value',
      aggregate({ by: [], take: { x: { fn: 'max', of: 'at' } } }),
      { type: 'timestamptz', required: true },
    ],
    [
      'a pivoted sum, which a group may lack',
      pivot({ by: [], names: 'id', values: 'pieces', fn: 'sum', into: { a: 'x' }, others: 'o' }),
      { type: 'decimal(14, 0)', required: false, classification: 'internal' },
    ],
    [
      'a count of the others, which every group has',
      pivot({ by: [], names: 'id', values: 'pieces', fn: 'sum', into: { a: 'a' }, others: 'x' }),
      { type: 'long', required: true },
    ],
    [
      'its old self under another name',
      rename('price', 'x'),
      {
        ...{ type: 'decimal(6, 2)', required: false, largest: '999999n', doc: 'Each.' },
      },
    ],
  ])('%s', (_name, use, column) => {
    expect(made(use)).toEqual({ name: 'x', ...column });
  });
});
