import { expect, test } from 'vitest';
import { DatasetName, EpochMs } from '../../../core/ids.ts';
import { runIdOf } from '../../../core/landing/run-id.ts';
import { limits } from '../../../core/limits.ts';
import { at, landed, orders } from '../../support/landed.ts';

test('a run id tells dataset and second, and depends on the set of files only', () => {
  const ids = ['a', 'b'].map((name) => landed(name).fileId);
  const now = EpochMs.parse(Date.parse('2026-11-21T05:00:07.999Z'));
  expect(runIdOf(orders, now, ids)).toMatch(/^orders-20261121T050007Z-[0-9a-f]{10}$/);
  expect(runIdOf(orders, now, ids.toReversed())).toBe(runIdOf(orders, now, ids));
  expect(runIdOf(orders, now, ids.slice(1))).not.toBe(runIdOf(orders, now, ids));
});

test('the longest dataset name still makes a legal execution name for any attempt', () => {
  const longest = DatasetName.parse(orders.padEnd(40, 'x'));
  const name = `${runIdOf(longest, at(0), [])}-a${limits.attemptsMax}`;
  expect(name.length).toBeLessThanOrEqual(80);
});
