import { expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { fieldProblem } from '../../../core/definition/check-field.ts';
import {
  boolean,
  date,
  decimal,
  double,
  integer,
  text,
  timestamp,
} from '../../../core/fields/index.ts';

const price = { precision: 9, scale: 2 };

test.each([
  ['a default that is a value', integer({ default: '5', min: 1 })],
  ['a default that only warns', text({ default: 'x', nullTokens: ['NULL', 'n/a'] })],
  ['an empty token of a text that could be empty', text({ optional: true, nullTokens: [''] })],
  ['one of a text that says so', text({ min: 0, nullTokens: ['-', ''] })],
  ['an empty default of a text that may be empty', text({ min: 0, default: '' })],
  ['a mask that fits', text({ mask: { how: 'truncate', keep: 2, from: 'end' } })],
  ['a step of a number', decimal({ ...price, mask: { how: 'generalise', step: '0.5' } })],
  ['a month', date({ mask: { how: 'generalise', step: 'month' } })],
  ['a hash', timestamp({ mask: { how: 'hash' }, unit: 'UTC', aliases: ['At', 'when'] })],
])('%s is sound', (_name, field) => {
  expect(fieldProblem(field)).toBeUndefined();
});

test.each([
  [
    integer({ default: 'five' }),
    "default 'five' is refused with E_TYPE; allowed is a whole number",
  ],
  [integer({ default: '0', min: 1 }), "default '0' breaks its own rule range (E_RANGE)"],
  [boolean({ default: 'yes' }), "default 'yes' is refused with E_TYPE"],
  [text({ default: ' x' }), 'default " x" means a missing value itself'],
  [text({ default: 'NA', nullTokens: ['NA'] }), 'default "NA" means a missing value itself'],
  [text({ nullTokens: [''] }), 'a null token is empty'],
  [text({ optional: true, min: 1, nullTokens: [''] }), 'a null token is empty'],
  [integer({ optional: true, nullTokens: [''] }), 'a null token is empty'],
  [text({ min: 0, nullTokens: ['', ''] }), "null token '' is declared twice"],
  [text({ default: '' }), 'default "" means a missing value itself'],
  [text({ default: '', min: 0, nullTokens: [''] }), 'default "" means a missing value itself'],
  [text({ nullTokens: ['NA '] }), "null token 'NA ' can never come"],
  [text({ nullTokens: ['NA', 'NA'] }), "null token 'NA' is declared twice"],
  [text({ aliases: [' '] }), 'an alias is empty'],
  [text({ unit: '' }), 'its unit is empty'],
  [integer({ mask: { how: 'truncate', keep: 1, from: 'start' } }), 'its mask truncates'],
  [text({ mask: { how: 'truncate', keep: -1, from: 'start' } }), 'its mask keeps -1'],
  [text({ mask: { how: 'generalise', step: '10' } }), 'its mask generalises'],
  [double({ mask: { how: 'generalise', step: '10' } }), 'its mask generalises'],
  [integer({ mask: { how: 'generalise', step: '0' } }), "its mask's step is '0'"],
  [date({ mask: { how: 'generalise', step: 'week' } }), "allowed are 'month' and 'year'"],
])('$kind: %s', (field, message) => {
  expect(fieldProblem(field)).toContain(message);
});

test('a dataset with such a field is refused by name', () => {
  const said = { name: 'shop', domain: 'd', owner: 'o', description: 'One row.' };
  expect(() => defineDataset({ ...said, fields: { n: integer({ default: 'x' }) } })).toThrow(
    "dataset 'shop': field 'n' (integer): its default 'x' is refused with E_TYPE",
  );
});
