import { expect, test } from 'vitest';
import { integer } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

test.each([
  ['7', 7],
  ['+5', 5],
  ['-0', 0],
  ['00123', 123],
  ['2147483647', 2_147_483_647],
  ['2147483648', 'E_RANGE'],
  ['-2147483649', 'E_RANGE'],
  ['9223372036854775808', 'E_RANGE'],
  ['3.5', 'E_TYPE'],
  ['1e3', 'E_TYPE'],
  ['0x10', 'E_TYPE'],
  ['1_000', 'E_TYPE'],
  ['1,000', 'E_TYPE'],
  ['two', 'E_TYPE'],
  ['٣', 'E_TYPE'],
])('%s reads as %s', (text, expected) => {
  expect(read(integer(), text)).toBe(expected);
});

test('a value prints in its shortest form', () => {
  expect(reprint(integer(), '+007')).toBe('7');
});

test.each([{ min: 0.5 }, { max: 2 ** 31 }, { min: Number.NaN }])('refuses the bound %j', (init) => {
  expect(() => integer(init)).toThrow('is no 32-bit integer');
});
