import { type DatasetDefinition, defineDataset, month } from '../../core/define-dataset.ts';
import { col, is, plus, times } from '../../core/expressions/index.ts';
import {
  boolean,
  country,
  date,
  decimal,
  double,
  integer,
  list,
  oneOf,
  text,
  time,
  timestamp,
  uuid,
} from '../../core/fields/index.ts';
import {
  aggregate,
  cast,
  clip,
  concatenate,
  datePart,
  derive,
  explode,
  fill,
  maskColumn,
  meanOf,
  pivot,
  rename,
  select,
  split,
  sumOf,
  window,
  winsorise,
} from '../../core/transforms/index.ts';

const define = (
  definition: Pick<DatasetDefinition, 'name' | 'fields' | 'transforms' | 'partition'>,
) => defineDataset({ domain: 'test', owner: 'test', description: 'For this test.', ...definition });

const parts = ['year', 'quarter', 'month', 'week', 'day', 'weekday', 'hour'] as const;

/** What set steps look at: few distinct values, some of them missing, so that groups are groups. */
const few = {
  team: oneOf(['red', 'blue', 'a'], { optional: true }),
  points: integer({ optional: true, min: -9_999, max: 9_999 }),
  price: decimal({ precision: 6, scale: 2, optional: true }),
  on: date({ optional: true }),
  word: text({ optional: true }),
};

