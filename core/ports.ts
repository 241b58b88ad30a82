import type { Refusal } from './codes.ts';
import type { DeadLetter, LetterState } from './dead-letter.ts';
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
import type { LedgerPages } from './operate/pages.ts';
import type { Sender } from './push/sender.ts';
import type { RunSummary } from './quality/summary.ts';
import type { Cursor, Marker } from './reconcile/marker.ts';
import type { RawRecord, ShardEntry } from './stream/segment.ts';

export type { ChangePage, Claims, Entities } from './entities/ports.ts';

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
  /**
   * Claims files that have ended as duplicates of files that are gone: for a new run with fence 1,
   * in one transaction. `taken`: one of them is not what it was any more.
   */
  claimAgain(run: NewRun, files: readonly FileEntry[], now: EpochMs): Promise<'claimed' | 'taken'>;
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
  /**
   * Ends the run as FAILED and its CLAIMED files as QUARANTINED, all or nothing; of a replay the
   * files are given back. Guarded as `endRun` is; again is `written`.
   */
  failRun(runId: RunId, fence: Fence, failure: RunFailure, now: EpochMs): Promise<Written>;
  /**
   * Gives the run and its CLAIMED files to the next attempt: fence + 1, state STARTED. A run that
   * is loading is left alone, unless its attempt was given up in the table before.
   */
  nextAttempt(
    runId: RunId,
    fence: Fence,
    now: EpochMs,
    loading: 'given-up' | 'left-alone',
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
} & LedgerWalks &
  LedgerLetters &
  LedgerPages;

/** What reconcile reads of the ledger, page by page. */
export type LedgerWalks = {
  /** Those of the files that have an entry, in any order. */
  files(fileIds: readonly FileId[]): Promise<readonly FileEntry[]>;
  /** Runs in one state, oldest first; `next` is the `after` of the following page. */
  runsIn(query: {
    state: RunEntry['state'];
    after: string | null;
    limit: number;
  }): Promise<{ readonly runs: readonly RunEntry[]; readonly next: string | null }>;
  /** How far the walk of the scheduled calls has come. */
  cursor(): Promise<Cursor>;
  /** `fenced`: another call moved it meanwhile; its walk goes on, and this one's move is void. */
  moveCursor(from: Cursor, marker: Marker): Promise<Written>;
};

/** Messages that intake could not take. */
export type LedgerLetters = {
  /** Once per message id; a letter that is there is left as it is. */
  recordLetter(letter: DeadLetter): Promise<void>;
  letter(messageId: string): Promise<DeadLetter | undefined>;
  /** open → redriven → resolved, or straight to the end; a letter never goes back. */
  moveLetter(messageId: string, to: LetterState, now: EpochMs): Promise<void>;
  /** Letters in one state, newest first; `next` is the `after` of the following page. */
  lettersIn(query: {
    state: LetterState;
    after: string | null;
    limit: number;
  }): Promise<{ readonly letters: readonly DeadLetter[]; readonly next: string | null }>;
};

/** Who may send records, by the hashes of their keys. */
export type Senders = {
  sender(keyHash: string): Promise<Sender | undefined>;
  /** Those that may send, newest first; the newest ones may be missing for a moment. */
  senders(limit: number): Promise<readonly Sender[]>;
  /** Once per key; a sender that is there is left as it is. */
  addSender(sender: Sender): Promise<void>;
  /** Again: the first revocation stands. */
  revokeSender(keyHash: string, now: EpochMs): Promise<void>;
};

/** How far the shards of streams have come. */
export type Shards = {
  /** As it is now; undefined of a shard that is new to us. */
  shard(stream: string, shard: string): Promise<ShardEntry | undefined>;
  /** Writes what follows the entry of `turn`. `fenced`: another call has gone on from there. */
  move(turn: number, entry: ShardEntry): Promise<Written>;
};

/** A shard read by itself: records behind `after` (null: all that are kept) up to `to`. */
export type StreamReader = {
  read(of: {
    readonly streamArn: string;
    readonly shard: string;
    readonly after: string | null;
    readonly to: string;
  }): Promise<readonly RawRecord[]>;
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
  /** True: a run that is loading is left alone, and the write counts as fenced. */
  readonly unlessLoading?: boolean;
};

/** Why a run failed, which is why its files are quarantined. */
export type RunFailure = {
  readonly reason: Refusal<'E_INTERNAL' | 'E_REPLAY'>;
  /** True: a run that is loading is left alone, and the write counts as fenced. */
  readonly unlessLoading: boolean;
};

/** Starts executions; starting the same pointer twice is a no-op, also after it has ended. */
export type Pipeline = { start(pointer: RunPointer): Promise<void> };

/** `ended`: whichever way. `unknown`: there is none of that name, or Step Functions forgot it. */
export type ExecutionStatus = 'running' | 'ended' | 'unknown';

/** Whether an attempt is still worked on, by the name of its execution. */
export type Executions = { status(name: string): Promise<ExecutionStatus> };

/** The queue that intake reads. */
export type Notices = { send(body: string): Promise<void> };

/** A version as a listing of landing gives it; delete markers are none. */
export type ListedVersion = {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly landedAt: EpochMs;
};

/** Every version there is in landing, a page at a time; `next` is the `from` of the following. */
export type LandedVersions = {
  versions(
    prefix: string,
    from: string | null,
  ): Promise<{ readonly versions: readonly ListedVersion[]; readonly next: string | null }>;
};

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
  /** Writes an object that must not be there yet. `exists`: by anyone, also by a lost reply. */
  putOnce(uri: string, bytes: Buffer | string): Promise<'written' | 'exists'>;
  upload(uri: string, path: string): Promise<void>;
  download(uri: string, path: string): Promise<void>;
  list(prefixUri: string): Promise<readonly { uri: string; sizeBytes: number; at: EpochMs }[]>;
};

type Announcement = {
  readonly type: string;
  readonly source: string;
  readonly detail: object;
  readonly at: EpochMs;
};

/** Tells the outside world that something happened to a dataset. At least once. */
export type Announcer = {
  announce(event: Announcement): Promise<void>;
  announceAll(events: readonly Announcement[]): Promise<void>;
};
