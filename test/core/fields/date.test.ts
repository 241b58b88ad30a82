import { expect, test } from 'vitest';
import { date } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

test.each([
  ['1970-01-02', 1],
  ['2024-02-29', 19_782],
  ['2026-02-30', 'E_TYPE'],
  ['2026-13-01', 'E_TYPE'],
  ['0000-00-00', 'E_TYPE'],
  ['01/02/2026', 'E_TYPE'],
  ['2024-1-1', 'E_TYPE'],
  ['0000-01-01', 'E_RANGE'],
  ['99999-01-01', 'E_RANGE'],
  ['-2024-01-01', 'E_RANGE'],
])('%s reads as %s', (text, expected) => {
  expect(read(date(), text)).toBe(expected);
});

test('a day prints as it came', () => {
  expect(reprint(date(), '0099-12-31')).toBe('0099-12-31');
});

test('refuses a bound that is no day', () => {
  expect(() => date({ to: '2026-02-30' })).toThrow("the bound '2026-02-30'");
});
