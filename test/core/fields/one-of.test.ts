import { expect, test } from 'vitest';
import { oneOf } from '../../../core/fields/index.ts';
import { read } from './kinds.ts';

const currency = oneOf(['EUR', 'USD']);

test.each([
  ['EUR', 'EUR'],
  ['eur', 'E_ONE_OF'],
  ['EURO', 'E_ONE_OF'],
])('%s reads as %s', (text, expected) => {
  expect(read(currency, text)).toBe(expected);
});

test.each([
  [[], 'at least one value'],
  [[''], 'can never come'],
  [['a', ' b'], 'can never come'],
  [['a', 'b', 'a'], "'a' is declared twice"],
])('refuses the values %j', (values, message) => {
  expect(() => oneOf(values)).toThrow(message);
});
