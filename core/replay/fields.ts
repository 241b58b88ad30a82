import { assert } from '../assert.ts';
import type { Fence, FileId, RunId } from '../ids.ts';
import type { FileEntry, FileState, RunEntry, RunState, Was } from '../ledger.ts';

/** What a replay changes of a file that it claims; the ledger and its fake write the same. */
export const claimedFields = (file: FileEntry, runId: RunId, fence: Fence) => {
  const claimed = { state: 'CLAIMED', runId, fence, counts: null, reason: null } as const;
  return { ...claimed, was: wasOf(file) };
};

const wasOf = (file: FileEntry): Was => {
  const { state, runId, fence, counts, reason } = file;
  assert(isReplayable(state), `file ${file.fileId} is ${state}, of which nothing is replayed`);
  assert(runId !== null && fence !== null, `file ${file.fileId} is of no run`);
  return { state, runId, fence, counts, reason };
};

/** Of these a replay can come to another end; every other state is someone's last word. */
export const isReplayable = (state: FileState): state is Was['state'] =>
  state === 'PUBLISHED' || state === 'QUARANTINED';

/** What a file is again when the replay that claimed it has ended without it. */
export const givenBackFields = (file: FileEntry): Was => {
  assert(file.was !== undefined, `file ${file.fileId} was claimed by a replay`);
  const { state, runId, fence, counts, reason } = file.was;
  return { state, runId, fence, counts, reason };
};

/**
 * Files that a replay gives back when it ends so. A held one may still publish: it keeps what has
 * ended in it, and gives back what would be published, whose old rows are what readers see.
 */
export const givenBack = (
  { runId }: Pick<RunEntry, 'runId'>,
  files: readonly FileEntry[],
  end: RunState,
): FileEntry[] => {
  const own = files.filter((file) => file.runId === runId && file.was !== undefined);
  if (end === 'HELD') return own.filter(({ state }) => state === 'CLAIMED');
  if (end === 'FAILED' || end === 'DISCARDED')
    return own.filter(({ state }) => state !== 'PUBLISHED');
  return [];
};

/** Whether a replay that ends so stands in the place of the run it replays. */
export const takesPlace = (end: RunState): boolean => end === 'PUBLISHED' || end === 'NOTHING';

/**
 * Whether what a run found is what holds of its files: else another run has its place, or it is a
 * replay that has not taken one.
 */
export const stands = ({
  state,
  replays,
  replacedBy,
}: Pick<RunEntry, 'state' | 'replays' | 'replacedBy'>): boolean =>
  replacedBy === undefined && (replays === undefined || takesPlace(state));

/** Files of a held replay that its release claims again: those that it gave back. */
export const claimedByRelease = (
  { replays }: Pick<RunEntry, 'replays'>,
  files: readonly FileEntry[],
): FileEntry[] => files.filter((file) => file.runId === replays?.runId && isReplayable(file.state));

/**
 * Whether the rows of a file are those of the run that is replayed, which its replay takes out of
 * the table as a whole: then the file must be published again, or nothing is.
 */
export const mustPublish = (file: { readonly was?: Was | undefined }): boolean =>
  file.was?.state === 'PUBLISHED';

/** Why a replay was refused for the sake of one file. */
export const lostFile = (fileId: FileId, code: string, detail: string): string =>
  `file ${fileId} is published, and would not be again: ${code}, ${detail}`;
