import * as z from 'zod';
import { Drift } from '../evolution/drift.ts';
import { fileStates, Quality, runStates } from '../ledger.ts';

/** What the routes of operators answer with, in the words of the ledger’s tables. */
const Instant = z.iso.datetime();
const Count = z.number().int().nonnegative();
const Cursor = z.string().nullable();

const Counts = z.strictObject({
  rows_in: Count,
  published: Count,
  rejected: Count,
  deduplicated: Count,
  set_aside: Count,
});

const Reason = z.strictObject({
  code: z.string(),
  detail: z.string(),
  means: z.string().nullable(),
  next: z.string().nullable(),
});

const ReasonCount = z.strictObject({
  code: z.string(),
  field: z.string().nullable(),
  rows: Count,
});

export const DatasetItem = z.strictObject({
  name: z.string(),
  domain: z.string(),
  owner: z.string(),
  description: z.string(),
  version: z.number().int(),
  contract_version: z.string(),
  write: z.enum(['append', 'replace']),
  /** The newest run that was published; null: none yet. */
  newest: z.strictObject({ run_id: z.string(), at: Instant }).nullable(),
});
export type DatasetItem = z.infer<typeof DatasetItem>;

export const DatasetList = z.strictObject({ datasets: z.array(DatasetItem) });

/** One published run in the history of a dataset. */
const Past = z.strictObject({
  run_id: z.string(),
  at: Instant,
  rows_in: Count,
  published: Count,
  rejected_share: z.number(),
  score: z.number(),
  released: z.boolean(),
});

export const DatasetAnswer = DatasetItem.extend({
  key: z.array(z.string()),
  checks: z.array(z.string()),
  /** Newest first. */
  quality: z.array(Past),
  lineage: z.strictObject({
    /** Other datasets whose tables it looks at. */
    reads: z.array(z.string()),
    mermaid: z.string(),
  }),
  /** The contract as the Open Data Contract Standard has it. */
  contract: z.record(z.string(), z.unknown()),
  /** JSON Schema of one record. */
  record_schema: z.record(z.string(), z.unknown()),
});
export type DatasetAnswer = z.infer<typeof DatasetAnswer>;

export const RunItem = z.strictObject({
  run_id: z.string(),
  dataset: z.string(),
  state: z.enum(runStates),
  attempt: z.number().int(),
  files: Count,
  counts: Counts.nullable(),
  score: z.number().nullable(),
  snapshot_id: z.string().nullable(),
  reason: Reason.nullable(),
  contract_version: z.string(),
  replays: z.string().nullable(),
  replaced_by: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});
export type RunItem = z.infer<typeof RunItem>;

export const RunList = z.strictObject({ runs: z.array(RunItem), next: Cursor });

export const FileAnswer = z.strictObject({
  file_id: z.string(),
  dataset: z.string().nullable(),
  state: z.enum(fileStates),
  bucket: z.string(),
  key: z.string(),
  version_id: z.string(),
  size_bytes: Count,
  run_id: z.string().nullable(),
  content_sha256: z.string().nullable(),
  counts: Counts.nullable(),
  reason: Reason.nullable(),
  landed_at: Instant,
  updated_at: Instant,
});
export type FileAnswer = z.infer<typeof FileAnswer>;

const By = z.strictObject({ by: z.string(), at: Instant });

export const RunAnswer = RunItem.omit({ files: true, replays: true }).extend({
  files: z.array(FileAnswer),
  quality: Quality.nullable(),
  /** Reasons of rejected rows, most frequent first; null before they are counted. */
  reasons: z.array(ReasonCount).nullable(),
  warnings: z.array(ReasonCount),
  /** How files differed from the dataset. */
  drift: z.array(Drift),
  released: By.extend({ attempt: z.number().int(), reason: Reason }).nullable(),
  replays: By.extend({
    run_id: z.string(),
    generation: z.number().int(),
    selection: z.string(),
  }).nullable(),
  /** The newest replay of it, whatever became of that. */
  replay: z.string().nullable(),
  lies: z.strictObject({
    clean: z.string(),
    quarantine: z.string(),
    table: z.string(),
    lineage: z.string().nullable(),
  }),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

export const RejectItem = z.strictObject({
  file_id: z.string(),
  row: z.number().int(),
  /** Range in the unpacked file; null where rows have none. */
  byte_start: z.number().int().nullable(),
  byte_end: z.number().int().nullable(),
  reasons: z.array(z.strictObject({ code: z.string(), field: z.string().nullable() })),
  /** True when someone mended the row and it is rejected still. */
  mended: z.boolean(),
});
export type RejectItem = z.infer<typeof RejectItem>;

export const RejectList = z.strictObject({ rejects: z.array(RejectItem), next: Cursor });

/** With the row itself: escaped as one line, and its bytes. */
const RawRejectItem = RejectItem.extend({ raw: z.string(), raw_base64: z.string() });
export const RawRejectList = z.strictObject({ rejects: z.array(RawRejectItem), next: Cursor });

/** What a run is after a decision about it. */
export const Decided = z.strictObject({
  run_id: z.string(),
  state: z.enum(runStates),
  attempt: z.number().int(),
  reason: Reason.nullable(),
});

/** What became of the replay of one run, or would. */
export const Replayed = z.strictObject({
  /** Whose rows are replaced. */
  run_id: z.string(),
  outcome: z.enum(['started', 'joined', 'done', 'refused', 'planned']),
  /** The run that replays it; of a plan: that would. */
  replay: z.string().nullable(),
  /** Files that are judged anew, and those that are left, each with its reason. */
  files: z.array(z.string()),
  left: z.array(z.strictObject({ file_id: z.string(), why: z.string() })),
  /** Why it was refused, and what to do. */
  detail: z.string().nullable(),
});
export type Replayed = z.infer<typeof Replayed>;

export const Backfilled = z.strictObject({
  dry_run: z.boolean(),
  /** The same words again pass over what they have replayed. */
  selection: z.string(),
  runs: z.array(Replayed),
  /** Null: that was all. Else the same call with it as `cursor` goes on. */
  next: Cursor,
});
