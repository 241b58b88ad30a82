import { TransientError } from '../core/errors.ts';
import type { EpochMs, Fence, RunId } from '../core/ids.ts';
import { type FileEntry, terminalRunStates } from '../core/ledger.ts';
import type { RunFailure, Written } from '../core/ports.ts';
import { alreadyEnded } from '../core/settlement.ts';
import { fileStatus, itemKeys } from './ledger-items.ts';
import { endReplay } from './ledger-replays.ts';
import { openRun, raceTriesMax, readFiles, readRun, runState } from './ledger-runs.ts';
import { type Table, transact, updateAction } from './ledger-table.ts';

/**
 * Ends a run that failed together with those of its files that are still claimed. Were they ended
 * one after the other, a load that wakes meanwhile could publish rows of a quarantined file.
 */
export const failRun = async (
  table: Table,
  runId: RunId,
  fence: Fence,
  { reason, unlessLoading }: RunFailure,
  now: EpochMs,
): Promise<Written> => {
  const none = { counts: null, quality: null, snapshotId: null };
  const end = { state: 'FAILED' as const, ...none, reason };
  for (let tries = 0; tries < raceTriesMax; tries += 1) {
    const run = await readRun(table, runId);
    if (run?.replays !== undefined)
      return await endReplay(table, runId, fence, { ...end, unlessLoading }, now);
    if (run?.fence !== fence || (unlessLoading && run.state === 'LOADING')) return 'fenced';
    if (terminalRunStates.includes(run.state))
      return alreadyEnded(run, { ...end, fence }) ? 'written' : 'fenced';
    const claimed = (await readFiles(table, run)).filter(({ state }) => state === 'CLAIMED');
    const actions = [
      updateAction(table, {
        key: itemKeys.run(runId),
        set: { ...runState(end.state, now), ...end },
        ...openRun(fence, unlessLoading),
      }),
      ...claimed.map((file) => quarantineAction(table, file, { runId, fence, reason, now })),
    ];
    if ((await transact(table, actions, `fail ${runId}`)) === 'written') return 'written';
    // Refused: a file was settled, the run went on, or a twin was first. Read again.
  }
  throw new TransientError(`the files of ${runId} changed ${raceTriesMax} times`);
};

type Failing = Pick<RunFailure, 'reason'> & {
  readonly runId: RunId;
  readonly fence: Fence;
  readonly now: EpochMs;
};

const quarantineAction = (
  table: Table,
  { fileId }: FileEntry,
  { runId, fence, reason, now }: Failing,
) => {
  const fields = { state: 'QUARANTINED', counts: null, reason } as const;
  return updateAction(table, {
    key: itemKeys.file(fileId),
    set: { ...fields, status: fileStatus(fields.state), updatedAt: now },
    condition: '#runId = :run AND #fence = :fence AND #state = :claimed',
    values: { run: runId, fence, claimed: 'CLAIMED' },
  });
};
