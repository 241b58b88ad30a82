import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { TransientError } from '../core/errors.ts';
import type { EpochMs, Fence, RunId } from '../core/ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../core/ledger.ts';
import type { Ledger, RunEnd, Written } from '../core/ports.ts';
import { claimedFields, givenBack, givenBackFields, takesPlace } from '../core/replay/fields.ts';
import { alreadyEnded } from '../core/settlement.ts';
import { newRun } from './ledger-claims.ts';
import { contentClaim, fileStatus, itemKeys, runItem, toFile } from './ledger-items.ts';
import { openRun, raceTriesMax, readRun, runState } from './ledger-runs.ts';
import { createAction, getItem, type Table, transact, updateAction } from './ledger-table.ts';

/** How the files of a run are claimed once more, and by whom their content is owned. */
export const ledgerReplays = (table: Table): Pick<Ledger, 'replay' | 'contentOwner'> => ({
  replay: async (replay, replayed, files, now) => {
    const { runId, replays } = replay;
    const entry = newRun(replay, files, now);
    const actions = [
      createAction(table, runItem(entry)),
      replayedAction(table, replayed, { runId, generation: replays.generation }),
      ...files.map((file) => claimAction(table, file, entry, now)),
      ...files.flatMap((file) => contentAction(table, replay.dataset, file, now)),
    ];
    if ((await transact(table, actions, `claim ${runId}`)) === 'written') return 'claimed';
    // A lost reply: the run is named by what it replays, and by the second.
    return (await readRun(table, runId)) === undefined ? 'changed' : 'claimed';
  },
  contentOwner: async (dataset, contentId) => {
    const item = await getItem(table, itemKeys.content(dataset, contentId), 'read a content');
    return item === undefined ? undefined : contentClaim(item).owner;
  },
});

/** Of two replays of one run at once only one finds the run as it has read it. */
const replayedAction = (
  table: Table,
  { runId, fence, state, replay: before }: RunEntry,
  replay: NonNullable<RunEntry['replay']>,
): TransactWriteItem => {
  const same = before === undefined ? 'attribute_not_exists(#replay)' : '#replay.#runId = :before';
  return updateAction(table, {
    key: itemKeys.run(runId),
    set: { replay },
    condition: `#fence = :fence AND #state = :state AND ${same}`,
    values: { fence, state, ...(before === undefined ? {} : { before: before.runId }) },
  });
};

/** Claims a file for a replay, as long as it is what it was when it was read. */
export const claimAction = (
  table: Table,
  file: FileEntry,
  replay: Pick<RunEntry, 'runId' | 'fence'>,
  now: EpochMs,
): TransactWriteItem =>
  ownFileAction(table, file, claimedFields(file, replay.runId, replay.fence), now);

/** Makes a file what it was before the replay. */
export const giveBackAction = (table: Table, file: FileEntry, now: EpochMs): TransactWriteItem =>
  ownFileAction(table, file, givenBackFields(file), now);

const ownFileAction = (
  table: Table,
  { fileId, runId, fence, state }: FileEntry,
  set: Pick<FileEntry, 'state'>,
  now: EpochMs,
): TransactWriteItem =>
  updateAction(table, {
    key: itemKeys.file(fileId),
    set: { ...set, status: fileStatus(set.state), updatedAt: now },
    condition: '#runId = :run AND #fence = :old AND #state = :found',
    values: { run: runId, old: fence, found: state },
  });

/**
 * Claims the content anew: who read that its owner is quarantined, and may take it, is too late.
 * The content of a published file gives way to nobody.
 */
const contentAction = (
  table: Table,
  dataset: RunEntry['dataset'],
  { fileId, contentId, state }: FileEntry,
  now: EpochMs,
): TransactWriteItem[] => {
  if (contentId === null || state === 'PUBLISHED') return [];
  const update = {
    key: itemKeys.content(dataset, contentId),
    set: { owner: fileId, claimedAt: now },
    condition: 'attribute_not_exists(pk) OR #owner = :me',
    values: { me: fileId },
  };
  return [updateAction(table, update)];
};

/** One by one: the stages that end a replay may not read in batches. */
export const readEach = async (table: Table, run: RunEntry): Promise<FileEntry[]> => {
  const reading = `read files of ${run.runId}`;
  const items = await Promise.all(
    run.files.map((fileId) => getItem(table, itemKeys.file(fileId), reading)),
  );
  return items.flatMap((item) => (item === undefined ? [] : [toFile(item)]));
};

const isLeft = ({ state }: RunEntry, unlessLoading: boolean): boolean =>
  unlessLoading && state === 'LOADING';

/** Ends a replay together with what it gives back, or with the run whose place it takes. */
export const endReplay = async (
  table: Table,
  runId: RunId,
  fence: Fence,
  { unlessLoading = false, ...end }: RunEnd,
  now: EpochMs,
): Promise<Written> => {
  for (let tries = 0; tries < raceTriesMax; tries += 1) {
    const run = await readRun(table, runId);
    if (run?.fence !== fence || isLeft(run, unlessLoading)) return 'fenced';
    if (terminalRunStates.includes(run.state))
      return alreadyEnded(run, { ...end, fence }) ? 'written' : 'fenced';
    const actions = [
      updateAction(table, {
        key: itemKeys.run(runId),
        set: { ...runState(end.state, now), ...end },
        ...openRun(fence, unlessLoading),
      }),
      ...(takesPlace(end.state) ? [placeAction(table, run)] : []),
      ...givenBack(run, await readEach(table, run), end.state).map((file) =>
        giveBackAction(table, file, now),
      ),
    ];
    if ((await transact(table, actions, `end ${runId}`)) === 'written') return 'written';
    // Refused: a file was settled, or a twin was first. Read again.
  }
  throw new TransientError(`the files of ${runId} changed ${raceTriesMax} times`);
};

const placeAction = (table: Table, { runId, replays }: RunEntry): TransactWriteItem =>
  updateAction(table, {
    key: itemKeys.run(replays?.runId ?? runId),
    set: { replacedBy: runId },
    condition: '#replay.#runId = :me',
    values: { me: runId },
  });
