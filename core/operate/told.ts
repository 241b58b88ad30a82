import { contractVersion, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { jsonSchemaOf } from '../derive/json-schema.ts';
import { lineageGraph, sourcesOf } from '../derive/lineage-graph.ts';
import { odcsOf } from '../derive/odcs.ts';
import { explainedReason } from '../explained-reason.ts';
import type { Counts, FileEntry, RunEntry } from '../ledger.ts';
import { says } from '../quality/index.ts';
import type { RunSummary } from '../quality/summary.ts';
import { isoTime } from '../time.ts';
import type { DatasetAnswer, DatasetItem, FileAnswer, RunAnswer, RunItem } from './answers.ts';

/** Entries of the ledger and declarations, as the API tells them. */
export const toldDataset = (dataset: Dataset, newest: RunSummary | undefined): DatasetItem => {
  const { name, domain, owner, description, version, write } = dataset;
  return {
    ...{ name, domain, owner, description, version, write: write.kind },
    contract_version: contractVersion(dataset),
    newest: newest === undefined ? null : { run_id: newest.runId, at: isoTime(newest.at) },
  };
};

export const toldContract = (
  dataset: Dataset,
  history: readonly RunSummary[],
  lookup: Lookup,
): DatasetAnswer => ({
  ...toldDataset(dataset, history[0]),
  key: [...dataset.key],
  checks: dataset.quality.map(says),
  quality: history.map((run) => ({
    run_id: run.runId,
    at: isoTime(run.at),
    rows_in: run.rowsIn,
    published: run.published,
    rejected_share: run.rejectedShare,
    score: run.score,
    released: run.released,
  })),
  lineage: {
    reads: [...new Set(sourcesOf(dataset).map(({ from }) => from))],
    mermaid: lineageGraph(dataset, lookup),
  },
  contract: odcsOf(dataset, lookup),
  record_schema: jsonSchemaOf(dataset),
});

const toldCounts = (counts: Counts | null) =>
  counts === null
    ? null
    : {
        rows_in: counts.rowsIn,
        published: counts.published,
        rejected: counts.rejected,
        deduplicated: counts.deduplicated,
        set_aside: counts.setAside ?? 0,
      };

export const toldRun = (run: RunEntry): RunItem => ({
  run_id: run.runId,
  dataset: run.dataset,
  state: run.state,
  attempt: run.fence,
  files: run.files.length,
  counts: toldCounts(run.counts),
  score: run.quality?.score ?? null,
  snapshot_id: run.snapshotId,
  reason: explainedReason(run.reason),
  contract_version: run.contractVersion,
  replays: run.replays?.runId ?? null,
  replaced_by: run.replacedBy ?? null,
  created_at: isoTime(run.createdAt),
  updated_at: isoTime(run.updatedAt),
});

export const toldFile = (file: FileEntry): FileAnswer => ({
  file_id: file.fileId,
  dataset: file.dataset,
  state: file.state,
  bucket: file.bucket,
  key: file.key,
  version_id: file.versionId,
  size_bytes: file.sizeBytes,
  run_id: file.runId,
  content_sha256: file.contentId,
  counts: toldCounts(file.counts),
  reason: explainedReason(file.reason),
  landed_at: isoTime(file.landedAt),
  updated_at: isoTime(file.updatedAt),
});

/** What is told of a run besides its entry. */
type Facts = Pick<RunAnswer, 'reasons' | 'warnings' | 'drift' | 'lies'> & {
  readonly files: readonly FileEntry[];
};

export const toldWholeRun = (run: RunEntry, { files, ...facts }: Facts): RunAnswer => {
  const { released, replays } = run;
  return {
    ...toldRun(run),
    ...facts,
    files: files.map(toldFile),
    quality: run.quality,
    released:
      released === undefined
        ? null
        : {
            by: released.by,
            at: isoTime(released.at),
            attempt: released.work,
            reason: explainedReason(released.reason) ?? {
              ...released.reason,
              means: null,
              next: null,
            },
          },
    replays:
      replays === undefined
        ? null
        : {
            run_id: replays.runId,
            generation: replays.generation,
            selection: replays.selection,
            by: replays.by,
            at: isoTime(replays.at),
          },
    replay: run.replay?.runId ?? null,
  };
};
