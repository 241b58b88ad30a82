import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EpochMs } from '../../core/ids.ts';
import { isoTime, utcStamp } from '../../core/time.ts';

const instant = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

test('every instant reads as the platform writes it', () => {
  fc.assert(
    fc.property(instant, (ms) => {
      expect(isoTime(EpochMs.parse(ms))).toBe(new Date(ms).toISOString());
    }),
  );
});

test.each([
  ['the epoch', 0, '19700101T000000Z'],
  ['a leap day', Date.UTC(2024, 1, 29, 23, 59, 59), '20240229T235959Z'],
  ['a century without a leap day', Date.UTC(2100, 2, 1), '21000301T000000Z'],
])('%s as a stamp', (_name, ms, stamp) => {
  expect(utcStamp(EpochMs.parse(ms))).toBe(stamp);
});
