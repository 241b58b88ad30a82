import { describe, expect, test } from 'vitest';
import { runIdOf } from '../../core/landing/run-id.ts';
import { fileStates } from '../../core/ledger.ts';
import { alreadyEnded, alreadySettled, givesWay } from '../../core/settlement.ts';
import { at, fence, landed, orders } from '../support/landed.ts';

// What each outcome writes is in the ledger's contract (test/support/ledger-contract.ts).
describe('a refused write was made before exactly when', () => {
  const runId = runIdOf(orders, at(0), []);
  const other = runIdOf(orders, at(0), [landed('a').fileId]);
  const written = { runId, fence: fence(1), state: 'GONE' } as const;

  test.each([
    ['everything is the same', written, true],
    ['not when the state differs', { ...written, state: 'HELD' as const }, false],
    ['not when another attempt wrote it', { ...written, fence: fence(2) }, false],
    ['not when another run wrote it', { ...written, runId: other }, false],
  ])('%s', (_name, entry, same) => {
    expect(alreadySettled(entry, written)).toBe(same);
  });

  const end = { fence: fence(1), state: 'PUBLISHED', snapshotId: '7' } as const;

  test.each([
    ['a run ended the same', end, true],
    ['not with another snapshot', { ...end, snapshotId: '8' }, false],
    ['not as another attempt', { ...end, fence: fence(2) }, false],
    ['not otherwise', { ...end, state: 'FAILED' as const }, false],
  ])('%s', (_name, run, same) => {
    expect(alreadyEnded(run, end)).toBe(same);
  });
});

test('content stays with a file that may still publish it or has', () => {
  const keeps = fileStates.filter((state) => !givesWay.includes(state));
  expect(keeps).toEqual(['CLAIMED', 'PUBLISHED', 'DUPLICATE', 'IGNORED']);
});
