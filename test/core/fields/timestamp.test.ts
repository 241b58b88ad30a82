import { expect, test } from 'vitest';
import { timestamp } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

test.each([
  ['1970-01-01T00:00:00Z', 0n],
  ['1969-12-31T23:59:59.999999Z', -1n],
  ['2024-02-29 12:00:00.5+05:30', 1_709_188_200_500_000n],
  ['2024-01-01T24:00:00Z', 'E_TYPE'],
  ['2016-12-31T23:59:60Z', 'E_TYPE'],
  ['2024-02-30T10:00:00Z', 'E_TYPE'],
  ['2024-01-01T10:00:00', 'E_TYPE'],
  ['2024-01-01T10:00Z', 'E_TYPE'],
  ['2024-01-01T 9:00:00Z', 'E_TYPE'],
  ['05/03/2024 10:00', 'E_TYPE'],
  ['infinity', 'E_TYPE'],
  ['2024-01-01T10:00:00+25:00', 'E_RANGE'],
  ['99999-01-01T00:00:00Z', 'E_RANGE'],
  ['-2024-01-01T00:00:00Z', 'E_RANGE'],
  ['0000-01-01T00:00:00Z', 'E_RANGE'],
  ['0001-01-01T00:00:00+01:00', 'E_RANGE'],
  ['9999-12-31T23:59:59-01:00', 'E_RANGE'],
])('%s reads as %s', (text, expected) => {
  expect(read(timestamp(), text)).toBe(expected);
});

test.each([
  ['2024-06-30T23:30:00-01:00', '2024-07-01T00:30:00Z'],
  ['1969-12-31 23:59:59.9Z', '1969-12-31T23:59:59.900000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
])('%s prints as %s', (text, expected) => {
  expect(reprint(timestamp(), text)).toBe(expected);
});

test('refuses a bound without a zone', () => {
  expect(() => timestamp({ from: '2020-01-01' })).toThrow("the bound '2020-01-01' is no instant");
});
