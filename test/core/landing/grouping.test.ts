import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupIntoRuns } from '../../../core/landing/grouping.ts';
import { limits } from '../../../core/limits.ts';
import { at, landed } from '../../support/landed.ts';

const { bytesPerRunMax, filesPerRunMax } = limits;
const sizes = fc.constantFrom(0, 1, bytesPerRunMax / 2, bytesPerRunMax, bytesPerRunMax + 1);
const drops = fc
  .array(fc.record({ sizeBytes: sizes, offset: fc.nat(3), sequencer: fc.constantFrom('1', '2') }), {
    maxLength: 120,
  })
  .map((list) =>
    list.map(({ sizeBytes, offset, sequencer }, index) =>
      landed(`f${index}`, { sizeBytes, sequencer, landedAt: at(offset) }),
    ),
  );

test('every file is in exactly one run, and no run is above a limit but a single large file', () => {
  fc.assert(
    fc.property(drops, (files) => {
      const runs = groupIntoRuns(files);
      const ids = runs.flat().map(({ fileId }) => fileId);
      expect(ids.length).toBe(files.length);
      expect(new Set(ids)).toEqual(new Set(files.map(({ fileId }) => fileId)));
      for (const run of runs) {
        const bytes = run.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        expect(run.length === 1 || bytes <= bytesPerRunMax).toBe(true);
        expect(run.length).toBeLessThanOrEqual(filesPerRunMax);
        expect(run.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('the order of the notices does not change the runs', () => {
  const shuffled = drops.chain((files) =>
    fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
  );
  fc.assert(
    fc.property(shuffled, ([files, other]) => {
      expect(groupIntoRuns(other)).toEqual(groupIntoRuns(files));
    }),
  );
});

test('fifty small files are one run; the fifty-first is another', () => {
  const files = Array.from({ length: filesPerRunMax + 1 }, (_, index) => landed(`f${index}`));
  expect(groupIntoRuns(files).map(({ length }) => length)).toEqual([filesPerRunMax, 1]);
});

test('a file that is a whole table is a run of its own, in the order they landed', () => {
  const file = (name: string, ms: number) => landed(name, { landedAt: at(ms) });
  const runs = groupIntoRuns([file('b', 2), file('a', 1), file('c', 3)], { isWholeTable: true });
  expect(runs.map((files) => files.map(({ key }) => key))).toEqual([
    ['orders/a'],
    ['orders/b'],
    ['orders/c'],
  ]);
});
