import { columnsOf, type Lookup } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { type Fence, FileId, RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { baseOf, scanFiles } from '../../core/load/commit.ts';
import { duckType, readSql } from '../../core/load/parquet.ts';
import { currentSchema, tableRequest } from '../../core/load/table.ts';
import { stands } from '../../core/replay/fields.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { UserError } from '../console/errors.ts';
import type { DeployedStack } from '../world.ts';
import type { RemoteFile } from './cache.ts';
import { fileRowsSql, runRowsSql } from './ledger-rows.ts';
import type { TableName } from './parse.ts';

/** What the tables are made of: the deployed stack and the datasets of this clone. */
export type Sources = {
  readonly stack: Pick<DeployedStack, 'ledger' | 'store' | 'catalog' | 'outputs'>;
  readonly datasets: readonly Dataset[];
};

/** How a table comes to be: the files it reads, and the relation over their local copies. */
export type TablePlan = {
  readonly name: TableName;
  readonly files: readonly RemoteFile[];
  readonly sql: (paths: readonly string[]) => string;
};

/** Runs and files read from the ledger at most; a table with fewer is whole. */
const ledgerEntriesMax = 20_000;

/** Every table a query may name, for lists and messages. */
export const knownTables = (datasets: readonly Dataset[]): string[] => [
  ...datasets.map(({ name }) => name),
  ...datasets.map(({ name }) => `clean.${name}`),
  ...datasets.map(({ name }) => `quarantine.${name}`),
  ...datasets.map(({ name }) => `set_aside.${name}`),
  'quarantine.files',
  'ledger.files',
  'ledger.runs',
];

/** Undefined when there is no such table: the query then fails with DuckDB's own words. */
export const planTable = async (
  sources: Sources,
  name: TableName,
): Promise<TablePlan | undefined> => {
  const { schema, table } = name;
  const dataset = sources.datasets.find((each) => each.name === table);
  if (dataset !== undefined) {
    if (schema === 'curated') return await planCurated(sources, name, dataset);
    if (schema === 'clean') return await planClean(sources, name, dataset);
    if (schema === 'quarantine') return await planRejects(sources, name, dataset);
    if (schema === 'set_aside') return await planSetAside(sources, name, dataset);
  }
  const { ledger } = sources.stack;
  const limit = ledgerEntriesMax;
  switch (`${schema}.${table}`) {
    case 'ledger.runs': {
      const sql = runRowsSql(await ledger.listRuns({ limit }));
      return { name, files: [], sql: () => sql };
    }
    case 'ledger.files': {
      const sql = fileRowsSql(await ledger.listFiles({ limit }));
      return { name, files: [], sql: () => sql };
    }
    case 'quarantine.files': {
      const sql = fileRowsSql(await ledger.listFiles({ states: ['QUARANTINED'], limit }));
      return { name, files: [], sql: () => sql };
    }
    default:
      return undefined;
  }
};

const lookupIn =
  (datasets: readonly Dataset[]): Lookup =>
  (name) =>
    datasets.find((each) => each.name === name);

/** The current snapshot. A table that does not exist yet is one without rows, not an error. */
const planCurated = async (
  { stack, datasets }: Sources,
  name: TableName,
  dataset: Dataset,
): Promise<TablePlan> => {
  const metadata = await stack.catalog.load(dataset.name);
  if (metadata === undefined) {
    const { schema } = tableRequest(dataset, columnsOf(dataset, lookupIn(datasets)), '');
    return { name, files: [], sql: () => readSql(schema, []) };
  }
  const entries = await scanFiles(await baseOf({ store: stack.store }, metadata));
  const files = entries.map(({ data_file: file }) => ({
    uri: file.file_path,
    sizeBytes: Number(file.file_size_in_bytes),
  }));
  return { name, files, sql: (paths) => readSql(currentSchema(metadata), paths) };
};

const planClean = async (
  sources: Sources,
  name: TableName,
  dataset: Dataset,
): Promise<TablePlan> => {
  const bucket = sources.stack.outputs.CleanBucket;
  const files = await attemptFiles(sources, bucket, dataset, 'rows');
  const known = columnsOf({ ...dataset, transforms: [] }, lookupIn(sources.datasets));
  const columns = known.map((column) => [column.name, duckType(column.type)] as const);
  return { name, files, sql: (paths) => parquetSql(paths, columns) };
};

/** As the engine writes them, for datasets that have none yet. */
const rejectColumns = [
  ['_run', 'VARCHAR'],
  ['_file', 'VARCHAR'],
  ['_row', 'INTEGER'],
  ['byte_start', 'BIGINT'],
  ['byte_end', 'BIGINT'],
  ['raw', 'BLOB'],
  ['reasons', 'STRUCT(code VARCHAR, field VARCHAR)[]'],
] as const;

const planRejects = async (
  sources: Sources,
  name: TableName,
  dataset: Dataset,
): Promise<TablePlan> => {
  const bucket = sources.stack.outputs.QuarantineBucket;
  const files = await attemptFiles(sources, bucket, dataset, 'rejects');
  return { name, files, sql: rejectsSql };
};

const setAsideColumns = [
  ['_run', 'VARCHAR'],
  ['_file', 'VARCHAR'],
  ['_row', 'INTEGER'],
  ['column', 'VARCHAR'],
  ['code', 'VARCHAR'],
  ['value', 'VARCHAR'],
  ['rows', 'INTEGER'],
] as const;

const planSetAside = async (
  sources: Sources,
  name: TableName,
  dataset: Dataset,
): Promise<TablePlan> => {
  const bucket = sources.stack.outputs.QuarantineBucket;
  const files = await attemptFiles(sources, bucket, dataset, 'values');
  return { name, files, sql: setAsideSql };
};

/** Values of published rows that are kept in quarantine, of any number of files. */
export const setAsideSql = (paths: readonly string[]): string => parquetSql(paths, setAsideColumns);

/** Rejected rows of any number of files as one relation. */
export const rejectsSql = (paths: readonly string[], more: readonly 'filename'[] = []): string => {
  // Only files with mended rows say so of each.
  const found = `SELECT ${list(['*', ...more])} FROM ${parquetSql(paths, rejectColumns)}`;
  return `(${found} UNION ALL BY NAME SELECT NULL::BOOLEAN AS mended WHERE false)`;
};

const parquetSql = (
  paths: readonly string[],
  columns: readonly (readonly [name: string, type: string])[],
): string => {
  const nothing = columns.map(([column, type]) => `NULL::${type} AS ${ident(column)}`);
  return paths.length === 0
    ? `(SELECT ${list(nothing)} WHERE false)`
    : `read_parquet([${list(paths.map(literal))}], union_by_name = true)`;
};

/** A Parquet file of one attempt, and what its address says. */
export type AttemptFile = RemoteFile & { readonly runId: RunId; readonly fileId: FileId };

/**
 * Files below `<dataset>/<run>/a<fence>/<folder>/`, of each run's owning attempt only: what an
 * attempt that died has left behind holds the same rows again. So does a run whose place another
 * one has taken, and is left out unless it is asked for.
 */
export const attemptFiles = async (
  { stack }: { readonly stack: Pick<DeployedStack, 'ledger' | 'store'> },
  bucket: string,
  dataset: Pick<Dataset, 'name'>,
  folder: 'rows' | 'rejects' | 'values',
  only?: RunId,
): Promise<AttemptFile[]> => {
  const prefix = `s3://${bucket}/${dataset.name}/${only === undefined ? '' : `${only}/`}`;
  const listed = (await stack.store.list(prefix)).flatMap((object) => {
    const parts = object.uri.slice(`s3://${bucket}/${dataset.name}/`.length).split('/');
    const [run, attempt, kind, fileName] = parts;
    const runId = RunId.safeParse(run);
    // The rows of a file may lie in several: <file id>-0.parquet, <file id>-barred.parquet.
    const fileId = FileId.safeParse(fileName?.replace(/(-\w+)?\.parquet$/, ''));
    if (!runId.success || !fileId.success || kind !== folder) return [];
    const { uri, sizeBytes } = object;
    return [{ uri, sizeBytes, runId: runId.data, attempt, fileId: fileId.data }];
  });
  const runIds = [...new Set(listed.map(({ runId }) => runId))];
  const fences = await fencesOf(stack, dataset, runIds, only !== undefined);
  return listed
    .filter(({ runId, attempt }) => attempt === `a${fences.get(runId) ?? ''}`)
    .map(({ uri, sizeBytes, runId, fileId }) => ({ uri, sizeBytes, runId, fileId }));
};

/** One list answers for most; runs it does not show (it is a little late) are asked for singly. */
const fencesOf = async (
  { ledger }: Pick<DeployedStack, 'ledger'>,
  dataset: Pick<Dataset, 'name'>,
  runIds: readonly RunId[],
  /** True: also of runs that have no say any more, or none yet. */
  any: boolean,
): Promise<Map<RunId, Fence>> => {
  if (runIds.length > ledgerEntriesMax)
    throw new UserError({
      what: `${dataset.name} has ${runIds.length} runs, too many to read here.`,
      next: 'Read one run (headgate rejects --run RUN), or query the bucket with Athena or Spark.',
    });
  const few = runIds.length <= 3;
  const runs = few ? [] : await ledger.listRuns({ dataset: dataset.name, limit: ledgerEntriesMax });
  // A released attempt publishes the work of the one that was held.
  const workOf = ({ released, fence }: RunEntry): Fence => released?.work ?? fence;
  const found = new Map(runs.map((run) => [run.runId, run]));
  for (const runId of runIds) {
    if (found.has(runId)) continue;
    const run = await ledger.run(runId);
    if (run !== undefined) found.set(runId, run);
  }
  // The rows of a run and of its replay are the same ones.
  const standing = [...found.values()].filter((run) => any || stands(run));
  return new Map(standing.map((run) => [run.runId, workOf(run)]));
};
