import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/**
 * The clean rows of a run: its files in the order in which the first row of a key is looked for.
 */
export type CleanFile = {
  readonly fileId: string;
  /** Parquet files, of which each has some of the rows. */
  readonly paths: readonly string[];
  /** Columns that its rows have beside the declared ones, and other files need not have. */
  readonly evolved?: readonly string[] | undefined;
};

/** What deduplication found; `rows` counts the clean rows of each file. */
export type Duplicates = {
  readonly rows: ReadonlyMap<string, number>;
  readonly duplicates: ReadonlyMap<string, number>;
};

const Count = z.coerce.number().int().nonnegative();
const PerFile = z.array(z.object({ _file: z.string(), rows: Count }));
const Counted = z.array(z.object({ rows: Count }));

/** Rows whose hashes are counted at a time: bounds the memory of the hash table. */
const SLICE_ROWS = 2_000_000;

/** The Parquet files of several landed ones, as a list of literals. */
export const cleanPathsSql = (files: readonly CleanFile[]): string =>
  `[${list(files.flatMap(({ paths }) => paths.map(literal)))}]`;

/** The clean rows of several files as one relation. */
export const cleanSql = (files: readonly CleanFile[]): string => {
  const differ = files.some(({ evolved = [] }) => evolved.length > 0);
  return `read_parquet(${cleanPathsSql(files)}${differ ? ', union_by_name = true' : ''})`;
};

/** Makes the table `duplicate` of rows that give way to another: both places, and the key. */
export const findDuplicates = async (
  engine: Engine,
  dataset: Dataset,
  files: readonly CleanFile[],
): Promise<Duplicates> => {
  const rows = new Map<string, number>();
  for (const file of files) rows.set(file.fileId, await countRows(engine, file));
  if (sameColumns(dataset).length === 0) return { rows, duplicates: new Map() };
  await makeDuplicates(engine, dataset, files, total(rows));
  const counted = await engine.rows('SELECT _file, count(*) AS rows FROM duplicate GROUP BY 1');
  const duplicates = PerFile.parse(counted).map(
    ({ _file, rows: count }) => [_file, count] as const,
  );
  return { rows, duplicates: new Map(duplicates) };
};

/** The columns by which rows are the same; none when the dataset does not say. */
const sameColumns = ({ key, fields, deduplicate }: Dataset): readonly string[] =>
  deduplicate.by === 'row' ? Object.keys(fields) : key;

/** The order in which the first of the same rows is the one to keep. */
const orderSql = ({ keep }: Dataset['deduplicate']): string => {
  if (keep === 'first') return '_place, _row';
  const last = '_place DESC, _row DESC';
  return keep === 'last' ? last : `${ident(keep.largest)} DESC NULLS LAST, ${last}`;
};

/** From the file's footer. */
const countRows = async (engine: Engine, file: CleanFile): Promise<number> => {
  const counted = await engine.rows(`SELECT count(*) AS rows FROM ${cleanSql([file])}`);
  return Counted.parse(counted)[0]?.rows ?? 0;
};

/** Of all files together. */
export const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, rows) => sum + rows, 0);

/**
 * A hash that comes twice only makes candidates; the key itself decides among those. So the memory
 * is that of hashes, of one slice of them at a time, and not that of keys.
 */
const makeDuplicates = async (
  engine: Engine,
  dataset: Dataset,
  files: readonly CleanFile[],
  rows: number,
): Promise<void> => {
  const { keep } = dataset.deduplicate;
  const same = sameColumns(dataset);
  const columns = list(same.map(ident));
  const read = typeof keep === 'string' ? same : [...new Set([...same, keep.largest])];
  const clean = cleanSql(files);
  const slices = Math.ceil(rows / SLICE_ROWS);
  await engine.run('CREATE TEMP TABLE twice (hash UBIGINT)');
  for (let slice = 0; slice < slices; slice++) {
    const inSlice = slices === 1 ? '' : `WHERE hash % ${slices} = ${slice}`;
    await engine.run(`INSERT INTO twice SELECT hash FROM (SELECT hash(${columns}) AS hash
      FROM ${clean}) ${inSlice} GROUP BY hash HAVING count(*) > 1`);
  }
  const place = `list_position([${list(files.map(({ fileId }) => literal(fileId)))}], _file)`;
  await engine.run(`CREATE TEMP TABLE duplicate AS
    SELECT * FROM (
      SELECT _file, _row, first_value(_file) OVER same AS duplicate_of_file,
        first_value(_row) OVER same AS duplicate_of_row, ${columns}
      FROM (SELECT _file, _row, ${list(read.map(ident))}, ${place} AS _place FROM ${clean}
        WHERE hash(${columns}) IN (FROM twice))
      WINDOW same AS (PARTITION BY ${columns} ORDER BY ${orderSql(dataset.deduplicate)}))
    WHERE _file <> duplicate_of_file OR _row <> duplicate_of_row`);
  await engine.run('DROP TABLE twice');
};

/** Keeps the duplicate rows: where they are, where the kept one is, and the key unless secret. */
export const duplicatesCopySql = (dataset: Dataset, runId: string, path: string): string => {
  const isShown = (name: string): boolean => {
    const field = dataset.fields[name];
    return field?.classification !== 'confidential' && field?.mask === undefined;
  };
  const shown = dataset.key.filter(isShown);
  const columns = [
    `${literal(runId)} AS _run`,
    ...['_file', '_row', 'duplicate_of_file', 'duplicate_of_row'],
    `${literal(dataset.deduplicate.by === 'row' ? 'E_DUPLICATE_ROW' : 'E_DUPLICATE_KEY')} AS code`,
    ...shown.map(ident),
  ];
  return `COPY (SELECT ${list(columns)} FROM duplicate ORDER BY _file, _row)
    TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`;
};
