import * as z from 'zod';
import { type FileCode, isFileCode, runCodes } from './codes.ts';
import { Drift } from './evolution/drift.ts';
import { ContentId, DatasetName, Fence, FileId, RunId } from './ids.ts';
import { formats } from './landing/file-options.ts';
import { Counts, LandedFile, Quality, type RunEntry } from './ledger.ts';
import { RunFacts } from './quality/summary.ts';

/**
 * What the stages hand to each other. Step Functions carries only `RunPointer` and small counts;
 * the documents lie as JSON in the clean zone, under the run and its attempt (core/layout.ts).
 */
export const RunPointer = z.object({
  runId: RunId,
  dataset: DatasetName,
  fence: Fence,
  /** Of a released run: the held attempt whose work goes on. The pipeline then begins at Gate. */
  work: Fence.optional(),
  /** Whose documents tell what is in the table, when that is not the attempt of the fence. */
  attempt: Fence.optional(),
  /** The run's rows are in the table already: only Publish is left to do. */
  from: z.literal('publish').optional(),
  /** Which start of that this is: an execution's name can be used once. */
  again: z.number().int().positive().optional(),
});
export type RunPointer = z.infer<typeof RunPointer>;

/** How the attempt that owns a run is started: from the plan, or from the work it was held with. */
export const pointerOf = ({ runId, dataset, fence, released }: RunEntry): RunPointer => ({
  ...{ runId, dataset, fence },
  ...(released === undefined ? {} : { work: released.work }),
});

export const PartPointer = RunPointer.extend({ part: z.number().int().positive() });
export type PartPointer = z.infer<typeof PartPointer>;

export const compressions = ['none', 'gzip', 'zstd', 'zip'] as const;

export const PlannedFile = LandedFile.extend({
  compression: z.enum(compressions),
  format: z.enum(formats),
});
export type PlannedFile = z.infer<typeof PlannedFile>;

/**
 * A file that ends in a stage. It stands in the stage's document, of which the first one stays;
 * the ledger follows it. So that two invocations of a stage cannot end a file in two ways.
 */
export const EndedFile = z.object({
  file: LandedFile,
  outcome: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('QUARANTINED'),
      reason: z.object({ code: z.custom<FileCode>(isFileCode), detail: z.string() }),
    }),
    z.object({ state: z.literal('DUPLICATE'), of: FileId }),
    z.object({ state: z.literal('SUPERSEDED'), by: z.string() }),
    z.object({ state: z.literal('GONE'), detail: z.string() }),
  ]),
});
export type EndedFile = z.infer<typeof EndedFile>;

/** plan → validate. Parts are numbered from 1. */
export const PlanDocument = z.object({
  ended: z.array(EndedFile).optional(),
  parts: z.array(
    z.object({ part: z.number().int().positive(), files: z.array(PlannedFile).min(1) }),
  ),
});
export type PlanDocument = z.infer<typeof PlanDocument>;

/** Cells with a value per column, over the rows that could be read (valid or not). */
export const ColumnCounts = z.record(z.string(), z.number().int().nonnegative());

export const ReasonCount = z.object({
  code: z.string(),
  field: z.string().nullable(),
  rows: z.number().int().positive(),
});
export type ReasonCount = z.infer<typeof ReasonCount>;

