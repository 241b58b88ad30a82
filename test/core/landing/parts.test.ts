import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedFile } from '../../../core/documents.ts';
import { EpochMs, FileId } from '../../../core/ids.ts';
import { inOrder, newestOnly, packParts, replaceOrder } from '../../../core/landing/parts.ts';
import { limits } from '../../../core/limits.ts';

const file = (n: number, sizeBytes: number, landedAt = 0, sequencer = '0'): PlannedFile => ({
  fileId: FileId.parse(String(n).padStart(32, '0')),
  bucket: 'landing',
  key: `orders/${n}.csv`,
  versionId: 'v',
  sizeBytes,
  sequencer,
  landedAt: EpochMs.parse(landedAt),
  compression: 'none',
  format: 'csv',
});

const files = fc
  .array(fc.nat({ max: 2 * limits.bytesPerPartMax }), { maxLength: 30 })
  .map((sizes) => sizes.map((size, n) => file(n, size)));

test('every file is in exactly one part, and only a large file makes a part too large', () => {
  fc.assert(
    fc.property(files, (all) => {
      const parts = packParts(all, false);
      expect(parts.flatMap((part) => part.files)).toEqual(inOrder(all));
      expect(parts.map((part) => part.part)).toEqual(parts.map((_, index) => index + 1));
      for (const { files: packed } of parts) {
        const bytes = packed.reduce((sum, each) => sum + each.sizeBytes, 0);
        expect(packed.length === 1 || bytes <= limits.bytesPerPartMax).toBe(true);
      }
    }),
  );
});

test('an isolated run has one file in each part', () => {
  fc.assert(
    fc.property(files, (all) => {
      expect(packParts(all, true).map((part) => part.files.length)).toEqual(all.map(() => 1));
    }),
  );
});

test('the newest whole-table file is the last that landed, whatever the order of notices', () => {
  const old = file(1, 1, 100, 'ff');
  const same = file(2, 1, 200, '0a');
  const newest = file(3, 1, 200, '0b');
  for (const order of [
    [old, same, newest],
    [newest, old, same],
    [same, newest, old],
  ])
    expect(newestOnly(order)).toEqual({ newest, superseded: [old, same] });
  expect(replaceOrder(old) < replaceOrder(same)).toBe(true);
  expect(replaceOrder(same) < replaceOrder(newest)).toBe(true);
  expect(newestOnly([])).toEqual({ newest: undefined, superseded: [] });
});
