import { explainedReason } from '../../core/explained-reason.ts';
import type { Counts, FileEntry, RunEntry } from '../../core/ledger.ts';
import { ident, literal } from '../../core/sql.ts';
import { isoTime } from '../../core/time.ts';

type Cell = string | number | boolean | null;

/** Column and DuckDB type; the order is the table's. */
type Columns = Readonly<Record<string, string>>;

/** Rows as a relation of SQL: they are few, and a literal needs no file and no appender. */
const rowsSql = (columns: Columns, rows: readonly Readonly<Record<string, Cell>>[]): string => {
  const shape = JSON.stringify([columns]);
  const parsed = `from_json(${literal(JSON.stringify(rows))}, ${literal(shape)})`;
  const names = Object.keys(columns).map((name) => `row.${ident(name)}`);
  return `(SELECT ${names.join(', ')} FROM (SELECT unnest(${parsed}) AS row))`;
};

const countColumns: Columns = {
  rows_in: 'BIGINT',
  published: 'BIGINT',
  rejected: 'BIGINT',
  deduplicated: 'BIGINT',
  set_aside: 'BIGINT',
};

const countCells = (counts: Counts | null) => ({
  rows_in: counts?.rowsIn ?? null,
  published: counts?.published ?? null,
  rejected: counts?.rejected ?? null,
  deduplicated: counts?.deduplicated ?? null,
  set_aside: counts === null ? null : (counts.setAside ?? 0),
});

const reasonColumns: Columns = { code: 'VARCHAR', means: 'VARCHAR', detail: 'VARCHAR' };

const reasonCells = (reason: FileEntry['reason']) => ({
  code: reason?.code ?? null,
  means: explainedReason(reason)?.means ?? null,
  detail: reason?.detail ?? null,
});

/** `ledger.runs`, newest first. */
export const runRowsSql = (runs: readonly RunEntry[]): string =>
  rowsSql(
    {
      run_id: 'VARCHAR',
      dataset: 'VARCHAR',
      state: 'VARCHAR',
      attempt: 'INTEGER',
      files: 'INTEGER',
      ...countColumns,
      score: 'DOUBLE',
      snapshot_id: 'BIGINT',
      ...reasonColumns,
      contract_version: 'VARCHAR',
      replays: 'VARCHAR',
      replaced_by: 'VARCHAR',
      created_at: 'TIMESTAMPTZ',
      updated_at: 'TIMESTAMPTZ',
    },
    runs.map((run) => ({
      run_id: run.runId,
      dataset: run.dataset,
      state: run.state,
      attempt: run.fence,
      files: run.files.length,
      ...countCells(run.counts),
      score: run.quality?.score ?? null,
      snapshot_id: run.snapshotId,
      ...reasonCells(run.reason),
      contract_version: run.contractVersion,
      replays: run.replays?.runId ?? null,
      replaced_by: run.replacedBy ?? null,
      created_at: isoTime(run.createdAt),
      updated_at: isoTime(run.updatedAt),
    })),
  );

/** `ledger.files` and `quarantine.files`, newest first. */
export const fileRowsSql = (files: readonly FileEntry[]): string =>
  rowsSql(
    {
      file_id: 'VARCHAR',
      dataset: 'VARCHAR',
      state: 'VARCHAR',
      bucket: 'VARCHAR',
      key: 'VARCHAR',
      version_id: 'VARCHAR',
      size_bytes: 'BIGINT',
      run_id: 'VARCHAR',
      ...countColumns,
      ...reasonColumns,
      landed_at: 'TIMESTAMPTZ',
      updated_at: 'TIMESTAMPTZ',
    },
    files.map((file) => ({
      file_id: file.fileId,
      dataset: file.dataset,
      state: file.state,
      bucket: file.bucket,
      key: file.key,
      version_id: file.versionId,
      size_bytes: file.sizeBytes,
      run_id: file.runId,
      ...countCells(file.counts),
      ...reasonCells(file.reason),
      landed_at: isoTime(file.landedAt),
      updated_at: isoTime(file.updatedAt),
    })),
  );