/** What validating one file found. `valid` rows lie in `clean`, `rejected` rows in `rejects`. */
export const ValidatedFile = z.object({
  fileId: FileId,
  contentId: ContentId,
  rowsIn: z.number().int().nonnegative(),
  valid: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
  /** Rows in which every field could be told from its neighbours. */
  wellFormed: z.number().int().nonnegative(),
  nonEmpty: ColumnCounts,
  reasons: z.array(ReasonCount),
  /** What clean rows are warned of, and how many of them have a warning. */
  warnings: z.array(ReasonCount),
  warned: z.number().int().nonnegative(),
  /** Bytes of the decompressed file: rows + framing (header, BOM, blank lines, newlines). */
  bytes: z.object({
    total: z.number().int().nonnegative(),
    rows: z.number().int().nonnegative(),
    framing: z.number().int().nonnegative(),
  }),
  /** s3:// addresses of the clean Parquet files; none when no row is valid. */
  clean: z.array(z.string()),
  /** s3:// address of the rejected rows, null when there are none. */
  rejects: z.string().nullable(),
  /** Columns that its rows have beside the declared ones; absent where there are none. */
  evolved: z.array(z.string()).optional(),
  /** Values of valid rows that are not published; absent where there are none. */
  setAside: z.number().int().positive().optional(),
  /** s3:// address of what is set aside; absent where nothing is. */
  values: z.string().optional(),
  /** How the file differs from its dataset; absent where it does not. */
  drift: z.array(Drift).optional(),
  /** True of records that were sent one by one, whose senders know of each; absent of files. */
  records: z.literal(true).optional(),
});
export type ValidatedFile = z.infer<typeof ValidatedFile>;

/** validate → transform, one per part. Refused and duplicate files are in `ended`. */
export const PartDocument = z.object({
  part: z.number(),
  files: z.array(ValidatedFile),
  ended: z.array(EndedFile).optional(),
});
export type PartDocument = z.infer<typeof PartDocument>;

/** One staged Parquet file with what the manifest needs; longs are decimal text. */
export const StagedFile = z.object({
  /** s3:// address under the table's location. */
  uri: z.string(),
  rows: z.string(),
  bytes: z.string(),
  /** Partition values as text, in the order of the spec; null is null. */
  partition: z.array(z.string().nullable()),
  columns: z.array(
    z.object({
      id: z.number().int(),
      sizeBytes: z.string().optional(),
      values: z.string().optional(),
      nulls: z.string().optional(),
      /** Bounds as DuckDB prints them; absent for classified columns. */
      min: z.string().optional(),
      max: z.string().optional(),
    }),
  ),
});
export type StagedFile = z.infer<typeof StagedFile>;

/** transform → gate, load, publish. */
export const TransformDocument = z.object({
  files: z.array(
    z.object({
      fileId: FileId,
      published: z.number().int(),
      deduplicated: z.number().int(),
      /** Valid rows that a rule over several rows rejects. */
      barred: z.number().int(),
    }),
  ),
  staged: z.array(StagedFile),
  schemaId: z.number().int(),
  specId: z.number().int(),
  /** Snapshot read of each joined dataset; null when it has none yet. */
  references: z.record(z.string(), z.string().nullable()),
  /** Published rows without a partner, per joined dataset. */
  unmatched: z.record(z.string(), z.number().int()),
  /** s3:// address of the duplicate rows, null when there are none. */
  duplicates: z.string().nullable(),
  /** What rules over several rows found; absent where a dataset has none. */
  setRules: z
    .object({
      reasons: z.array(ReasonCount),
      warnings: z.array(ReasonCount),
      warned: z.number().int().nonnegative(),
      /** s3:// addresses of the rows that they reject. */
      rejects: z.array(z.string()),
    })
    .optional(),
  /** Columns that the table was given beside the declared ones; absent where there are none. */
  evolved: z.array(z.string()).optional(),
  /** What the run's checks and its history need; absent where no row was left to measure. */
  facts: RunFacts.optional(),
});
export type TransformDocument = z.infer<typeof TransformDocument>;

/** gate → load, publish. */
export const GateDocument = z.object({
  decision: z.enum(['publish', 'hold', 'nothing']),
  counts: Counts,
  quality: Quality,
  reasons: z.array(ReasonCount),
  /** What valid rows are warned of; absent where nothing is. */
  warnings: z.array(ReasonCount).optional(),
  /** How files differed from the dataset; absent where none did. */
  drift: z.array(Drift).optional(),
  refusal: z.object({ code: z.enum(runCodes), detail: z.string() }).nullable(),
  /** What the run would be held for, had nobody released it. */
  overruled: z.object({ code: z.enum(runCodes), detail: z.string() }).optional(),
});
export type GateDocument = z.infer<typeof GateDocument>;
