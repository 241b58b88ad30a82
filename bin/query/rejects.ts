import { DuckDBBlobValue, type DuckDBValue } from '@duckdb/node-api';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { DatasetName, type FileId, type RunId } from '../../core/ids.ts';
import type { FileEntry } from '../../core/ledger.ts';
import { rawText } from '../../core/raw-text.ts';
import { list, literal } from '../../core/sql.ts';
import type { DeployedStack } from '../world.ts';
import { openDuck } from './engine.ts';
import { type Fetching, readyTables } from './query.ts';
import { type AttemptFile, attemptFiles, rejectsSql } from './tables.ts';
import { jsonOf } from './values.ts';

/** One rejected row, with all that is needed to find it in its source and mend it. */
export type RejectedRow = {
  readonly runId: RunId;
  readonly fileId: string;
  /** Key in landing; null when the ledger no longer knows the file. */
  readonly key: string | null;
  readonly row: number;
  /** Range in the decompressed file. */
  readonly byteStart: unknown;
  readonly byteEnd: unknown;
  readonly reasons: readonly { readonly code: string; readonly field: string | null }[];
  /** Escaped, one line. */
  readonly raw: string;
  /** The bytes themselves, for programs. */
  readonly rawBase64: string;
  /** True when `raw` is what someone put in the place of the row's own bytes. */
  readonly mended: boolean;
};

export type RejectsRequest = Omit<Fetching, 'store'> & {
  readonly stack: Pick<DeployedStack, 'ledger' | 'store' | 'outputs'>;
  readonly dataset: Pick<Dataset, 'name'>;
  readonly runId?: RunId;
  readonly limit: number;
};

const Reasons = z.array(z.object({ code: z.string(), field: z.string().nullable() }));

/** Rejected rows of the newest runs first, in the order of their files, and how many in all. */
export const readRejects = async (
  request: RejectsRequest,
): Promise<{ readonly rows: readonly RejectedRow[]; readonly total: number }> => {
  const { stack, dataset, runId, limit } = request;
  const bucket = stack.outputs.QuarantineBucket;
  const files = await attemptFiles({ stack }, bucket, dataset, 'rejects', runId);
  if (files.length === 0) return { rows: [], total: 0 };
  // Run ids begin with their time, so that the newest run sorts last.
  files.sort((a, b) => (a.uri < b.uri ? 1 : -1));
  const connection = await openDuck();
  const sql = (paths: readonly string[]): string =>
    `(SELECT *, list_position([${list(paths.map(literal))}], filename) AS file_at
      FROM ${rejectsSql(paths, ['filename'])})`;
  const plan = { name: { schema: 'quarantine', table: 'rows' }, files, sql };
  await readyTables(connection, [plan], { ...request, store: stack.store });
  const counted = await connection.runAndReadAll('SELECT count(*) FROM quarantine.rows');
  const reader = await connection.runAndReadAll(
    `SELECT file_at, _row, byte_start, byte_end, raw, reasons, mended FROM quarantine.rows
     ORDER BY file_at, _row LIMIT ${limit}`,
  );
  connection.closeSync();
  const shown = reader.getRows().flatMap(([at, ...row]) => {
    const file = files[Number(at) - 1];
    return file === undefined ? [] : [{ file, row }];
  });
  const keys = await keysOf(
    stack,
    shown.map(({ file }) => file),
  );
  const rows = shown.map(({ file, row }) => rejectedRow(file, keys.get(file.fileId) ?? null, row));
  return { rows, total: Number(counted.getRows()[0]?.[0]) };
};

/** Every code that a rejected row of a run has, each once. */
export const readReasons = async (
  stack: RejectsRequest['stack'] & Pick<DeployedStack, 'where'>,
  runId: RunId,
): Promise<string[]> => {
  const dataset = { name: DatasetName.parse(runId.slice(0, runId.indexOf('-'))) };
  const bucket = stack.outputs.QuarantineBucket;
  const files = await attemptFiles({ stack }, bucket, dataset, 'rejects', runId);
  if (files.length === 0) return [];
  const connection = await openDuck();
  const plan = { name: { schema: 'quarantine', table: 'rows' }, files, sql: rejectsSql };
  const fetching = { scope: stack.where, maxBytes: readReasonsBytesMax, tell: () => undefined };
  const instead = 'Name the runs one by one.';
  await readyTables(connection, [plan], { ...fetching, instead, store: stack.store });
  const reader = await connection.runAndReadAll(
    'SELECT DISTINCT reason.code FROM (SELECT unnest(reasons) AS reason FROM quarantine.rows)',
  );
  connection.closeSync();
  return reader.getRows().map(([code]) => String(code));
};
const readReasonsBytesMax = 2_000_000_000;

/** Only of files whose rows may be shown: the ledger is asked once per file. */
export const keysOf = async (
  { ledger }: Pick<RejectsRequest['stack'], 'ledger'>,
  files: readonly AttemptFile[],
): Promise<ReadonlyMap<FileId, string>> => {
  const ids = [...new Set(files.map(({ fileId }) => fileId))];
  const found = await Promise.all(ids.map((fileId) => ledger.file(fileId)));
  return new Map(found.flatMap((file) => (file === undefined ? [] : [[file.fileId, file.key]])));
};

const rejectedRow = (
  { runId, fileId }: AttemptFile,
  key: string | null,
  [
    row = null,
    start = null,
    end = null,
    raw = null,
    reasons = null,
    mended = null,
  ]: readonly DuckDBValue[],
): RejectedRow => {
  const bytes = raw instanceof DuckDBBlobValue ? raw.bytes : Buffer.from(String(raw ?? ''));
  return {
    runId,
    fileId,
    key,
    row: Number(row),
    byteStart: jsonOf(start),
    byteEnd: jsonOf(end),
    reasons: Reasons.parse(jsonOf(reasons)),
    raw: rawText(bytes),
    rawBase64: Buffer.from(bytes).toString('base64'),
    mended: mended === true,
  };
};

/** Files that were refused as a whole: of the run, or the newest of the dataset. */
export const readRefusedFiles = async ({
  stack: { ledger },
  dataset,
  runId,
  limit,
}: Pick<RejectsRequest, 'dataset' | 'runId' | 'limit'> & {
  readonly stack: Pick<DeployedStack, 'ledger'>;
}): Promise<FileEntry[]> => {
  if (runId === undefined)
    return [...(await ledger.listFiles({ dataset: dataset.name, states: ['QUARANTINED'], limit }))];
  const run = await ledger.run(runId);
  const files = await Promise.all((run?.files ?? []).map((fileId) => ledger.file(fileId)));
  return files
    .filter((file) => file !== undefined)
    .filter((file) => file.state === 'QUARANTINED')
    .slice(0, limit);
};
