import type { RunPointer } from '../documents.ts';
import type { DatasetName, RunId } from '../ids.ts';
import type { Announced } from '../landing/notice.ts';
import type { FileEntry } from '../ledger.ts';

type Words = {
  /** Counted under this name by functions/reconcile. */
  readonly metric: string;
  readonly means: string;
  /** What reconcile does about it; absent where it only tells. */
  readonly does?: string;
  /** What a person does where reconcile does nothing. */
  readonly next: string;
};

/** Everything reconcile finds, one word each; docs/operations.md has the same table. */
export const findingKinds = {
  untracked: {
    metric: 'FindingsUntracked',
    means: 'a landed version is not in the ledger: its notice was lost, or never came',
    does: 'its notice is sent to intake again',
    next: 'Intake gives up on its notice: mend what its log names, then npx headgate redrive --all',
  },
  stranded: {
    metric: 'FindingsStranded',
    means: 'a file is the duplicate of one that is gone: its rows are nowhere',
    does: 'it is claimed anew, by a run of its own',
    next: 'Nothing: the next call of reconcile claims it.',
  },
  unstarted: {
    metric: 'FindingsUnstarted',
    means: 'a run was claimed and no execution works on it',
    does: 'its execution is started',
    next: 'Nothing: the next call of reconcile starts it.',
  },
  stalled: {
    metric: 'FindingsStalled',
    means: 'a run is under way in the ledger, and its execution has ended',
    does: 'its next attempt is started, or its files are quarantined when all are used up',
    next: 'Look at the run: npx headgate run RUN',
  },
  'half-done': {
    metric: 'FindingsHalfDone',
    means: 'the rows of a run are in the table, and the ledger does not say so',
    does: 'an execution is started that only publishes',
    next: 'Read why Publish fails (npx headgate run RUN, the log of publish), mend it and start the pipeline with this run again.',
  },
  orphaned: {
    metric: 'FindingsOrphaned',
    means: 'a file in the curated zone belongs to no snapshot of its table; it only takes room',
    next: 'Nothing has to be done; it may be deleted.',
  },
  missing: {
    metric: 'FindingsMissing',
    means: 'a data file of the current snapshot is gone: the table cannot be read whole',
    next: 'Find who deleted it. Drop the files of its run again under new bytes, or roll the table back.',
  },
  unexplained: {
    metric: 'FindingsUnexplained',
    means: 'the ledger says more than lies there: a reason object, or a snapshot, is missing',
    does: 'the reason object is written again',
    next: 'The table does not know the snapshot of this run: find who changed the table or its catalogue.',
  },
  letter: {
    metric: 'FindingsLetters',
    means: 'a dead letter whose file is in the ledger meanwhile',
    does: 'it is resolved',
    next: 'Nothing.',
  },
} as const satisfies Record<string, Words>;
export type FindingKind = keyof typeof findingKinds;

/** What reconcile does about a finding. Each is safe to repeat, and safe to do twice at once. */
export type Action =
  | { readonly kind: 'announce'; readonly object: Announced }
  | { readonly kind: 'claim-again'; readonly entry: FileEntry }
  /** Started before, and not noted: only the ledger lags. */
  | { readonly kind: 'note-start'; readonly runId: RunId }
  | { readonly kind: 'start'; readonly pointer: RunPointer }
  /** As the pipeline does when an execution fails; see core/failure.ts. */
  | { readonly kind: 'fail'; readonly pointer: RunPointer }
  | { readonly kind: 'explain'; readonly entry: FileEntry }
  | { readonly kind: 'resolve'; readonly messageId: string };

/** One thing that is not as the ledger says. Ids and addresses only, never a value of a row. */
export type ReconcileFinding = {
  readonly kind: FindingKind;
  readonly dataset: DatasetName | null;
  /** The id of the file, run or message, or the address of the object. */
  readonly subject: string;
  readonly detail: string;
  readonly sizeBytes?: number;
  /** Null: reconcile only tells. */
  readonly action: Action | null;
};

/** What only takes room loses nothing; everything else that is only told asks for a person. */
export const needsPerson = ({ kind, action }: ReconcileFinding): boolean =>
  action === null && kind !== 'orphaned';

/** What follows: what reconcile does, or what a person can do. */
export const nextStep = (finding: ReconcileFinding): string => {
  const words: Words = findingKinds[finding.kind];
  return finding.action === null
    ? words.next.replaceAll(/\bRUN\b/g, finding.subject)
    : (words.does ?? words.next);
};
