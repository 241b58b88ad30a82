import type { Fence, FileId, RunId } from './ids.ts';
import type { Random } from './ports.ts';

/** Where things lie, said once: keys inside the clean, curated and quarantine buckets. */
const attempt = (dataset: string, runId: RunId, fence: Fence): string =>
  `${dataset}/${runId}/a${fence}`;

/**
 * Ends the names of data files. A stage may run twice within one attempt, the second time while the
 * first still lives; whoever writes the same rows to other files must not write over any that the
 * other's documents name.
 */
export const nameSuffix = (random: Random): string =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** Clean zone: Parquet files of the rows of a run, beside the documents of its stages. */
export const cleanKeys = {
  /** `name` is the file's index and `nameSuffix`. */
  rows: (dataset: string, runId: RunId, fence: Fence, fileId: FileId, name: string): string =>
    `${attempt(dataset, runId, fence)}/rows/${fileId}-${name}.parquet`,
  plan: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/plan.json`,
  /** What the Distributed Map reads: a JSON array of PartItem. */
  items: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/items.json`,
  part: (dataset: string, runId: RunId, fence: Fence, part: number): string =>
    `${attempt(dataset, runId, fence)}/part-${part}.json`,
  transform: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/transform.json`,
  /** What the valid rows of the run are like, column by column; for people. */
  profile: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/profile.json`,
  gate: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/gate.json`,
} as const;

/**
 * Quarantine: rejected and duplicate rows as Parquet, refused files as JSON. Raw stays in landing.
 */
export const quarantineKeys = {
  rejects: (dataset: string, runId: RunId, fence: Fence, fileId: FileId): string =>
    `${attempt(dataset, runId, fence)}/rejects/${fileId}.parquet`,
  /** Where all rejected rows of an attempt lie. */
  rejectsOf: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/rejects/`,
  /** Valid rows that a rule over several rows rejects. */
  barred: (dataset: string, runId: RunId, fence: Fence, fileId: FileId): string =>
    `${attempt(dataset, runId, fence)}/rejects/${fileId}-barred.parquet`,
  /** Values of published rows that the dataset has no place for. */
  values: (dataset: string, runId: RunId, fence: Fence, fileId: FileId): string =>
    `${attempt(dataset, runId, fence)}/values/${fileId}.parquet`,
  duplicates: (dataset: string, runId: RunId, fence: Fence): string =>
    `${attempt(dataset, runId, fence)}/duplicates.parquet`,
  /** What stands in the place of rejected rows of a file; in the order of their names. */
  mends: (dataset: string, fileId: FileId): string => `${dataset}/_mends/${fileId}/`,
  mend: (dataset: string, fileId: FileId, name: string): string =>
    `${dataset}/_mends/${fileId}/${name}.json`,
  /** `dataset` is `_` for files of no dataset. */
  refusedFile: (dataset: string, fileId: FileId): string => `${dataset}/_files/${fileId}.json`,
} as const;

/** Curated zone: the Iceberg table of a dataset, and the lineage event of each run. */
export const curatedKeys = {
  table: (dataset: string): string => dataset,
  /** `name` is the file's index and `nameSuffix`. */
  data: (dataset: string, runId: RunId, fence: Fence, name: string): string =>
    `${dataset}/data/${runId}-a${fence}-${name}.parquet`,
  lineage: (dataset: string, runId: RunId): string => `_lineage/${dataset}/${runId}.json`,
} as const;

export const s3Uri = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
