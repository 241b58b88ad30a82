import { expect, test } from 'vitest';
import { decideKnown, needsStart } from '../../../core/landing/known.ts';
import { runIdOf } from '../../../core/landing/run-id.ts';
import { type FileEntry, fileStates, runStates } from '../../../core/ledger.ts';
import { at, fence, landed, orders } from '../../support/landed.ts';

const runId = runIdOf(orders, at(0), []);
const entry = (more: Partial<FileEntry>): FileEntry => ({
  ...landed('a'),
  ...{ dataset: orders, state: 'CLAIMED', runId, fence: fence(1), updatedAt: at(0) },
  ...{ contentId: null, counts: null, reason: null },
  ...more,
});

test('a file that the ledger does not know is new', () => {
  expect(decideKnown(undefined)).toEqual({ kind: 'new' });
});

test.each(fileStates.filter((state) => state !== 'CLAIMED'))('a %s file has ended', (state) => {
  expect(decideKnown(entry({ state }))).toEqual({ kind: 'ended', state });
});

test('a claimed file belongs to its run, and one without a run cannot be', () => {
  expect(decideKnown(entry({}))).toEqual({ kind: 'claimed', runId });
  expect(() => decideKnown(entry({ runId: null }))).toThrow('claimed by no run');
});

test('only a run that nobody noted as started is started again', () => {
  expect(runStates.filter((state) => needsStart({ state }))).toEqual(['CREATED']);
});
