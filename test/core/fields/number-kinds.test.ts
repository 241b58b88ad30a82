import { expect, test } from 'vitest';
import { decimal, double, integer } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

test.each([
  ['9007199254740993', 9_007_199_254_740_993n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
  ['-9223372036854775808', -9_223_372_036_854_775_808n],
  ['9223372036854775808', 'E_RANGE'],
  ['-9223372036854775809', 'E_RANGE'],
  ['9'.repeat(200_000), 'E_RANGE'],
  ['+007', 7n],
  ['-0', 0n],
  ['1e3', 'E_TYPE'],
  ['0x10', 'E_TYPE'],
  ['1_000', 'E_TYPE'],
])('an integer of 64 bits reads %.40s as %s', (text, expected) => {
  expect(read(integer({ bits: 64 }), text)).toBe(expected);
});

test('a bound that JavaScript has rounded already is refused', () => {
  expect(() => integer({ bits: 64, max: 2 ** 60 })).toThrow('larger ones are bigint: 123n');
  expect(() => integer({ bits: 64, max: 2n ** 63n })).toThrow('is no 64-bit integer');
  expect(() => integer({ max: 2n ** 31n })).toThrow('is no 32-bit integer');
  expect(integer({ bits: 64, min: 5 }).rules[0]?.params).toEqual({ min: 5n, max: undefined });
});

test.each([
  ['0.1', 0.1],
  ['1e3', 1000],
  ['-2.5E-3', -0.0025],
  ['-0', 0],
  ['1e-400', 0],
  ['9007199254740993', 9_007_199_254_740_992],
  ['1.7976931348623157e308', Number.MAX_VALUE],
  ['1e400', 'E_RANGE'],
  ['-1e400', 'E_RANGE'],
  ['NaN', 'E_TYPE'],
  ['-inf', 'E_TYPE'],
  ['1,5', 'E_TYPE'],
  ['.5', 'E_TYPE'],
])('a double reads %s as %s', (text, expected) => {
  expect(read(double(), text)).toBe(expected);
});

test('a double takes what is not finite only where it is declared', () => {
  const field = double({ allowNonFinite: true });
  expect(['NaN', '-Infinity', 'nan', '1e400'].map((text) => read(field, text))).toEqual([
    ...[Number.NaN, Number.NEGATIVE_INFINITY, 'E_TYPE', 'E_RANGE'],
  ]);
  expect(() => double({ min: Number.NaN })).toThrow('the bound NaN is no finite number');
});

test.each([
  ['1234,50', 123_450n, 1234.5],
  ['1234.50', 'E_TYPE', 'E_TYPE'],
  ['1.234,50', 'E_TYPE', 'E_TYPE'],
])('with a declared comma %s reads as %s and %s', (text, exact, nearest) => {
  expect(read(decimal({ precision: 9, scale: 2, mark: ',' }), text)).toBe(exact);
  expect(read(double({ mark: ',' }), text)).toBe(nearest);
});

test('a number with a comma prints with it', () => {
  expect(reprint(decimal({ precision: 9, scale: 2, mark: ',' }), '5,5')).toBe('5,50');
  expect(reprint(double({ mark: ',' }), '5,5')).toBe('5,5');
});
