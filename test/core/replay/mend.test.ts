import { expect, test } from 'vitest';
import { EpochMs } from '../../../core/ids.ts';
import { mendName, newestMends, rowsHash } from '../../../core/replay/mend.ts';

const of = '0'.repeat(64);
const mend = (at: number, ...rows: readonly [row: number, text: string][]) => ({
  at: EpochMs.parse(at),
  rows: rows.map(([row, text]) => ({ row, text, of, reasons: [] })),
});

test('of each row the newest mend stands, in the order of the rows', () => {
  const mends = [mend(20, [3, 'new'], [9, 'nine']), mend(100, [1, 'one']), mend(3, [3, 'old'])];
  const expected = [
    { row: 1, text: 'one', of },
    { row: 3, text: 'new', of },
    { row: 9, text: 'nine', of },
  ];
  expect(newestMends(mends)).toEqual(expected);
  expect(newestMends(mends.toReversed())).toEqual(expected);
  expect(newestMends([])).toEqual([]);
});

test('a mend is named by its time and what it says, so that the newest sorts last', () => {
  const names = [mend(99, [1, 'a']), mend(100, [1, 'a']), mend(1_795_300_000_000, [1, 'a'])];
  expect(names.map(mendName)).toEqual(names.map(mendName).toSorted());
  expect(mendName(mend(1, [1, 'a']))).not.toBe(mendName(mend(1, [1, 'b'])));
  expect(rowsHash([{ row: 1, text: '12' }])).not.toBe(rowsHash([{ row: 11, text: '2' }]));
});
