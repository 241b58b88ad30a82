import { type EpochMs, Fence, type RunId } from '../../core/ids.ts';
import { type FileEntry, RunEntry, type RunState } from '../../core/ledger.ts';
import type { Ledger } from '../../core/ports.ts';
import { claimedFields, givenBack, givenBackFields, takesPlace } from '../../core/replay/fields.ts';
import type { LedgerState } from './ledger-state.ts';

/** The files of a run as they are now. */
export const filesOf = (state: LedgerState, run: RunEntry): FileEntry[] =>
  run.files.flatMap((fileId) => state.files.get(fileId) ?? []);

/** What the in-memory ledger does for replays; each step without a pause. */
export const replays = (state: LedgerState): Pick<Ledger, 'replay' | 'contentOwner'> => ({
  replay: async (replay, replayed, files, now) => {
    if (state.runs.has(replay.runId)) return 'claimed';
    const run = state.runs.get(replayed.runId);
    const isSame =
      run?.state === replayed.state &&
      run.fence === replayed.fence &&
      run.replay?.runId === replayed.replay?.runId &&
      files.every((file) => isAsRead(state, replay.dataset, file));
    if (!isSame) return 'changed';
    const fence = Fence.parse(1);
    const entry = {
      ...{ ...replay, state: 'CREATED', fence, files: files.map(({ fileId }) => fileId) },
      ...{ counts: null, quality: null, snapshotId: null, reason: null },
      ...{ createdAt: now, updatedAt: now },
    };
    state.runs.set(replay.runId, RunEntry.parse(entry));
    const { generation } = replay.replays;
    state.runs.set(run.runId, { ...run, replay: { runId: replay.runId, generation } });
    for (const { fileId } of files) {
      const file = state.files.get(fileId);
      if (file === undefined) continue;
      const claimed = claimedFields(file, replay.runId, fence);
      state.files.set(fileId, { ...file, ...claimed, updatedAt: now });
      if (file.contentId !== null)
        state.contents.set(`${replay.dataset}/${file.contentId}`, fileId);
    }
    return 'claimed';
  },
  contentOwner: async (dataset, contentId) => state.contents.get(`${dataset}/${contentId}`),
});

const isAsRead = (state: LedgerState, dataset: string, read: FileEntry): boolean => {
  const file = state.files.get(read.fileId);
  const isOwner =
    read.contentId === null ||
    read.state === 'PUBLISHED' ||
    (state.contents.get(`${dataset}/${read.contentId}`) ?? read.fileId) === read.fileId;
  const { runId, fence } = read;
  return isOwner && file?.state === read.state && file.runId === runId && file.fence === fence;
};

/** Makes files what they were before the replay. */
export const giveBack = (
  state: LedgerState,
  files: readonly FileEntry[],
  updatedAt: EpochMs,
): void => {
  for (const file of files)
    state.files.set(file.fileId, { ...file, ...givenBackFields(file), updatedAt });
};

export const endReplay = (
  state: LedgerState,
  replay: RunEntry,
  replayedId: RunId,
  end: RunState,
  now: EpochMs,
): void => {
  const replayed = state.runs.get(replayedId);
  if (takesPlace(end) && replayed !== undefined)
    state.runs.set(replayedId, { ...replayed, replacedBy: replay.runId });
  giveBack(state, givenBack(replay, filesOf(state, replay), end), now);
};
