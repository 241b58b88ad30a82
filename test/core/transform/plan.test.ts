import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../core/contract.ts';
import {
  type DatasetDefinition,
  day,
  defineDataset,
  replace,
} from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  date,
  decimal,
  double,
  integer,
  list,
  oneOf,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { planOf } from '../../../core/transform/plan.ts';
import {
  aggregate,
  cast,
  clip,
  concatenate,
  datePart,
  derive,
  explode,
  fill,
  join,
  maskColumn,
  pivot,
  rename,
  select,
  split,
  sumOf,
  window,
  winsorise,
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';

const fields: Readonly<Record<string, Field>> = {
  id: text(),
  mail: text({ optional: true, mask: { how: 'hash' }, classification: 'confidential' }),
  price: decimal({ precision: 10, scale: 2, optional: true, classification: 'internal' }),
  huge: decimal({ precision: 38, scale: 2, optional: true }),
  pieces: integer({ optional: true }),
  ratio: double({ optional: true }),
  on: date({ optional: true }),
  at: timestamp(),
};

const define = (definition: Partial<DatasetDefinition>) =>
  defineDataset({
    ...{ domain: 'test', owner: 'test', description: 'For this test.', name: 'sales' },
    fields,
    ...definition,
  });

const planned = (definition: Partial<DatasetDefinition>) =>
  planOf(define(definition), () => undefined);

const countBy = { take: { rows: { fn: 'count' } } } as const;

describe('a step that cannot stand is refused before any row is read', () => {
  test.each<[string, Transform, string]>([
    ['a constant of another type', fill('pieces', { with: 'many' }), "'many' is no int"],
    ['a mean of texts', fill('id', { take: 'mean' }), 'a mean needs numbers'],
    ['a mean that could overflow', fill('huge', { take: 'mean' }), 'can overflow'],
    [
      'groups by doubles',
      fill('id', { take: 'mode', within: ['ratio'] }),
      'groups by equal values',
    ],
    ['a mode of doubles', fill('ratio', { take: 'mode' }), 'groups by equal values'],
    ['a cast that may fail', cast('id', integer()), "otherwise: 'null'"],
    ['a narrower number', cast('price', integer()), 'not always a integer'],
    ['clip without a bound', clip('price', {}), 'has no bound'],
    ['clip from above to below', clip('price', { min: '2', max: '1' }), 'min 2 is above max 1'],
    ['a quartile factor of 0', clip('price', { quartiles: 0 }), 'the factor 0'],
    ['a factor too fine', clip('price', { deviations: 1.23456 }), 'at most three decimals'],
    ['deviations of long numbers', clip('huge', { deviations: 1 }), 'can overflow'],
    ['quantiles crosswise', winsorise('price', { lower: 0.9, upper: 0.1 }), 'must be below upper'],
    ['a quantile above 1', winsorise('price', { lower: 0.9, upper: 2 }), 'no share from 0 to 1'],
    ['the hour of a day', derive('x', datePart('hour', 'on')), 'has no hour'],
    ['the month of a text', derive('x', datePart('month', 'id')), 'needs a date'],
    [
      'a zone that is none',
      derive('x', datePart('day', 'at', { zone: 'Mars/Olympus' })),
      'no zone',
    ],
    ['an offset as zone', derive('x', datePart('day', 'at', { zone: '+02:00' })), 'no zone'],
    ['a sum of one column', derive('x', sumOf(['price'])), 'needs two columns'],
    ['a sum of unlike numbers', derive('x', sumOf(['price', 'ratio'])), 'mixes doubles'],
    ['a sum that could overflow', derive('x', sumOf(['huge', 'price'])), 'at most 37'],
    ['a split at nothing', split('id', '', { into: ['a'] }), 'empty separator'],
    ['a split number', split('pieces', ',', { into: ['a'] }), 'needs a text'],
    ['an explode without parts', explode('id'), 'needs a list'],
    ['a select of nothing', select({ keep: [] }), 'leaves no column'],
    ['a window without order', window('x', { function: 'rank', orderBy: [] }), 'has no order'],
    ['a sum of nothing', window('x', { function: 'sum', orderBy: ['at'] }), 'needs a column'],
    [
      'a running sum of doubles',
      window('x', { function: 'sum', of: 'ratio', orderBy: ['at'] }),
      'running sum of doubles',
    ],
    [
      'a rank of a column',
      window('x', { function: 'rank', of: 'at', orderBy: ['at'] }),
      "leave out 'of'",
    ],
    ['an aggregate of nothing', aggregate({ by: ['id'], take: {} }), 'takes nothing'],
    [
      'a quantile without a share',
      aggregate({ by: [], take: { x: { fn: 'quantile', of: 'price' } } }),
      'no share',
    ],
    [
      'a truncated number',
      maskColumn('pieces', { how: 'truncate', keep: 1, from: 'end' }),
      'needs a text',
    ],
    [
      'a truncated text of half a letter',
      maskColumn('id', { how: 'truncate', keep: 0.5, from: 'end' }),
      'a whole number',
    ],
    [
      'a generalised text',
      maskColumn('id', { how: 'generalise', step: '10' }),
      'exact number or a day',
    ],
    ['a step of a week', maskColumn('on', { how: 'generalise', step: 'week' }), 'has month, year'],
    ['a step below 0', maskColumn('price', { how: 'generalise', step: '-1' }), 'not above 0'],
    [
      'a pivot by numbers',
      pivot({ by: [], names: 'on', values: 'price', fn: 'sum', into: { a: 'a' }, others: 'o' }),
      'needs texts',
    ],
    ['a copy of what is masked', derive('x', concatenate(['id', 'mail'], ' ')), 'published masked'],
  ])('%s', (_name, use, message) => {
    expect(() => planned({ transforms: [use] })).toThrow(message);
  });

  test.each<[string, Partial<DatasetDefinition>, string]>([
    ['a key', { key: ['id'], transforms: [rename('id', 'number')] }, "its key has 'id'"],
    [
      'a partition column',
      { partition: [day('at')], transforms: [select({ drop: ['at'] })] },
      'it is not there after the steps',
    ],
    [
      'the type of a partition column',
      { partition: [day('at')], transforms: [cast('at', text())] },
      'it is a string',
    ],
  ])('%s that the steps lose', (_name, definition, message) => {
    expect(() => planned(definition)).toThrow(message);
  });

  test('a default that is a list', () => {
    const tags = list(text(), { default: '["a"]' });
    expect(() => planned({ fields: { tags } })).toThrow('only plain values are filled in');
  });

  test('a column that an earlier step took away, or that is there already', () => {
    const gone = [select({ drop: ['on'] }), rename('on', 'day')];
    expect(() => define({ transforms: gone })).toThrow("transforms[1] (rename) uses 'on'");
    expect(() => define({ transforms: [rename('on', 'at')] })).toThrow("adds 'at', which is there");
    expect(() => define({ transforms: [rename('on', '_changes')] })).toThrow('adds itself');
  });

  test('a partner whose rows were taken apart, or whose key is masked', () => {
    const partner = (definition: Partial<DatasetDefinition>) =>
      define({ name: 'other', key: ['id'], write: replace(), ...definition });
    const joined = define({ transforms: [join('other', { on: 'id', take: ['price2'] })] });
    const apart = partner({ transforms: [explode('id', { separator: ',' })] });
    expect(() => planOf(joined, () => apart)).toThrow('makes other rows of its rows');
    const masked = partner({ transforms: [maskColumn('id', { how: 'token' })] });
    expect(() => planOf(joined, () => masked)).toThrow('published masked in dataset other');
  });
});

test('a mask follows its field through a rename, and comes last', () => {
  const { steps, columns } = planned({ transforms: [rename('mail', 'contact')] });
  expect(steps.map(({ use }) => use.kind)).toEqual(['rename', 'mask']);
  expect(columns.find(({ name }) => name === 'contact')).toMatchObject({
    type: 'string',
    masked: true,
    classification: 'confidential',
  });
});

test('defaults come first, and what has one always has a value', () => {
  const { steps, columns } = planned({
    fields: { a: integer({ default: '3' }), b: integer({ optional: true, default: '4' }) },
    transforms: [rename('a', 'c')],
  });
  expect(steps.map(({ use }) => use.kind)).toEqual(['default', 'default', 'rename']);
  expect(columns.map(({ name, required }) => [name, required])).toEqual([
    ['c', true],
    ['b', true],
  ]);
});

test('groups have the columns that they are made of, as secret as those', () => {
  const { columns } = planned({
    key: ['id'],
    transforms: [
      aggregate({ by: ['on'], take: { rows: { fn: 'count' }, total: { fn: 'sum', of: 'price' } } }),
    ],
  });
  expect(columns.map(({ name, type, required }) => ({ name, type, required }))).toEqual([
    { name: 'on', type: 'date', required: false },
    { name: 'rows', type: 'long', required: true },
    { name: 'total', type: 'decimal(21, 2)', required: false },
  ]);
  expect(columns.find(({ name }) => name === 'total')?.classification).toBe('internal');
});

test('only a dataset with a repair has the column _changes', () => {
  const names = (definition: Partial<DatasetDefinition>) =>
    columnsOf(define(definition), () => undefined).map(({ name }) => name);
  expect(names({ transforms: [rename('on', 'day')] })).not.toContain('_changes');
  expect(names({ transforms: [cast('pieces', text())] })).not.toContain('_changes');
  expect(names({ transforms: [clip('price', { min: '0' })] }).at(-1)).toBe('_changes');
  expect(names({ fields: { kind: oneOf(['a', 'b'], { default: 'a' }) } }).at(-1)).toBe('_changes');
  expect(names({ transforms: [aggregate({ by: [], ...countBy })] })).not.toContain('_changes');
});
