import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  asNumber,
  divided,
  exactOrDouble,
  floored,
  millionths,
  needUnits,
  sumType,
  tenTo,
} from '../../../core/transforms/exact.ts';
import { needDouble, spreadOf } from '../../../core/transforms/spread.ts';
import type { KnownColumn } from '../../../core/transforms/transform.ts';

const column = (type: string, largest?: bigint): KnownColumn => ({
  ...{ name: 'n', type, required: true, largest },
});

test.each([
  [4n, 2n, 2n],
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [4n, 3n, 1n],
  [5n, 3n, 2n],
  [-5n, 3n, -2n],
  [0n, 3n, 0n],
  [-1n, 3n, 0n],
])('%s by %s is %s, rounded half to even', (above, below, expected) => {
  expect(divided(above, below)).toBe(expected);
});

test.each([
  [4n, 5n, 0n],
  [5n, 5n, 1n],
  [-1n, 5n, -1n],
  [-5n, 5n, -1n],
  [-6n, 5n, -2n],
])('%s by %s is %s, rounded down', (above, below, expected) => {
  expect(floored(above, below)).toBe(expected);
});

test('a whole number divided and its rest make the number again', () => {
  const numbers = fc.tuple(fc.bigInt({ min: -9_999n, max: 9_999n }), fc.bigInt(1n, 99n));
  fc.assert(
    fc.property(numbers, ([above, below]) => {
      const rest = above - floored(above, below) * below;
      expect(rest >= 0n && rest < below).toBe(true);
      const error = above - divided(above, below) * below;
      expect(error * 2n <= below && error * -2n <= below).toBe(true);
    }),
  );
});

test.each([
  [0, 0n],
  [1, 1_000_000n],
  [0.05, 50_000n],
  [0.000001, 1n],
  [0.1 + 0.2, 300_000n],
])('the share %s has %s millionths', (share, expected) => {
  expect(millionths('a step', share)).toBe(expected);
});

test.each([-0.000001, 1.000001, 0.0000005, Number.NaN, Number.POSITIVE_INFINITY])(
  'the share %s is refused',
  (share) => {
    expect(() => millionths('a step', share)).toThrow(`a step: ${share} is no share from 0 to 1`);
  },
);

test.each([
  [column('int'), 'decimal(21, 0)'],
  [column('int', 9n), 'decimal(12, 0)'],
  [column('decimal(12, 2)'), 'decimal(23, 2)'],
  [column('decimal(3, 3)', 0n), 'decimal(14, 3)'],
  [column('decimal(26, 0)'), 'decimal(37, 0)'],
  [column('decimal(24, 2)'), 'decimal(35, 2)'],
  [column('double'), 'double'],
])('a sum of %o is a %s, for a hundred billion rows', (of, type) => {
  expect(sumType('a sum', of)).toBe(type);
});

test('a sum of fewer rows takes less room, and one without room is refused', () => {
  expect(sumType('a sum', column('int', 9n), 2)).toBe('decimal(3, 0)');
  expect(() => sumType('a sum', column('decimal(27, 0)'))).toThrow(
    "a sum of 'n' can overflow: it needs 38 digits and 0 decimals, together at most 37",
  );
  expect(() => sumType('a sum', column('decimal(25, 2)'))).toThrow('36 digits and 2 decimals');
});

test('numbers are exact or doubles, and nothing else is one', () => {
  expect(exactOrDouble('a sum', column('double'))).toBeUndefined();
  expect(exactOrDouble('a sum', column('long', 5n))).toEqual({ scale: 0, largest: 5n });
  expect(() => exactOrDouble('a sum', column('date'))).toThrow(
    "a sum needs numbers, and 'n' is a date",
  );
});

test.each(['int', 'long', 'double', 'decimal(37, 0)', 'decimal(30, 7)'])(
  'a %s has room for its smallest units',
  (type) => {
    expect(() => needUnits('a mean', column(type))).not.toThrow();
  },
);

test.each(['decimal(38, 0)', 'decimal(30, 8)'])('a %s has none', (type) => {
  expect(() => needUnits('a mean', column(type))).toThrow(
    `a mean needs a decimal whose precision and scale are together at most 37; 'n' is a ${type}`,
  );
});

test.each([
  [column('long', 10n ** 15n - 1n), true],
  [column('long', 10n ** 15n), false],
  [column('double'), true],
])('whether a double holds all of %o: %s', (of, fits) => {
  const check = () => needDouble('a deviation', of);
  if (fits) expect(check).not.toThrow();
  else expect(check).toThrow("hold 15 digits exactly; 'n' can have 16");
});

test.each([
  [[], 'int', undefined],
  [[5], 'int', undefined],
  [[5, 5], 'int', { middle: 5n, mean: 0, std: 0 }],
  [[1, 2, 3], 'int', { middle: 2n, mean: 0, std: 1 }],
  [[1n, 2n, 3n, 10n], 'decimal(5, 2)', { middle: 2n, mean: 2, std: Math.sqrt(50 / 3) }],
  [[1.5, 2.5], 'double', { middle: 0n, mean: 2, std: Math.sqrt(0.5) }],
])('the spread of %o as %s is %o', (sorted, type, spread) => {
  expect(spreadOf(sorted, type)).toEqual(spread);
});

test('an int is a number, every other exact type a bigint', () => {
  expect([asNumber(5n, 'int'), asNumber(5n, 'long'), tenTo(3)]).toEqual([5, 5n, 1_000n]);
});
