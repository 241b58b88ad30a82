import { assert } from '../assert.ts';
import type { RunId } from '../ids.ts';
import type { FileEntry, FileState, RunEntry } from '../ledger.ts';

/** What a notice asks for, given what the ledger already holds of its file. */
export type Known =
  | { readonly kind: 'new' }
  | { readonly kind: 'ended'; readonly state: FileState }
  /** Claimed: its run may have been claimed and never started. */
  | { readonly kind: 'claimed'; readonly runId: RunId };

/** S3 and SQS both deliver at least once, so a second notice is normal, not an error. */
export const decideKnown = (entry: FileEntry | undefined): Known => {
  if (entry === undefined) return { kind: 'new' };
  if (entry.state !== 'CLAIMED') return { kind: 'ended', state: entry.state };
  assert(entry.runId !== null, `file ${entry.fileId} is claimed by no run`);
  return { kind: 'claimed', runId: entry.runId };
};

/**
 * Whether a redelivered notice must start the run again: it was claimed, and the worker that
 * claimed it died before it noted the start. Starting twice is a no-op, not starting is a loss.
 */
export const needsStart = (run: Pick<RunEntry, 'state'>): boolean => run.state === 'CREATED';
