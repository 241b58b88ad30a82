import { expect, test } from 'vitest';
import { decimal } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

const price = decimal({ precision: 12, scale: 2 });

test.each([
  ['12.5', 1250n],
  ['-0', 0n],
  ['+7', 700n],
  ['9999999999.99', 999_999_999_999n],
  ['10000000000', 'E_RANGE'],
  ['12.345', 'E_SCALE'],
  ['12.300', 'E_SCALE'],
  ['99999999999.999', 'E_SCALE'],
  ['1,234.50', 'E_TYPE'],
  ['.5', 'E_TYPE'],
  ['5.', 'E_TYPE'],
  ['1e3', 'E_TYPE'],
  ['NaN', 'E_TYPE'],
  ['Infinity', 'E_TYPE'],
])('%s reads as %s', (text, expected) => {
  expect(read(price, text)).toBe(expected);
});

test.each([
  ['-0.05', '-0.05'],
  ['007', '7.00'],
  ['-12.5', '-12.50'],
])('%s prints as %s', (text, expected) => {
  expect(reprint(price, text)).toBe(expected);
});

test('thirty-eight digits are exact', () => {
  const digits = '12345678901234567890123456789012345678';
  expect(reprint(decimal({ precision: 38, scale: 0 }), digits)).toBe(digits);
});

test.each([
  [{ precision: 0, scale: 0 }, 'allowed: 1-38'],
  [{ precision: 39, scale: 0 }, 'allowed: 1-38'],
  [{ precision: 4, scale: 5 }, 'allowed: 1-38'],
  [{ precision: 12, scale: 2, min: '0.001' }, "the bound '0.001' is no decimal(12, 2)"],
  [{ precision: 12, scale: 2, min: '2', max: '1' }, 'no value lies between'],
])('refuses %j', (init, message) => {
  expect(() => decimal(init)).toThrow(message);
});
