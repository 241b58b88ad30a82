import { FileId, type RunId } from '../../core/ids.ts';
import {
  type Counts,
  type FileState,
  type RunEntry,
  terminalRunStates,
} from '../../core/ledger.ts';
import type { DeployedStack } from '../world.ts';
import type { Reason } from './words.ts';

/** What the ledger says of a file at last; `state` null: it never got there in the time given. */
export type Followed = {
  readonly state: FileState | 'LANDED' | null;
  readonly runId: RunId | null;
  readonly counts: Counts | null;
  readonly reason: Reason;
  readonly snapshotId: string | null;
  /** Key of the file that a DUPLICATE repeats. */
  readonly of: string | null;
};

export type Follow = {
  readonly stack: Pick<DeployedStack, 'ledger'>;
  readonly fileId: FileId;
  /** In the clock's milliseconds. */
  readonly deadline: number;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/**
 * A small file takes about a second, so the first looks come quickly; long runs are asked rarely.
 */
const firstPauseMs = 150;
const pauseMsMax = 2_000;

/** Asks the ledger until the file and its run have ended, or the time is up. */
export const follow = async (
  { stack, fileId, deadline, clock, sleep }: Follow,
  tell: (state: string) => void,
): Promise<Followed> => {
  let pauseMs = firstPauseMs;
  for (;;) {
    const file = await stack.ledger.file(fileId);
    const run = file?.runId ? await stack.ledger.run(file.runId) : undefined;
    tell(told(file?.state, run));
    const isUp = clock() >= deadline;
    // A file is settled just before its run: waiting for both, `headgate run` tells the end.
    const hasEnded = file !== undefined && file.state !== 'CLAIMED' && isOver(run);
    if (hasEnded || isUp)
      return {
        state: file?.state ?? null,
        runId: file?.runId ?? null,
        counts: file?.counts ?? null,
        reason: file?.reason ?? null,
        snapshotId: run?.snapshotId ?? null,
        of: file?.state === 'DUPLICATE' ? await keyOf(stack, file.reason) : null,
      };
    await sleep(Math.min(pauseMs, Math.max(0, deadline - clock())));
    pauseMs = Math.min(pauseMs * 1.5, pauseMsMax);
  }
};

const isOver = (run: RunEntry | undefined): boolean =>
  run === undefined || terminalRunStates.includes(run.state);

const told = (file: FileState | undefined, run: RunEntry | undefined): string => {
  if (file === undefined) return 'waiting for intake';
  return file === 'CLAIMED' ? `${run?.state ?? file} in a run` : file;
};

/** The ledger names the first file of a content by its id; a person knows it by its key. */
const keyOf = async (stack: Follow['stack'], reason: Reason): Promise<string | null> => {
  const id = FileId.safeParse(reason?.detail);
  if (!id.success) return reason?.detail ?? null;
  return (await stack.ledger.file(id.data))?.key ?? id.data;
};
