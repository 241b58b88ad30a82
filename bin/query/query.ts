import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { UserError } from '../console/errors.ts';
import { root } from '../local/places.ts';
import { fileCache, type RemoteFile } from './cache.ts';
import { addTable, lockDown, openDuck, type Rows, runSql } from './engine.ts';
import { namedTables } from './parse.ts';
import { knownTables, planTable, type Sources, type TablePlan } from './tables.ts';

/** Where downloads are kept; below what git and lint ignore. */
const cacheDir = join(root, '.headgate', 'cache');

export type QueryOptions = {
  readonly sql: string;
  readonly sources: Sources;
  /** Tells one stack's files from another's of the same name. */
  readonly scope: string;
  /** @default cacheDir */
  readonly cache?: string;
  /** Bytes that may be downloaded for this one query. */
  readonly maxBytes: number;
  /** What to do instead of a download above that. */
  readonly instead: string;
  readonly tell: (text: string) => void;
};

/** Downloads, on their way to being tables. */
export type Fetching = Pick<QueryOptions, 'scope' | 'cache' | 'maxBytes' | 'instead' | 'tell'> & {
  readonly store: Sources['stack']['store'];
};

/**
 * Runs one SELECT over the current tables: finds which it names, fetches those, locks DuckDB in,
 * and only then lets the SQL run.
 */
export const runQuery = async (options: QueryOptions): Promise<Rows> => {
  const { sql, sources } = options;
  const connection = await openDuck();
  const names = await namedTables(connection, sql);
  const plans = (await Promise.all(names.map((name) => planTable(sources, name)))).filter(
    (plan) => plan !== undefined,
  );
  await readyTables(connection, plans, { ...options, store: sources.stack.store });
  return await runSql(connection, sql, knownTables(sources.datasets));
};

/** Fetches the plans' files, makes them tables and locks the connection in. */
export const readyTables = async (
  connection: DuckDBConnection,
  plans: readonly TablePlan[],
  { scope, cache: dir = cacheDir, maxBytes, instead, tell, store }: Fetching,
): Promise<void> => {
  const cache = fileCache(dir, scope, store);
  const files = plans.flatMap((plan) => plan.files);
  const missing = await cache.missing(files);
  assertWithin(missing, maxBytes, instead);
  if (files.length > 0) await cache.fetch(files, progress(missing, tell));
  for (const { name, files: own, sql } of plans)
    await addTable(connection, name, sql(own.map(cache.pathOf)));
  await lockDown(connection, files.map(cache.pathOf), join(dir, 'spill'));
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const assertWithin = (missing: readonly RemoteFile[], maxBytes: number, instead: string): void => {
  const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= maxBytes) return;
  throw new UserError({
    what: `The query would download ${megabytes(bytes)} in ${missing.length} files.`,
    allowed: `At most ${megabytes(maxBytes)} are fetched to this machine.`,
    next: instead,
  });
};

/** Small fetches pass without a word; of long ones every tenth of the files is told. */
const progress = (missing: readonly RemoteFile[], tell: (text: string) => void) => {
  const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isLong = bytes > 20e6 || missing.length > 50;
  if (isLong) tell(`Fetching ${missing.length} files, ${megabytes(bytes)} …`);
  const step = Math.max(1, Math.ceil(missing.length / 10));
  return (done: number): void => {
    if (isLong && done % step === 0) tell(`  ${done} files are here`);
  };
};
