import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { type EpochMs, Fence } from '../core/ids.ts';
import type { LandedFile, RunEntry } from '../core/ledger.ts';
import type { Ledger, NewRun } from '../core/ports.ts';
import { fileItem, fileStatus, itemKeys, runItem } from './ledger-items.ts';
import { readRun } from './ledger-runs.ts';
import { createAction, type Table, transact, updateAction } from './ledger-table.ts';

const firstFence = Fence.parse(1);

/** How files come to be a new run's: all of them with the run, in one transaction. */
export const ledgerClaims = (table: Table): Pick<Ledger, 'claim' | 'claimAgain'> => ({
  claim: async (run, files, now) => {
    const owned = { ...{ dataset: run.dataset, runId: run.runId }, fence: firstFence } as const;
    const none = { contentId: null, counts: null, reason: null } as const;
    const claimed = { ...owned, ...none, state: 'CLAIMED', updatedAt: now } as const;
    const actions = files.map((file) => createAction(table, fileItem({ ...file, ...claimed })));
    return await claimedBy(table, newRun(run, files, now), actions);
  },
  claimAgain: async (run, files, now) => {
    const set = { runId: run.runId, fence: firstFence, reason: null, counts: null };
    const claimed = { ...set, state: 'CLAIMED', status: fileStatus('CLAIMED'), updatedAt: now };
    const actions = files.map(({ fileId, runId, state }) =>
      updateAction(table, {
        ...{ key: itemKeys.file(fileId), set: claimed },
        condition: '#runId = :was AND #state = :found',
        values: { was: runId, found: state },
      }),
    );
    return await claimedBy(table, newRun(run, files, now), actions);
  },
});

/** The entry of a run that has just claimed its files, a replay's too. */
export const newRun = (run: NewRun, files: readonly LandedFile[], now: EpochMs): RunEntry => ({
  ...{ ...run, state: 'CREATED', fence: firstFence, files: files.map(({ fileId }) => fileId) },
  ...{ counts: null, quality: null, snapshotId: null, reason: null },
  ...{ createdAt: now, updatedAt: now },
});

const claimedBy = async (
  table: Table,
  run: RunEntry,
  actions: readonly TransactWriteItem[],
): Promise<'claimed' | 'taken'> => {
  const all = [createAction(table, runItem(run)), ...actions];
  if ((await transact(table, all, `claim ${run.runId}`)) === 'written') return 'claimed';
  // A run id is a hash of its files: the same run is our own claim, whose reply was lost.
  const found = await readRun(table, run.runId);
  return found !== undefined && sameFiles(found.files, run.files) ? 'claimed' : 'taken';
};

const sameFiles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join();
