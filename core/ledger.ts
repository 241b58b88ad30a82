import * as z from 'zod';
import type { FileCode, Refusal, RunCode } from './codes.ts';
import { ContentId, DatasetName, EpochMs, Fence, FileId, RunId } from './ids.ts';

/**
 * What the ledger holds. A file is one object version; a run is the files claimed together.
 * A file is in exactly one state; all but CLAIMED are terminal and never left, with exceptions: a
 * HELD file is CLAIMED again when someone releases its run, or DISCARDED; and the content of a
 * HELD, DISCARDED or QUARANTINED file may be claimed by a new drop of the same bytes. A replay
 * claims PUBLISHED and QUARANTINED files again, and gives them back when it publishes nothing.
 */
export const fileStates = [
  'CLAIMED',
  'PUBLISHED',
  'QUARANTINED',
  'DUPLICATE',
  'SUPERSEDED',
  'HELD',
  'DISCARDED',
  'GONE',
  'IGNORED',
] as const;
export type FileState = (typeof fileStates)[number];

/**
 * CREATED (claimed, not started) → STARTED → LOADING → PUBLISHED; the others are other ends. HELD
 * waits for a person, who releases it (→ STARTED, as a new attempt) or discards it (→ DISCARDED).
 */
export const runStates = [
  'CREATED',
  'STARTED',
  'LOADING',
  'PUBLISHED',
  'HELD',
  'DISCARDED',
  'NOTHING',
  'FAILED',
] as const;
export type RunState = (typeof runStates)[number];

/** In these no stage has anything to do. */
export const terminalRunStates: readonly RunState[] = [
  'PUBLISHED',
  'HELD',
  'DISCARDED',
  'NOTHING',
  'FAILED',
];

/** Conservation: rowsIn = published + rejected + deduplicated, per file and per run. */
export const Counts = z.object({
  rowsIn: z.number().int().nonnegative(),
  published: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  deduplicated: z.number().int().nonnegative(),
  /** Values of valid rows that are kept in quarantine; absent where nothing is set aside. */
  setAside: z.number().int().positive().optional(),
});
export type Counts = z.infer<typeof Counts>;

