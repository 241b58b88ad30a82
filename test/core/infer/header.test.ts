import { expect, test } from 'vitest';
import { hasNames } from '../../../core/infer/header.ts';

const days = ['2024-01-01', '2024-01-02', '2024-01-03'].map((day, index) => [String(index), day]);

test.each<[string, boolean, string[][]]>([
  ['names over numbers', true, [['id'], ['1'], ['2'], ['3']]],
  ['numbers alone', false, [['1'], ['2'], ['3'], ['4']]],
  [
    'numbers beside texts',
    false,
    [
      ['ann', '1'],
      ['bob', '2'],
      ['cy', '3'],
      ['di', '4'],
    ],
  ],
  ['texts alone, which tell nothing', true, [['ann'], ['bob'], ['cyril'], ['di']]],
  ['hashes of one length', false, [['a9f3e1'], ['b00c4d'], ['c7d2aa'], ['0f0f0f']]],
  ['a name over hashes of one length', true, [['hash'], ['b00c4d'], ['c7d2aa'], ['0f0f0f']]],
  ['one column like its name, one not', true, [['2024', 'day'], ...days]],
  ['two rows, which are too few', true, [['1'], ['2'], ['3']]],
  [
    'a first row with a hole',
    true,
    [
      ['1', ''],
      ['2', '5'],
      ['3', '6'],
      ['4', '7'],
    ],
  ],
])('a header is told from a row: %s', (_what, expected, [first = [], ...rows]) => {
  expect(hasNames(first, rows)).toBe(expected);
});