/** Every kind of step, over rows of which the differential test draws the values. */
export const stepDatasets = [
  define({
    name: 'row_steps',
    fields: {
      name: text({ optional: true, default: 'none' }),
      amount: decimal({ precision: 10, scale: 3, optional: true, default: '-1.5' }),
      pieces: integer({ optional: true }),
      colour: oneOf(['red', 'blue'], { default: 'blue' }),
      at: timestamp({ optional: true }),
      on: date({ default: '2024-02-29' }),
      gone: text({ optional: true }),
    },
    partition: [month('day')],
    transforms: [
      fill('pieces', { with: '7' }),
      rename('on', 'day'),
      rename('colour', 'paint'),
      ...parts.map((part) => derive(`${part}_at`, datePart(part, 'at'))),
      ...parts.map((part) =>
        derive(`${part}_there`, datePart(part, 'at', { zone: 'Europe/Warsaw' })),
      ),
      derive('week_day', datePart('weekday', 'day')),
      derive('week_of', datePart('week', 'day')),
      derive('both', sumOf(['amount', 'pieces'])),
      derive('middle', meanOf(['amount', 'pieces'], { scale: 1 })),
      derive('finer', meanOf(['amount', 'pieces'], { scale: 6 })),
      derive('words', concatenate(['paint', 'at', 'day', 'amount', 'gone'], '|')),
      derive('twice', times(plus(col('pieces'), col('pieces')), col('amount'))),
      derive('is_red', is(col('paint'), 'red')),
      cast('pieces', decimal({ precision: 14, scale: 2 })),
      cast('amount', integer(), { otherwise: 'null' }),
      cast('gone', date(), { otherwise: 'null' }),
      clip('day', { min: '1970-01-01', max: '2024-02-29' }),
      clip('pieces', { max: '100.50' }),
      select({ drop: ['gone'] }),
    ],
  }),
  define({
    name: 'texts',
    fields: {
      line: text({ optional: true }),
      mail: text({ optional: true, classification: 'internal' }),
    },
    transforms: [
      split('line', 'a', { into: ['head', 'tail'] }),
      split('line', '0', { into: 'parts' }),
      fill('mail', { with: 'x' }),
      clip('line', { min: 'a', max: 'm' }),
      clip('mail', { min: 'a', max: 'm' }),
      select({ keep: ['mail', 'line', 'parts', 'head', 'tail'] }),
    ],
  }),
  define({
    name: 'masks',
    fields: {
      hashed: text({ optional: true, mask: { how: 'hash' } }),
      token: integer({ optional: true, mask: { how: 'token' } }),
      redacted: timestamp({ optional: true, mask: { how: 'redact' } }),
      started: text({ optional: true, mask: { how: 'truncate', keep: 2, from: 'start' } }),
      ended: text({ optional: true, mask: { how: 'truncate', keep: 2, from: 'end' } }),
      tens: integer({ optional: true, min: -99_999, mask: { how: 'generalise', step: '10' } }),
      fives: decimal({
        precision: 8,
        scale: 2,
        optional: true,
        mask: { how: 'generalise', step: '0.05' },
      }),
      born: date({ optional: true, mask: { how: 'generalise', step: 'year' } }),
      seen: timestamp({ optional: true, mask: { how: 'generalise', step: 'month' } }),
      paid: decimal({ precision: 8, scale: 2, optional: true }),
    },
    partition: [month('seen')],
    transforms: [
      rename('hashed', 'called'),
      derive('copy', concatenate(['called', 'seen'], ' ')),
      maskColumn('copy', { how: 'hash' }),
      maskColumn('paid', { how: 'hash' }),
    ],
  }),
  define({
    name: 'fills',
    fields: few,
    transforms: [
      fill('points', { take: 'mean', within: ['team'] }),
      fill('price', { take: 'mean' }),
      fill('on', { take: 'median', within: ['team'] }),
      fill('word', { take: 'mode', within: ['team', 'on'] }),
      fill('team', { take: 'previous', orderBy: ['on', 'price'], within: ['word'] }),
      fill('team', { take: 'mode' }),
    ],
  }),
  define({
    name: 'outliers',
    fields: few,
    transforms: [
      clip('points', { quartiles: 0.25, within: ['team'] }),
      clip('price', { quartiles: 0.1 }),
      clip('points', { deviations: 0.75 }),
      clip('price', { deviations: 1, within: ['team'] }),
      winsorise('on', { lower: 0.1, upper: 0.8, within: ['team'] }),
      winsorise('word', { lower: 0.25, upper: 0.75 }),
    ],
  }),
  define({
    name: 'windows',
    fields: few,
    transforms: [
      window('total', { function: 'sum', of: 'price', orderBy: ['on'], within: ['team'] }),
      window('seen', { function: 'count', orderBy: ['price'] }),
      window('words', { function: 'count', of: 'word', orderBy: ['on'], descending: true }),
      window('before', { function: 'lag', of: 'word', orderBy: ['points'], within: ['team'] }),
      window('behind', { function: 'lead', of: 'price', orderBy: ['on'], descending: true }),
      window('place', { function: 'rank', orderBy: ['points'], within: ['team'] }),
      window('line', { function: 'number', orderBy: ['team', 'on'] }),
      derive('sums', sumOf(['total', 'seen'])),
    ],
  }),
  define({
    name: 'exploded',
    fields: { ...few, line: text({ optional: true, default: 'a-b' }) },
    transforms: [
      split('line', '0', { into: 'parts' }),
      explode('parts', { position: 'part_no' }),
      explode('word', { separator: 'a', position: 'word_no' }),
      window('line_no', { function: 'number', orderBy: ['word'], within: ['team'] }),
      fill('word', { take: 'previous', orderBy: ['on'] }),
      fill('parts', { with: 'nothing' }),
    ],
  }),
  define({
    name: 'groups',
    fields: few,
    transforms: [
      fill('points', { with: '3' }),
      aggregate({
        by: ['team'],
        take: {
          rows: { fn: 'count' },
          words: { fn: 'count', of: 'word' },
          total: { fn: 'sum', of: 'price' },
          middle: { fn: 'mean', of: 'price', scale: 4 },
          rough: { fn: 'mean', of: 'points' },
          spread: { fn: 'std', of: 'price' },
          apart: { fn: 'std', of: 'points' },
          first_on: { fn: 'min', of: 'on' },
          last_word: { fn: 'max', of: 'word' },
          most: { fn: 'quantile', of: 'price', at: 0.9 },
        },
      }),
      fill('team', { with: 'none' }),
      window('place', { function: 'rank', orderBy: ['rows'], descending: true }),
    ],
  }),
  define({
    name: 'whole',
    fields: few,
    transforms: [
      aggregate({ by: [], take: { rows: { fn: 'count' }, sum: { fn: 'sum', of: 'points' } } }),
    ],
  }),
  define({
    name: 'pivots',
    fields: few,
    transforms: [
      explode('word', { separator: 'a' }),
      pivot({
        by: ['on'],
        names: 'team',
        values: 'price',
        fn: 'sum',
        into: { red: 'red_price', blue: 'blue_price' },
        others: 'other_rows',
      }),
    ],
  }),
  define({
    name: 'doubles',
    fields: {
      team: oneOf(['red', 'blue'], { optional: true }),
      weight: double({ optional: true }),
      height: double({ optional: true, default: '0.1' }),
    },
    transforms: [
      derive('sum', sumOf(['weight', 'height'])),
      derive('mean', meanOf(['weight', 'height'])),
      derive('words', concatenate(['weight', 'height'], ' ')),
      clip('weight', { deviations: 2 }),
      clip('height', { quartiles: 0.5, within: ['team'] }),
      clip('sum', { min: '-1.5', max: '100' }),
      winsorise('mean', { lower: 0.1, upper: 0.9 }),
      fill('weight', { take: 'mean', within: ['team'] }),
      fill('weight', { take: 'median' }),
      cast('words', integer(), { otherwise: 'null' }),
      cast('sum', integer(), { otherwise: 'null' }),
      cast('mean', decimal({ precision: 10, scale: 3 }), { otherwise: 'null' }),
    ],
  }),
  define({
    name: 'double_groups',
    fields: {
      team: oneOf(['red', 'blue'], { optional: true }),
      weight: double({ optional: true }),
    },
    transforms: [
      aggregate({
        by: ['team'],
        take: {
          total: { fn: 'sum', of: 'weight' },
          middle: { fn: 'mean', of: 'weight' },
          apart: { fn: 'std', of: 'weight' },
          third: { fn: 'quantile', of: 'weight', at: 0.333 },
        },
      }),
      maskColumn('total', { how: 'hash' }),
    ],
  }),
  define({
    name: 'other_types',
    fields: {
      done: boolean({ optional: true, default: 'true' }),
      seen: boolean({ optional: true }),
      clock: time({ optional: true, default: '12:30:00' }),
      at: timestamp({ optional: true, default: '2024-01-01T00:00:00Z' }),
      id: uuid({ optional: true }),
      tags: list(text(), { optional: true }),
      land: country({ optional: true, default: 'PL' }),
    },
    transforms: [
      derive('words', concatenate(['done', 'clock', 'id', 'at'], ';')),
      fill('seen', { take: 'mode', within: ['done', 'clock'] }),
      fill('id', { take: 'previous', orderBy: ['clock'] }),
      fill('tags', { take: 'previous', orderBy: ['at'], within: ['id'] }),
      clip('clock', { max: '23:00:00' }),
      window('land_before', { function: 'lag', of: 'land', orderBy: ['land'] }),
      explode('tags'),
      maskColumn('id', { how: 'token' }),
      maskColumn('clock', { how: 'hash' }),
    ],
  }),
];
