import { describe, expect, test } from 'vitest';
import { col, plus } from '../../../core/expressions/index.ts';
import { date, decimal, double, integer, oneOf, text } from '../../../core/fields/index.ts';
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
} from '../../../core/transforms/index.ts';
import type { Transform } from '../../../core/transforms/transform.ts';
import { after } from './known.ts';

describe('a step is refused', () => {
  test.each<[string, Transform, string]>([
    [
      'a sum of texts',
      derive('x', sumOf(['id', 'price'])),
      "sum needs numbers, and 'id' is a string",
    ],
    ['a mean of one column', derive('x', meanOf(['price'])), "mean of 'x' needs two columns"],
    [
      'a mean without room',
      derive('x', meanOf(['many', 'many'], { scale: 19 })),
      'can overflow as',
    ],
    ['words of a list', derive('x', concatenate(['tags'], '-')), "'tags' is a list<string>"],
    ['words of nothing', derive('x', concatenate([], '-')), "'x' is made of no column"],
    ['a day part of a list', derive('x', datePart('day', 'tags')), 'needs a date or a timestamp'],
    [
      'a zone of a day',
      derive('x', datePart('day', 'on', { zone: 'Europe/Warsaw' })),
      "a zone needs an instant; 'on' is a date",
    ],
    ['an expression of texts', derive('x', plus(col('id'), col('pieces'))), "derive('x')"],
    ['a split into nothing', split('id', '-', { into: [] }), "split of 'id' makes no column"],
    ['an explode of a number', explode('price', { separator: ',' }), 'explode needs a text'],
    ['an explode at nothing', explode('id', { separator: '' }), 'has an empty separator'],
    ['a select of one twice', select({ keep: ['id', 'id'] }), 'select names a column twice'],
    ['a select without a column', select({ keep: [] }), 'leaves no column; keep at least one'],
    [
      'an unknown function',
      {
        ...window('x', { function: 'rank', orderBy: ['at'] }),
        ...JSON.parse('{"function":"mad"}'),
      },
      "no window function 'mad'; there are sum, count, lag, lead, rank, number",
    ],
    [
      'an order by lists',
      window('x', { function: 'rank', orderBy: ['tags'] }),
      "window compares values, and 'tags' is a list<string>",
    ],
    [
      'a number of a column',
      window('x', { function: 'number', of: 'id', orderBy: ['at'] }),
      "window 'x': number goes by orderBy alone; leave out 'of'",
    ],
    [
      'a lag of nothing',
      window('x', { function: 'lag', orderBy: ['at'] }),
      "'x': lag needs a column",
    ],
    [
      'a lead of nothing',
      window('x', { function: 'lead', orderBy: ['at'] }),
      'lead needs a column',
    ],
    [
      'a running sum without room',
      window('x', { function: 'sum', of: 'wide', orderBy: ['at'] }),
      "window 'x': a sum of 'wide' can overflow: it needs 49 digits and 2 decimals, together at",
    ],
    [
      'a sum of nothing',
      aggregate({ by: [], take: { x: { fn: 'sum' } } }),
      "group column 'x': sum needs a column; say of which",
    ],
    [
      'a mean of texts',
      aggregate({ by: [], take: { x: { fn: 'mean', of: 'id' } } }),
      "group column 'x': mean needs numbers, and 'id' is a string",
    ],
    [
      'a mean whose sum has no room',
      aggregate({ by: [], take: { x: { fn: 'mean', of: 'digits' } } }),
      "group column 'x': mean of 'digits' can overflow: it needs 38 digits",
    ],
    [
      'a deviation of long numbers',
      aggregate({ by: [], take: { x: { fn: 'std', of: 'many' } } }),
      "hold 15 digits exactly; 'many' can have 19. Give the field a min and a max",
    ],
    [
      'the least of lists',
      aggregate({ by: [], take: { x: { fn: 'min', of: 'tags' } } }),
      'compares values',
    ],
    [
      'groups by lists',
      aggregate({ by: ['tags'], take: { x: { fn: 'count' } } }),
      "aggregate groups by equal values, and 'tags' is a list<string>",
    ],
    [
      'a pivot without values',
      pivot({ by: [], names: 'id', values: 'price', fn: 'sum', into: {}, others: 'x' }),
      'pivot declares no value; name some',
    ],
    ['a clip of a list', clip('tags', { min: 'a' }), "clip compares values, and 'tags' is a list"],
    [
      'a bound of another type',
      clip('price', { min: 'a' }),
      "clip: 'a' is no decimal(6, 2), which",
    ],
    ['a constant list', fill('tags', { with: '[]' }), 'no constant can be one'],
    ['a cast of a list', cast('tags', text()), "cast writes values as text, and 'tags' is a list"],
    ['a cast to fewer decimals', cast('price', decimal({ precision: 9, scale: 1 })), 'not always'],
    ['a cast to fewer digits', cast('pieces', decimal({ precision: 4, scale: 2 })), 'not always'],
    ['a cast to a smaller number', cast('many', integer()), 'not always a integer (int)'],
    ['a cast of the largest number', cast('many', integer({ bits: 32 })), 'not always'],
    ['a cast to a double', cast('pieces', double()), 'not always a double (double)'],
    ['a cast to a day', cast('at', date()), "which cast makes of 'at'. Say what becomes of the"],
    ['a cast to one of few', cast('id', oneOf(['a'])), 'a string is not always a oneOf (string)'],
    [
      'a mode of doubles',
      fill('ratio', { take: 'mode' }),
      "a mode groups by equal values, and 'ra",
    ],
    ['a median of lists', fill('tags', { take: 'median' }), 'fillFrom compares values'],
    [
      'a mean of a column without room',
      fill('roomy', { take: 'mean' }),
      'a mean needs a decimal whose precision and scale are together at most 37',
    ],
    [
      'a median of groups by doubles',
      fill('price', { take: 'median', within: ['ratio'] }),
      'fillFrom groups by equal values',
    ],
    ['an explode of an object', explode('place'), 'explode needs a list, or a text'],
    ['a mean without room', fill('wide', { take: 'mean' }), "a mean of 'wide' can overflow"],
    [
      'an order that is none',
      fill('price', { take: 'previous', orderBy: ['tags'] }),
      'fillPrevious compares values',
    ],
    [
      'groups that are none',
      fill('price', { take: 'previous', orderBy: ['at'], within: ['ratio'] }),
      'fillPrevious groups by equal values',
    ],
    [
      'a factor too large',
      clip('price', { quartiles: 1_001 }),
      'must be above 0, at most 1000, with',
    ],
    ['a clip of texts', clip('id', { quartiles: 1 }), "clip needs numbers, and 'id' is a string"],
    [
      'deviations of long numbers',
      clip('many', { deviations: 1 }),
      'a standard deviation is reckoned in doubles',
    ],
    ['quantiles of lists', winsorise('tags', { lower: 0, upper: 1 }), 'winsorise compares values'],
    [
      'equal quantiles',
      winsorise('price', { lower: 0.5, upper: 0.5 }),
      "winsorise of 'price': lower 0.5 must be below upper 0.5",
    ],
    [
      'groups of doubles',
      winsorise('price', { lower: 0, upper: 1, within: ['ratio'] }),
      'winsorise groups by equal values',
    ],
    [
      'a truncated number',
      maskColumn('pieces', { how: 'truncate', keep: 1, from: 'end' }),
      "truncate needs a text; 'pieces' is a int",
    ],
    [
      'half a letter',
      maskColumn('id', { how: 'truncate', keep: -1, from: 'end' }),
      "truncate of 'id' keeps -1; say a whole number",
    ],
    [
      'a step of nothing',
      maskColumn('price', { how: 'generalise', step: '0' }),
      "'0' is not above 0",
    ],
    [
      'a step that is no number',
      maskColumn('pieces', { how: 'generalise', step: 'ten' }),
      "generalise: 'ten' is no int, which 'pieces' is",
    ],
    [
      'a rounded number whose units have no room',
      maskColumn('roomy', { how: 'generalise', step: '1' }),
      'generalise needs a decimal whose precision',
    ],
    [
      'a clip by doubles',
      clip('price', { quartiles: 1, within: ['ratio'] }),
      'clip groups by equal',
    ],
    [
      'a clip whose sum has no room',
      clip('digits', { quartiles: 1 }),
      "clip of 'digits' can overflow",
    ],
    ['a clip of units without room', clip('roomy', { quartiles: 1 }), 'clip needs a decimal whose'],
    [
      'an unknown column to fill',
      fill('nobody', { take: 'previous', orderBy: ['at'] }),
      'no column nobody',
    ],
    ['a hashed list', maskColumn('tags', { how: 'hash' }), 'hash writes values as text'],
    [
      'a rounded double',
      maskColumn('ratio', { how: 'generalise', step: '1' }),
      "'ratio' is a double",
    ],
    [
      'a rounded number without room',
      maskColumn('wide', { how: 'generalise', step: '1' }),
      "precision and scale are together at most 37; 'wide' is a decimal(38, 2)",
    ],
    ['an unknown column', rename('nobody', 'x'), 'no column nobody'],
  ])('%s', (_name, use, message) => {
    expect(() => after(use)).toThrow(message);
  });
});