export const noCounts: Counts = { rowsIn: 0, published: 0, rejected: 0, deduplicated: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => {
  const setAside = (a.setAside ?? 0) + (b.setAside ?? 0);
  return {
    rowsIn: a.rowsIn + b.rowsIn,
    published: a.published + b.published,
    rejected: a.rejected + b.rejected,
    deduplicated: a.deduplicated + b.deduplicated,
    ...(setAside > 0 ? { setAside } : {}),
  };
};

/** A landed object version, as its notice announced it. */
export const LandedFile = z.object({
  fileId: FileId,
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** S3's hex sequencer: orders the versions of one key. */
  sequencer: z.string(),
  landedAt: EpochMs,
});
export type LandedFile = z.infer<typeof LandedFile>;

const Reason = z.object({ code: z.string(), detail: z.string() });

/** What a file was before a replay claimed it: what it is again when the replay ends without it. */
export const Was = z.object({
  state: z.enum(['PUBLISHED', 'QUARANTINED']),
  runId: RunId,
  fence: Fence,
  counts: Counts.nullable(),
  reason: Reason.nullable(),
});
export type Was = z.infer<typeof Was>;

export const FileEntry = LandedFile.extend({
  /** Null when no dataset is declared for the key's prefix. */
  dataset: DatasetName.nullable(),
  state: z.enum(fileStates),
  /** Null for files that never joined a run (IGNORED, E_NO_DATASET, …). */
  runId: RunId.nullable(),
  fence: Fence.nullable(),
  contentId: ContentId.nullable(),
  counts: Counts.nullable(),
  /** Why it is QUARANTINED, HELD, IGNORED, GONE; for DUPLICATE and SUPERSEDED: of which file. */
  reason: Reason.nullable(),
  /** Absent unless a replay claimed the file; stays there when the replay has published it. */
  was: Was.optional(),
  updatedAt: EpochMs,
});
export type FileEntry = z.infer<typeof FileEntry>;

/** One dimension of the score: its share (0 to 1) and how much it weighs. */
export const QualityPart = z.object({
  dimension: z.string(),
  share: z.number().min(0).max(1),
  weight: z.number().positive(),
});
export type QualityPart = z.infer<typeof QualityPart>;

/** What one declared check came to. Numbers only: a finding names columns, never values. */
export const Finding = z.object({
  kind: z.string(),
  /** The check by itself, as `completeness of email`. */
  check: z.string(),
  severity: z.enum(['warn', 'hold']),
  /** `unknown`: it could not be asked yet, which holds nothing. */
  state: z.enum(['passed', 'broken', 'unknown']),
  /** One sentence with what was found and what is allowed. */
  detail: z.string(),
  numbers: z.record(z.string(), z.number()),
});
export type Finding = z.infer<typeof Finding>;

export const Quality = z.object({
  /** 0 to 100: the weighted mean of the parts, as a percentage. */
  score: z.number().min(0).max(100),
  /** Rows that passed every rule, of all rows. */
  validity: z.number().min(0).max(1),
  /** Cells with a value, of all cells of rows that could be read. */
  completeness: z.number().min(0).max(1),
  /** Rows whose key came first, of all valid rows. */
  uniqueness: z.number().min(0).max(1),
  /** Every dimension that applies, those above among them; absent in entries of older versions. */
  parts: z.array(QualityPart).optional(),
  /** What each declared check came to. */
  findings: z.array(Finding).optional(),
});
export type Quality = z.infer<typeof Quality>;

/** Who let a held run pass, when, and what it was held for. */
export const Release = z.object({
  /** ARN of the caller, as STS tells it. */
  by: z.string(),
  at: EpochMs,
  /** The attempt whose work is published; its documents and rejected rows lie under it. */
  work: Fence,
  reason: Reason,
});
export type Release = z.infer<typeof Release>;

/** Which run a replay takes the place of, and who asked for it. */
export const Replays = z.object({
  runId: RunId,
  /** Counts the replays of the same files, also those that failed. */
  generation: z.number().int().positive(),
  /** ARN of the caller, as STS tells it. */
  by: z.string(),
  at: EpochMs,
  /** What was asked for: the same words again pass over what they have replayed. */
  selection: z.string(),
});
export type Replays = z.infer<typeof Replays>;

export const RunEntry = z.object({
  runId: RunId,
  dataset: DatasetName,
  state: z.enum(runStates),
  /** Which attempt owns the run. */
  fence: Fence,
  /** Hash of the dataset's definition at the time of the claim. */
  contractVersion: z.string(),
  files: z.array(FileId).min(1),
  counts: Counts.nullable(),
  quality: Quality.nullable(),
  /** Iceberg snapshot, decimal text: it does not fit a double. */
  snapshotId: z.string().nullable(),
  reason: Reason.nullable(),
  /** Absent unless someone released the run. */
  released: Release.optional(),
  /** Of a replay. */
  replays: Replays.optional(),
  /** The newest replay of this run, whatever became of it. */
  replay: Replays.pick({ runId: true, generation: true }).optional(),
  /** The replay that took this run's place: its rows and files are that run's now. */
  replacedBy: RunId.optional(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type RunEntry = z.infer<typeof RunEntry>;

/** How a file of a run ends; `settleFile` writes it once, guarded by the fence. */
export type FileOutcome =
  | { readonly state: 'PUBLISHED'; readonly counts: Counts }
  | { readonly state: 'HELD'; readonly counts: Counts; readonly reason: Refusal<RunCode> }
  | { readonly state: 'QUARANTINED'; readonly reason: Refusal<FileCode> }
  | { readonly state: 'DUPLICATE'; readonly of: FileId }
  | { readonly state: 'SUPERSEDED'; readonly by: string }
  | { readonly state: 'GONE'; readonly detail: string };
