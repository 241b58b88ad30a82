import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addedBytes, type MendedRange, originalRange } from '../../../core/replay/mended-ranges.ts';

/** Rows of some lengths, one byte between two, and new lengths for some of them. */
const files = fc.array(
  fc.record({ was: fc.nat(30), now: fc.option(fc.nat(30), { nil: undefined }) }),
  { minLength: 1, maxLength: 40 },
);

test('every row is found where it lies in the original', () => {
  fc.assert(
    fc.property(files, (rows) => {
      const mended: MendedRange[] = [];
      const places: { now: [number, number]; was: [number, number] }[] = [];
      let [was, now] = [0, 0];
      for (const [index, { was: length, now: next = length }] of rows.entries()) {
        const place = {
          was: [was, was + length] as [number, number],
          now: [now, now + next] as [number, number],
        };
        if (rows[index]?.now !== undefined) mended.push({ row: index + 1, ...place });
        places.push(place);
        was += length + 1;
        now += next + 1;
      }
      const rangeOf = originalRange(mended);
      for (const [index, { now: found, was: expected }] of places.entries())
        expect(rangeOf(index + 1, ...found)).toEqual(expected);
      expect(addedBytes(mended)).toBe(now - was);
    }),
  );
});
