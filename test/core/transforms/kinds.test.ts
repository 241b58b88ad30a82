import { expect, test } from 'vitest';
import { col, plus } from '../../../core/expressions/index.ts';
import { integer, text } from '../../../core/fields/index.ts';
import {
  aggregate,
  cast,
  changesRows,
  clip,
  concatenate,
  dateOf,
  datePart,
  derive,
  explode,
  fill,
  groupsRows,
  join,
  maskColumn,
  meanOf,
  pivot,
  product,
  rename,
  select,
  split,
  sumOf,
  transformKinds,
  transformOf,
  window,
  winsorise,
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';

const steps = {
  product: derive('x', product('a', 'b', { precision: 9, scale: 2 })),
  day: derive('x', dateOf('at')),
  hour: derive('x', datePart('hour', 'at', { zone: 'Europe/Warsaw' })),
  sum: derive('x', sumOf(['a', 'b'])),
  mean: derive('x', meanOf(['a', 'b'])),
  words: derive('x', concatenate(['a', 'b'], '-')),
  computed: derive('x', plus(col('a'), col('b'))),
  cut: split('a', '-', { into: ['x', 'y'] }),
  parts: split('a', '-', { into: 'x' }),
  join: join('shops', { on: 'id', take: ['town', 'street'] }),
  rename: rename('a', 'x'),
  keep: select({ keep: ['a', 'b'] }),
  drop: select({ drop: ['a', 'b'] }),
  number: cast('a', integer(), { otherwise: 'null' }),
  text: cast('a', text()),
  fill: fill('a', { with: '0' }),
  default: { kind: 'default', column: 'a', with: '0' },
  above: clip('a', { min: '0' }),
  below: clip('a', { max: '9' }),
  within: clip('a', { min: '0', max: '9' }),
  hash: maskColumn('a', { how: 'hash' }),
  redact: maskColumn('a', { how: 'redact' }),
  usual: fill('a', { take: 'mean', within: ['b', 'c'] }),
  median: fill('a', { take: 'median' }),
  previous: fill('a', { take: 'previous', orderBy: ['at', 'b'], within: ['c'] }),
  quartiles: clip('a', { quartiles: 1.5, within: ['b'] }),
  deviations: clip('a', { deviations: 2 }),
  winsorise: winsorise('a', { lower: 0.1, upper: 0.9, within: ['b'] }),
  running: window('x', { function: 'sum', of: 'a', orderBy: ['at', 'b'], within: ['c'] }),
  counted: window('x', { function: 'count', orderBy: ['at'], descending: true }),
  numbered: explode('a', { separator: ',', position: 'no' }),
  items: explode('a'),
  groups: aggregate({
    by: ['a', 'b'],
    take: { rows: { fn: 'count' }, most: { fn: 'quantile', of: 'c', at: 0.9 } },
  }),
  total: aggregate({ by: [], take: { total: { fn: 'sum', of: 'c' } } }),
  pivot: pivot({
    ...{ by: ['a'], names: 'b', values: 'c', fn: 'sum' },
    ...{ into: { in: 'came', out: 'went' }, others: 'rest' },
  }),
  whole: pivot({
    ...{ by: [], names: 'b', values: 'c', fn: 'sum', into: { in: 'came' }, others: 'rest' },
  }),
} as const satisfies Readonly<Record<string, Transform>>;

type Name = keyof typeof steps;

test.each<[Name, string]>([
  ['product', 'x is a times b, exact, as decimal(9, 2); missing where one of them is'],
  ['day', 'x is the day of at in UTC; missing where at is'],
  ['hour', 'x is the hour of at in Europe/Warsaw (weeks'],
  ['sum', 'x is the sum of a, b, those'],
  ['mean', 'x is the mean of a, b, those'],
  ['words', "x is a, b as text with '-' between them"],
  ['computed', 'x is a + b, exact'],
  ['cut', "a is cut at '-' into x, y: parts"],
  ['parts', "x is the list of the parts of a between '-'"],
  ['join', 'town, street of the published row of shops with the same id'],
  ['rename', 'a is called x'],
  ['keep', 'only a, b go on, in this order'],
  ['drop', 'a, b is left out'],
  ['number', 'a becomes a integer; a value whose text is none becomes a missing one'],
  ['text', 'a becomes a text, which each of its values is'],
  ['fill', "a missing a becomes '0'"],
  ['default', "a missing a is '0', before every other step"],
  ['above', 'a is kept within at least 0: what'],
  ['below', 'a is kept within at most 9: what'],
  ['within', 'a is kept within 0 to 9: what'],
  ['hash', 'equal values stay equal; it stays as secret as it was classified'],
  ['redact', "a is published as '***', whatever it was; it counts as public then"],
  ['usual', 'a missing a becomes the mean within b, c, over the rows of this run'],
  ['median', 'a missing a becomes the median of the run, over'],
  ['previous', 'a missing a becomes the last one before it within c, by at, b (missing'],
  ['quartiles', '1.5 quartile distances beyond the first and third quartile within b, over'],
  ['deviations', 'a is kept within 2 standard deviations around the mean of the run, over'],
  ['winsorise', 'a is kept within its quantiles 0.1 and 0.9 within b, over'],
  ['running', 'x is the exact sum of a up to the row within c, by at, b (missing ones last)'],
  ['counted', 'how many rows there are up to the row of the run, by at from the largest on (m'],
  ['numbered', "each part of a between ',' becomes a row of its own"],
  ['numbered', 'the same _file and _row, numbered in no; a row without a part stays as it is'],
  ['items', 'each part of a becomes a row of its own with the same _file and _row; a row'],
  ['groups', 'one row per a, b with rows = count of rows; most = quantile 0.9 of c; over'],
  ['total', 'one row per run with total = sum of c; over'],
  ['pivot', "one row per a with the sum of c where b is 'in' as came, 'out' as went; rest"],
  ['whole', "one row per run with the sum of c where b is 'in' as came; rest counts the rows"],
])('%s says of itself: %s', (name, words) => {
  expect(transformOf(steps[name]).says(steps[name])).toContain(words);
});

test('a redacted column is said to be no secret any more, and no more than that', () => {
  expect(transformOf(steps.redact).says(steps.redact)).toMatch(/it counts as public then$/);
});

/** What each reads, adds and, of the columns a, b and c, takes away. */
test.each<[Name, string, string, string]>([
  ['product', 'a b', 'x', ''],
  ['day', 'at', 'x', ''],
  ['hour', 'at', 'x', ''],
  ['sum', 'a b', 'x', ''],
  ['words', 'a b', 'x', ''],
  ['computed', 'a b', 'x', ''],
  ['cut', 'a', 'x y', ''],
  ['parts', 'a', 'x', ''],
  ['join', 'id', 'town street', ''],
  ['rename', 'a', 'x', 'a'],
  ['keep', 'a b', '', 'c'],
  ['drop', 'a b', '', 'a b'],
  ['number', 'a', '', ''],
  ['fill', 'a', '', ''],
  ['within', 'a', '', ''],
  ['hash', 'a', '', ''],
  ['usual', 'a b c', '', ''],
  ['previous', 'a c at b', '', ''],
  ['quartiles', 'a b', '', ''],
  ['winsorise', 'a b', '', ''],
  ['running', 'a c at b', 'x', ''],
  ['counted', 'at', 'x', ''],
  ['numbered', 'a', 'no', ''],
  ['items', 'a', '', ''],
  ['groups', 'a b c', 'rows most', 'c'],
  ['total', 'c', 'total', 'a b c'],
  ['pivot', 'a b c', 'came went rest', 'b c'],
])('%s reads "%s", adds "%s" and takes "%s" away', (name, uses, adds, drops) => {
  const kind = transformOf(steps[name]);
  expect(kind.uses(steps[name]).join(' ')).toBe(uses);
  expect(kind.adds(steps[name]).join(' ')).toBe(adds);
  expect((kind.drops?.(steps[name], ['a', 'b', 'c']) ?? []).join(' ')).toBe(drops);
});

test.each<[Name, string | undefined]>([
  ['number', 'integer, otherwise missing'],
  ['fill', "constant '0'"],
  ['above', 'at least 0'],
  ['below', 'at most 9'],
  ['within', '0 to 9'],
  ['usual', 'mean within b, c'],
  ['median', 'median of the run'],
  ['previous', 'previous within c'],
  ['quartiles', '1.5 quartiles within b'],
  ['deviations', '2 deviations of the run'],
  ['winsorise', 'quantiles 0.1 to 0.9 within b'],
  ['hash', undefined],
  ['rename', undefined],
])('what %s repairs is told as %s', (name, rule) => {
  const told = rule === undefined ? undefined : { column: 'a', rule };
  expect(transformOf(steps[name]).repairs?.(steps[name])).toEqual(told);
});

test('only steps that make other rows of the rows change them, and two of these group', () => {
  const names = (test: (uses: readonly Transform[]) => boolean): string[] =>
    Object.entries(steps).flatMap(([name, use]) => (test([steps.rename, use]) ? [name] : []));
  expect(names(changesRows)).toEqual(['numbered', 'items', 'groups', 'total', 'pivot', 'whole']);
  expect(names(groupsRows)).toEqual(['groups', 'total', 'pivot', 'whole']);
});

test('every kind of step has a name of its own, and an unknown one is refused by name', () => {
  const kinds = transformKinds.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  // A contract that was written by another version may name any kind.
  const foreign = JSON.parse('{"kind":"sort"}');
  expect(() => transformOf(foreign)).toThrow("no transform kind 'sort'");
});
