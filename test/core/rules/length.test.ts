import { expect, test } from 'vitest';
import { length, lengthRule } from '../../../core/rules/length.ts';

test.each([
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['📦'.repeat(64), true],
  ['📦'.repeat(65), false],
  ['e\u0301'.repeat(32), true],
  ['e\u0301'.repeat(33), false],
])('counts code points: %s', (value, expected) => {
  expect(lengthRule.check(value, { max: 64 })).toBe(expected);
});

test.each([
  [{ min: -1 }, 'the min -1 is no whole number from 0 up'],
  [{ min: 0.5 }, 'whole number from 0 up'],
  [{ max: 0 }, 'the max 0 is no whole number from 1 up'],
  [{ max: 1.5 }, 'whole number from 1 up'],
  [{ min: 3, max: 2 }, 'at least 3 and at most 2'],
])('refuses %j', (init, message) => {
  expect(() => length(init)).toThrow(message);
});
