import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Value } from '../../../core/fields/value.ts';
import type { Placed } from '../../../core/transforms/transform.ts';
import {
  byColumns,
  comparePlaces,
  groupsOf,
  quantileOf,
  sortedValues,
  sumOfDoubles,
  withinText,
} from '../../../core/transforms/within.ts';

const placed = (
  file: string,
  row: number,
  parts: readonly number[] = [],
  x: Value | null = null,
): Placed => ({ file, row, parts, values: { x, y: row % 2 }, changes: [] });

test.each([
  [placed('a', 9), placed('b', 1), -1],
  [placed('b', 1), placed('a', 9), 1],
  [placed('a', 2), placed('a', 10), -1],
  [placed('a', 1, [2, 1]), placed('a', 1, [1, 9]), 1],
  [placed('a', 1, [1, 2]), placed('a', 1, [1, 10]), -1],
  [placed('a', 1, [1, 2]), placed('a', 1, [1, 2]), 0],
  [placed('a', 1), placed('a', 1), 0],
])('a row is placed by file, number and parts: %o beside %o', (one, other, order) => {
  expect(Math.sign(comparePlaces(one, other))).toBe(order);
});

const rows = [placed('a', 1, [], 'b'), placed('a', 2), placed('a', 3, [], 'a'), placed('a', 4)];
const order = (descending?: boolean): number[] =>
  rows.toSorted(byColumns(['x'], descending)).map(({ row }) => row);

test('a missing value is last whichever way the order goes, equal ones by their place', () => {
  expect(order()).toEqual([3, 1, 2, 4]);
  expect(order(true)).toEqual([1, 3, 2, 4]);
  const byTwo = rows.toSorted(byColumns(['y', 'x'])).map(({ row }) => row);
  expect(byTwo).toEqual([2, 4, 3, 1]);
});

test('groups keep the order of their first rows; missing values are one group', () => {
  const groups = (...columns: readonly string[]) =>
    groupsOf(rows, columns).map((group) => group.map(({ row }) => row));
  expect(groups('x')).toEqual([[1], [2, 4], [3]]);
  expect(groups('y')).toEqual([
    [1, 3],
    [2, 4],
  ]);
  expect(groups('x', 'y')).toEqual([[1], [2, 4], [3]]);
  expect(groups()).toEqual([[1, 2, 3, 4]]);
});

test('a text that says null is no missing value', () => {
  expect(groupsOf([placed('a', 1, [], 'null'), placed('a', 2)], ['x']).length).toBe(2);
});

test('the values of a group are sorted, without those that are missing', () => {
  expect(sortedValues(rows, 'x')).toEqual(['a', 'b']);
  expect(sortedValues(rows, 'y')).toEqual([0, 0, 1, 1]);
});

test.each([
  [[], 500_000n, null],
  [[7], 0n, 7],
  [[7], 1_000_000n, 7],
  [[1, 2], 500_000n, 1],
  [[1, 2], 500_001n, 2],
  [[1, 2, 3, 4], 250_000n, 1],
  [[1, 2, 3, 4], 750_000n, 3],
  [[1, 2, 3, 4], 750_001n, 4],
])('of %o the quantile of %s millionths is %s', (sorted, share, expected) => {
  expect(quantileOf(sorted, share)).toBe(expected);
});

test('a quantile is the smallest value that so large a share does not exceed', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 1_000_000 }), (drawn, share) => {
      const sorted = drawn.toSorted((a, b) => a - b);
      const found = quantileOf(sorted, BigInt(share));
      const upTo = (value: unknown) => sorted.filter((each) => each <= Number(value)).length;
      const enough = (value: unknown) => upTo(value) * 1_000_000 >= share * sorted.length;
      expect(enough(found)).toBe(true);
      expect(sorted.filter((each) => each < Number(found)).some(enough)).toBe(false);
    }),
  );
});

test('doubles are added from the smallest on', () => {
  expect(sumOfDoubles([])).toBe(0);
  expect(sumOfDoubles([0.1, 0.2, 0.3])).toBe(0.1 + 0.2 + 0.3);
});

test('people read what a group is', () => {
  expect([withinText([]), withinText(['a', 'b'])]).toEqual(['of the run', 'within a, b']);
});
