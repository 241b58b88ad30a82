import type { DuckDBValue } from '@duckdb/node-api';
import type { FileId, RunId } from '../../core/ids.ts';
import { rawText } from '../../core/raw-text.ts';
import { list, literal } from '../../core/sql.ts';
import { openDuck } from './engine.ts';
import { readyTables } from './query.ts';
import { keysOf, type RejectsRequest } from './rejects.ts';
import { type AttemptFile, attemptFiles, setAsideSql } from './tables.ts';

/** A value that is not published although its row is. */
export type SetAsideValue = {
  readonly runId: RunId;
  readonly fileId: FileId;
  /** Key in landing; null when the ledger no longer knows the file. */
  readonly key: string | null;
  /** Null where it is missing in every row. */
  readonly row: number | null;
  readonly column: string;
  readonly code: string;
  /** Escaped, one line; null where the file has no such column. */
  readonly value: string | null;
};

/** Values of the newest runs first, in the order of their files, and how many there are. */
export const readSetAside = async (
  request: RejectsRequest,
): Promise<{ readonly values: readonly SetAsideValue[]; readonly total: number }> => {
  const { stack, dataset, runId, limit } = request;
  const bucket = stack.outputs.QuarantineBucket;
  const files = await attemptFiles({ stack }, bucket, dataset, 'values', runId);
  if (files.length === 0) return { values: [], total: 0 };
  files.sort((a, b) => (a.uri < b.uri ? 1 : -1));
  const connection = await openDuck();
  const sql = (paths: readonly string[]): string =>
    `(SELECT *, list_position([${list(paths.map(literal))}], filename) AS file_at
      FROM ${setAsideSql(paths)})`;
  const plan = { name: { schema: 'set_aside', table: 'cells' }, files, sql };
  await readyTables(connection, [plan], { ...request, store: stack.store });
  const counted = await connection.runAndReadAll('SELECT count(*) FROM set_aside.cells');
  const reader = await connection.runAndReadAll(
    `SELECT file_at, _row, "column", code, value FROM set_aside.cells
     ORDER BY file_at, _row NULLS FIRST, "column" LIMIT ${limit}`,
  );
  connection.closeSync();
  const shown = reader.getRows().flatMap(([at, ...cells]) => {
    const file = files[Number(at) - 1];
    return file === undefined ? [] : [{ file, cells }];
  });
  const keys = await keysOf(
    stack,
    shown.map(({ file }) => file),
  );
  const values = shown.map(({ file, cells }) =>
    setAsideValue(file, keys.get(file.fileId) ?? null, cells),
  );
  return { values, total: Number(counted.getRows()[0]?.[0]) };
};

const setAsideValue = (
  { runId, fileId }: AttemptFile,
  key: string | null,
  [row = null, column = null, code = null, value = null]: readonly DuckDBValue[],
): SetAsideValue => ({
  ...{ runId, fileId, key },
  row: row === null ? null : Number(row),
  column: String(column),
  code: String(code),
  value: value === null ? null : rawText(Buffer.from(String(value))),
});
