import type { RunPointer } from './documents.ts';
import type { ContentId, DatasetName, EpochMs, Fence, FileId, RunId } from './ids.ts';
import type {
  Counts,
  FileEntry,
  FileOutcome,
  LandedFile,
  Quality,
  Replays,
  RunEntry,
} from './ledger.ts';
import type { RunSummary } from './quality/summary.ts';

/**
 * Core's view of the world. Adapters implement these; tests and the simulator have fakes with
 * fault knobs. Every method may throw TransientError (trying again can help) or PermanentError.
 */
export type Clock = () => EpochMs;
export type Sleep = (ms: number) => Promise<void>;
/** Uniform in [0, 1): for backoff and file names, never for identity. */
export type Random = () => number;

/** `fenced`: a newer attempt owns the run, or the entry is terminal. The caller stops quietly. */
export type Written = 'written' | 'fenced';

export type NewRun = Pick<RunEntry, 'runId' | 'dataset' | 'contractVersion'>;
export type NewReplay = NewRun & { readonly replays: Replays };

export type Ledger = {
  file(fileId: FileId): Promise<FileEntry | undefined>;
  run(runId: RunId): Promise<RunEntry | undefined>;
  /**
   * Claims all files for a new run with fence 1 in one transaction; `taken`: one was claimed
   * before.
   */
  claim(run: NewRun, files: readonly LandedFile[], now: EpochMs): Promise<'claimed' | 'taken'>;
  /** Writes a file that never joins a run, once; an entry that exists is left as it is. */
  settleArrival(
    file: LandedFile,
    dataset: DatasetName | null,
    end: { state: 'IGNORED' | 'QUARANTINED'; reason: { code: string; detail: string } },
    now: EpochMs,
  ): Promise<void>;
  /** CREATED → STARTED; anything else is left as it is. */
  markStarted(runId: RunId, now: EpochMs): Promise<void>;
  /**
   * Ends a CLAIMED file. Guarded by runId, fence and state; the same outcome twice is `written`. A
   * file that a replay claimed from those that are published can only be published: else `fenced`.
   */
  settleFile(
    runId: RunId,
    fence: Fence,
    fileId: FileId,
    outcome: FileOutcome,
    now: EpochMs,
  ): Promise<Written>;
  /**
   * Binds content to the file that publishes it. An owner that is QUARANTINED, HELD, GONE or
   * SUPERSEDED gives way; any other owner makes this file a duplicate of it.
   */
  claimContent(
    dataset: DatasetName,
    contentId: ContentId,
    fileId: FileId,
    now: EpochMs,
  ): Promise<{ kind: 'mine' } | { kind: 'duplicate'; of: FileId }>;
  /** STARTED → LOADING: from here on nothing is given up without reading the table first. */
  markLoading(runId: RunId, fence: Fence, now: EpochMs): Promise<Written>;
  /**
   * Ends the run. Guarded by fence and non-terminal state; the same end twice is `written`. The end
   * of a replay is one transaction with what becomes of its files: see core/replay/fields.ts.
   */
  endRun(runId: RunId, fence: Fence, end: RunEnd, now: EpochMs): Promise<Written>;
  /** Gives the run and its CLAIMED files to the next attempt: fence + 1, state STARTED. */
  nextAttempt(
    runId: RunId,
    fence: Fence,
    now: EpochMs,
  ): Promise<{ kind: 'next'; fence: Fence } | { kind: 'fenced' }>;
  /**
   * One load in flight per dataset: fairness, not safety. A turn ends by itself after its lease.
   */
  takeTurn(dataset: DatasetName, runId: RunId, now: EpochMs): Promise<'taken' | 'busy'>;
  endTurn(dataset: DatasetName, runId: RunId): Promise<void>;
  /**
   * HELD → STARTED as the next attempt, and its HELD files with it, in one transaction that also
   * sees to it that no other file has taken their content since. Again: the first release stands.
   */
  release(runId: RunId, by: string, now: EpochMs): Promise<ReleaseResult>;
  /** HELD → DISCARDED, and its HELD files with it. Again: the first discard stands. */
  discard(runId: RunId, by: string, now: EpochMs): Promise<DiscardResult>;
  /**
   * Claims files of a run anew for its replay, with fence 1, in one transaction that is guarded by
   * all that the caller has read: `changed` when any of it is no longer so.
   */
  replay(
    replay: NewReplay,
    replayed: RunEntry,
    files: readonly FileEntry[],
    now: EpochMs,
  ): Promise<'claimed' | 'changed'>;
  /** The file that a content belongs to. */
  contentOwner(dataset: DatasetName, contentId: ContentId): Promise<FileId | undefined>;
  /** Remembers what a published run was like, once per run: the first summary stands. */
  remember(summary: RunSummary): Promise<void>;
  /** The summaries of a dataset's published runs, newest first. */
  history(dataset: DatasetName, limit: number): Promise<readonly RunSummary[]>;
  /** Newest first. */
  listRuns(query: { dataset?: DatasetName; limit: number }): Promise<readonly RunEntry[]>;
  listFiles(query: {
    dataset?: DatasetName;
    states?: readonly FileEntry['state'][];
    limit: number;
  }): Promise<readonly FileEntry[]>;
};

export type ReleaseResult =
  | { readonly kind: 'released'; readonly run: RunEntry }
  | { readonly kind: 'not-held'; readonly run: RunEntry | undefined }
  /** The same bytes were dropped again meanwhile: they now belong to the file `by`. */
  | { readonly kind: 'taken'; readonly fileId: FileId; readonly by: FileId };

export type DiscardResult =
  | { readonly kind: 'discarded'; readonly run: RunEntry }
  | { readonly kind: 'not-held'; readonly run: RunEntry | undefined };

export type RunEnd = {
  readonly state: 'PUBLISHED' | 'HELD' | 'NOTHING' | 'FAILED';
  readonly counts: Counts | null;
  readonly quality: Quality | null;
  readonly snapshotId: string | null;
  readonly reason: { readonly code: string; readonly detail: string } | null;
};

/** Starts executions; starting the same pointer twice is a no-op, also after it has ended. */
export type Pipeline = { start(pointer: RunPointer): Promise<void> };

/** What a HEAD of one object version tells. */
export type ObjectHead =
  | { readonly kind: 'found'; readonly sizeBytes: number; readonly landedAt: EpochMs }
  | { readonly kind: 'gone' }
  | { readonly kind: 'archived' };

/** Landing, read by version only: "the latest" may be another object than the one announced. */
export type Landing = {
  head(file: LandedFile): Promise<ObjectHead>;
  /** The first bytes of the object as it landed. */
  peek(file: LandedFile, bytes: number): Promise<Buffer | Unreadable>;
  stream(file: LandedFile): Promise<AsyncIterable<Uint8Array> | Unreadable>;
};

/** The object version was deleted, or taken to an archive class; both can happen at any time. */
export type Unreadable = 'gone' | 'archived';

/** The clean, curated and quarantine buckets. Addresses are s3://bucket/key. */
export type Store = {
  /** Throws PermanentError when the object is missing. */
  get(uri: string): Promise<Buffer>;
  put(uri: string, bytes: Buffer | string): Promise<void>;
  upload(uri: string, path: string): Promise<void>;
  download(uri: string, path: string): Promise<void>;
  list(prefixUri: string): Promise<readonly { uri: string; sizeBytes: number; at: EpochMs }[]>;
};

/** Tells the outside world that a dataset was updated. At least once. */
export type Announcer = {
  announce(event: {
    readonly type: string;
    readonly source: string;
    readonly detail: object;
    readonly at: EpochMs;
  }): Promise<void>;
};
