import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { TransientError } from '../core/errors.ts';
import { type EpochMs, Fence, type FileId } from '../core/ids.ts';
import type { FileEntry, RunEntry } from '../core/ledger.ts';
import type { Ledger } from '../core/ports.ts';
import { claimedByRelease, givenBack } from '../core/replay/fields.ts';
import { discardedFields, releasedFields } from '../core/settlement.ts';
import { contentClaim, fileStatus, itemKeys } from './ledger-items.ts';
import { claimAction, giveBackAction } from './ledger-replays.ts';
import { raceTriesMax, readFiles, readRun, runState } from './ledger-runs.ts';
import { getItem, type Table, transact, updateAction } from './ledger-table.ts';

/** What a person decides of a held run. Both are one transaction, guarded by the state. */
export const ledgerDecisions = (table: Table): Pick<Ledger, 'release' | 'discard'> => ({
  release: async (runId, by, now) => {
    for (let tries = 0; tries < raceTriesMax; tries += 1) {
      const run = await readRun(table, runId);
      if (run?.state !== 'HELD')
        return run?.released === undefined ? { kind: 'not-held', run } : { kind: 'released', run };
      const held = await heldFiles(table, run, claimedByRelease);
      const taken = await takenContent(table, run, held);
      if (taken !== undefined) return taken;
      const fields = releasedFields(run, by, now);
      const file = { state: 'CLAIMED', counts: null, reason: null, fence: fields.fence } as const;
      const actions = [
        runAction(table, run, { ...fields, ...runState(fields.state, now) }),
        ...held.map((each) =>
          run.replays === undefined
            ? fileAction(table, each, file, now)
            : claimAction(table, each, { runId, fence: fields.fence }, now),
        ),
        ...held.flatMap((each) => contentAction(table, run, each, now)),
      ];
      if ((await transact(table, actions, `release ${runId}`)) === 'written')
        return { kind: 'released', run: { ...run, ...fields, updatedAt: now } };
      // Refused: a twin was first, or a file's content was taken. Read again.
    }
    throw new TransientError(`run ${runId} changed ${raceTriesMax} times`);
  },
  discard: async (runId, by, now) => {
    for (let tries = 0; tries < raceTriesMax; tries += 1) {
      const run = await readRun(table, runId);
      if (run?.state === 'DISCARDED') return { kind: 'discarded', run };
      if (run?.state !== 'HELD') return { kind: 'not-held', run };
      const held = await heldFiles(table, run, (replay, files) =>
        givenBack(replay, files, 'DISCARDED'),
      );
      const fields = discardedFields(run, by);
      const actions = [
        runAction(table, run, { ...fields, ...runState(fields.state, now) }),
        ...held.map((each) =>
          run.replays === undefined
            ? fileAction(table, each, fields, now)
            : giveBackAction(table, each, now),
        ),
      ];
      if ((await transact(table, actions, `discard ${runId}`)) === 'written')
        return { kind: 'discarded', run: { ...run, ...fields, updatedAt: now } };
    }
    throw new TransientError(`run ${runId} changed ${raceTriesMax} times`);
  },
});

/** The files a decision is about; those of a replay are never HELD, since their rows are read. */
const heldFiles = async (
  table: Table,
  run: RunEntry,
  ofReplay: (run: RunEntry, files: readonly FileEntry[]) => readonly FileEntry[],
): Promise<readonly FileEntry[]> => {
  const files = await readFiles(table, run);
  if (run.replays !== undefined) return ofReplay(run, files);
  return files.filter(({ state }) => state === 'HELD');
};

/** A file of the run whose bytes were dropped again, and belong to that other file now. */
const takenContent = async (
  table: Table,
  { dataset, runId }: RunEntry,
  held: readonly FileEntry[],
): Promise<{ kind: 'taken'; fileId: FileId; by: FileId } | undefined> => {
  for (const { fileId, contentId } of held) {
    if (contentId === null) continue;
    const key = itemKeys.content(dataset, contentId);
    const item = await getItem(table, key, `read content of ${runId}`);
    const owner = item === undefined ? fileId : contentClaim(item).owner;
    if (owner !== fileId) return { kind: 'taken', fileId, by: owner };
  }
  return undefined;
};

const runAction = (
  table: Table,
  { runId, fence }: RunEntry,
  set: Readonly<Record<string, unknown>>,
): TransactWriteItem =>
  updateAction(table, {
    key: itemKeys.run(runId),
    set,
    condition: '#fence = :fence AND #state = :held',
    values: { fence, held: 'HELD' },
  });

const fileAction = (
  table: Table,
  { fileId, runId, fence }: FileEntry,
  set: Pick<FileEntry, 'state'> & Readonly<Record<string, unknown>>,
  now: EpochMs,
): TransactWriteItem =>
  updateAction(table, {
    key: itemKeys.file(fileId),
    set: { ...set, status: fileStatus(set.state), updatedAt: now },
    condition: '#runId = :run AND #fence = :old AND #state = :held',
    values: { run: runId, old: Fence.parse(fence), held: 'HELD' },
  });

/** Claims the content anew: whoever read that its owner is held, and may take it, is too late. */
const contentAction = (
  table: Table,
  { dataset }: RunEntry,
  { fileId, contentId }: FileEntry,
  now: EpochMs,
): TransactWriteItem[] => {
  if (contentId === null) return [];
  const update = {
    key: itemKeys.content(dataset, contentId),
    set: { claimedAt: now },
    condition: '#owner = :me',
    values: { me: fileId },
  };
  return [updateAction(table, update)];
};
