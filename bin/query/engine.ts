import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { ident, list, literal } from '../../core/sql.ts';
import { UserError } from '../console/errors.ts';
import type { TableName } from './parse.ts';

/** A result as it streams: names first, then rows, as many as the reader asks for. */
export type Rows = {
  readonly columns: readonly string[];
  readonly chunks: AsyncIterable<readonly (readonly DuckDBValue[])[]>;
};

/** A DuckDB of our own for one command; no extension is fetched or loaded from outside. */
export const openDuck = async (): Promise<DuckDBConnection> => {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // Times print the same on every machine.
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
};

/** Makes a table readable under its name; those of `curated` also without their schema. */
export const addTable = async (
  connection: DuckDBConnection,
  { schema, table }: TableName,
  relation: string,
): Promise<void> => {
  const full = `${ident(schema)}.${ident(table)}`;
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`);
  await connection.run(`CREATE VIEW ${full} AS FROM ${relation}`);
  if (schema === 'curated') await connection.run(`CREATE VIEW ${ident(table)} AS FROM ${full}`);
};

/**
 * From here on the connection reads these files and nothing else of this machine or the network,
 * whatever the SQL says, and no SQL can undo it.
 */
export const lockDown = async (
  connection: DuckDBConnection,
  paths: readonly string[],
  spillDir: string,
): Promise<void> => {
  await connection.run(`SET temp_directory = ${literal(spillDir)}`);
  await connection.run(`SET allowed_paths = [${list(paths.map(literal))}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
};

/**
 * Runs a user's SQL; what is wrong with it is told in DuckDB's words, with the tables there are.
 */
export const runSql = async (
  connection: DuckDBConnection,
  sql: string,
  known: readonly string[],
): Promise<Rows> => {
  const failed = (error: unknown) => sqlError(error, known);
  const result = await connection.stream(sql).catch((error: unknown) => {
    throw failed(error);
  });
  async function* chunks() {
    try {
      for await (const rows of result.yieldRows()) yield rows;
    } catch (error) {
      throw failed(error);
    }
  }
  return { columns: result.deduplicatedColumnNames(), chunks: chunks() };
};

const sqlError = (error: unknown, known: readonly string[]): UserError => {
  const said = error instanceof Error ? error.message.trim() : String(error);
  const isPermission = said.startsWith('Permission Error');
  return new UserError(
    {
      what: isPermission ? 'Queries read tables only; no files, no network.' : said,
      allowed: `Tables: ${known.join(', ')}.`,
      next: 'headgate query "DESCRIBE <table>" shows the columns of one.',
    },
    { cause: error },
  );
};
