import { expect, test } from 'vitest';
import { range, rangeRule } from '../../../core/rules/range.ts';

test.each([
  [{ min: 1, max: 3 }, [false, true, true, true, false]],
  [{ min: 1 }, [false, true, true, true, true]],
  [{ max: 3 }, [true, true, true, true, false]],
])('%j holds for 0 to 4 as %j', (params, expected) => {
  expect([0, 1, 2, 3, 4].map((value) => rangeRule.check(value, params))).toEqual(expected);
});

test('its edges are the bounds and the values beside them', () => {
  expect(rangeRule.edges({ min: -1n, max: 5n })).toEqual([-2n, -1n, 0n, 4n, 5n, 6n]);
});

test('bounds that leave no value are refused, and no bounds make no rule', () => {
  expect(() => range({ min: 2, max: 1 })).toThrow('no value lies between 2 and 1');
  expect(range({})).toEqual([]);
  expect(range({ min: 2, max: 2 })).toMatchObject([{ kind: 'range', params: { min: 2, max: 2 } }]);
});
