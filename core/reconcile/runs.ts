import { pointerOf } from '../documents.ts';
import {
  type CaughtError,
  decideFailure,
  type FailureDecision,
  type LoadedRun,
} from '../failure.ts';
import type { EpochMs } from '../ids.ts';
import { type RunEntry, terminalRunStates } from '../ledger.ts';
import { limits } from '../limits.ts';
import type { TableMetadata } from '../load/table.ts';
import type { ExecutionStatus } from '../ports.ts';
import type { ReconcileFinding } from './findings.ts';

/** A run under way in the ledger, and what works on it. */
export type RunFacts = {
  readonly run: RunEntry;
  /** Of the execution of its current attempt. */
  readonly status: ExecutionStatus;
  /** The run's rows in its table; undefined when nobody looked. */
  readonly loaded?: LoadedRun | null;
  /** Of the executions that only publish, by their number; as far as anyone looked. */
  readonly published?: readonly ExecutionStatus[];
  readonly now: EpochMs;
};

/** What a run asks for before it can be judged. */
export type RunQuestion = { readonly kind: 'look-in-table' } | { readonly kind: 'look-at-starts' };

/** What ends an attempt that nobody else reported: its execution is over, the run is not. */
export const executionEnded: CaughtError = { Error: 'ExecutionEnded', Cause: '' };

/** Whether a run is left to its own way: it has ended, or something happened a moment ago. */
export const isLeftAlone = (run: RunEntry, now: EpochMs): boolean =>
  terminalRunStates.includes(run.state) || now - run.updatedAt < limits.reconcileGraceMs;

/** An execution that runs is never touched; one that is over is treated as one that failed. */
export const judgeRun = (facts: RunFacts): ReconcileFinding | RunQuestion | null => {
  const { run, status, now } = facts;
  if (isLeftAlone(run, now)) return null;
  if (status === 'running') return run.state === 'CREATED' ? unnoted(run) : null;
  if (status === 'unknown' && run.state !== 'LOADING') return unstarted(run);
  const { loaded } = facts;
  const failure = { run, fence: run.fence, error: executionEnded, part: null };
  const decision = decideFailure(loaded === undefined ? failure : { ...failure, loaded });
  return ofDecision(facts, decision);
};

const ofDecision = (
  facts: RunFacts,
  decision: FailureDecision,
): ReconcileFinding | RunQuestion | null => {
  switch (decision.kind) {
    case 'look-in-table':
      return { kind: decision.kind };
    case 'publish':
      return facts.published === undefined
        ? { kind: 'look-at-starts' }
        : halfDone(facts.run, decision.loaded, facts.published);
    case 'next-attempt':
      return stalled(facts.run, 'the next one is started');
    case 'quarantine-run':
      return stalled(facts.run, 'it was the last one');
    default:
      return null;
  }
};

const about = ({ dataset, runId: subject }: RunEntry) => ({ dataset, subject });

const unnoted = (run: RunEntry): ReconcileFinding => ({
  ...{ ...about(run), kind: 'unstarted', detail: 'it runs, and the ledger had not noted it' },
  action: { kind: 'note-start', runId: run.runId },
});

/** The same attempt again: a start that was lost is none that failed. */
const unstarted = (run: RunEntry): ReconcileFinding => ({
  ...{ ...about(run), kind: 'unstarted', detail: `attempt ${run.fence} has no execution` },
  action: { kind: 'start', pointer: pointerOf(run) },
});

const stalled = (run: RunEntry, follows: string): ReconcileFinding => ({
  ...{ ...about(run), kind: 'stalled' },
  detail: `the execution of attempt ${run.fence} is over in state ${run.state}; ${follows}`,
  action: { kind: 'fail', pointer: pointerOf(run) },
});

const halfDone = (
  run: RunEntry,
  { attempt }: LoadedRun,
  published: readonly ExecutionStatus[],
): ReconcileFinding | null => {
  if (published.includes('running')) return null;
  const free = published.indexOf('unknown');
  const started = free === -1 ? published.length : free;
  const base = { ...about(run), kind: 'half-done' } as const;
  if (started >= limits.publishStartsMax)
    return { ...base, detail: `publishing it was started ${started} times in vain`, action: null };
  const whose = attempt === null ? {} : { attempt };
  const pointer = { ...pointerOf(run), ...whose, from: 'publish', again: started + 1 } as const;
  const detail = 'its snapshot is in the table';
  return { ...base, detail, action: { kind: 'start', pointer } };
};

/** Whether a table knows the snapshot of a published run. */
export const judgePublished = (
  run: RunEntry,
  metadata: TableMetadata | undefined,
): ReconcileFinding | null => {
  const { snapshotId } = run;
  if (snapshotId === null) return null;
  const snapshots = metadata?.snapshots ?? [];
  if (snapshots.some((snapshot) => String(snapshot['snapshot-id']) === snapshotId)) return null;
  // Tables forget: what is older than all they remember says nothing.
  const oldest = Math.min(...snapshots.map((snapshot) => snapshot['timestamp-ms']));
  if (snapshots.length > 0 && run.updatedAt < oldest) return null;
  const detail = `its snapshot ${snapshotId} is not in the table`;
  return { ...about(run), kind: 'unexplained', detail, action: null };
};
