import { assertNever } from './assert.ts';
import { type EpochMs, Fence } from './ids.ts';
import type { FileEntry, FileOutcome, Release, RunEntry } from './ledger.ts';
import type { RunEnd } from './ports.ts';

/** The part of a file's entry that its outcome decides; the ledger and its fake write the same. */
export const outcomeFields = (
  outcome: FileOutcome,
): Pick<FileEntry, 'state' | 'counts' | 'reason'> => {
  const { state } = outcome;
  switch (state) {
    case 'PUBLISHED':
      return { state, counts: outcome.counts, reason: null };
    case 'HELD':
      return { state, counts: outcome.counts, reason: outcome.reason };
    case 'QUARANTINED':
      return { state, counts: null, reason: outcome.reason };
    case 'DUPLICATE':
      return { state, counts: null, reason: { code: state, detail: outcome.of } };
    case 'SUPERSEDED':
      return { state, counts: null, reason: { code: state, detail: outcome.by } };
    case 'GONE':
      return { state, counts: null, reason: { code: state, detail: outcome.detail } };
    default:
      return assertNever(outcome);
  }
};

/**
 * Whether a refused write had already been made, by us with a lost reply or by a twin: then it is
 * a success. The same state is enough, since runId and fence say who wrote it; a reason's words
 * may differ between two tellings of one failure.
 */
export const alreadySettled = (
  entry: Pick<FileEntry, 'runId' | 'fence' | 'state'>,
  written: Pick<FileEntry, 'runId' | 'fence' | 'state'>,
): boolean =>
  entry.runId === written.runId && entry.fence === written.fence && entry.state === written.state;

/** The same for the end of a run. */
export const alreadyEnded = (
  run: Pick<RunEntry, 'fence' | 'state' | 'snapshotId'>,
  end: Pick<RunEnd, 'state' | 'snapshotId'> & Pick<RunEntry, 'fence'>,
): boolean =>
  run.fence === end.fence && run.state === end.state && run.snapshotId === end.snapshotId;

/** States of a content's owner in which it will never publish: another file may take its place. */
export const givesWay: readonly FileEntry['state'][] = [
  'QUARANTINED',
  'HELD',
  'DISCARDED',
  'GONE',
  'SUPERSEDED',
];

/** What a release changes of a held run: a new attempt goes on with the work of the held one. */
export const releasedFields = (run: RunEntry, by: string, now: EpochMs) => {
  const reason = run.reason ?? { code: 'HELD', detail: 'held' };
  const released: Release = { by, at: now, work: run.fence, reason };
  return { state: 'STARTED', fence: Fence.parse(run.fence + 1), reason: null, released } as const;
};

/** What a discard changes of a held run and of each of its held files. */
export const discardedFields = (run: RunEntry, by: string) => {
  const was = run.reason === null ? 'held' : `held for ${run.reason.code} (${run.reason.detail})`;
  const reason = { code: 'E_DISCARDED', detail: `${by} discarded it; it was ${was}` };
  return { state: 'DISCARDED', reason } as const;
};
