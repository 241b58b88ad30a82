import { DuckDBInstance } from '@duckdb/node-api';
import { ident, list, literal } from '../../core/sql.ts';

/** A column of a Parquet file: its name and the DuckDB type it is written with. */
export type ParquetColumn = { readonly name: string; readonly type: string };

/** Writes text cells as typed Parquet; empty text becomes null. One thread keeps the row order. */
export const writeParquet = async (
  path: string,
  columns: readonly ParquetColumn[],
  rows: Iterable<Readonly<Record<string, string>>>,
): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const texts = columns.map(({ name }) => `${ident(name)} VARCHAR`);
    await connection.run(`CREATE TABLE cells (${list(texts)})`);
    const appender = await connection.createAppender('cells');
    for (const row of rows) {
      for (const { name } of columns) {
        const cell = row[name];
        if (cell) appender.appendVarchar(cell);
        else appender.appendNull();
      }
      appender.endRow();
    }
    appender.closeSync();
    const typed = columns.map(({ name, type }) => `${ident(name)}::${type} AS ${ident(name)}`);
    const rowsSql = `SELECT ${list(typed)} FROM cells`;
    const options = '(FORMAT parquet, COMPRESSION zstd)';
    await connection.run(`COPY (${rowsSql}) TO ${literal(path)} ${options}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
