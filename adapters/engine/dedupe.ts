import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';

/**
 * The clean rows of a run: its files in the order in which the first row of a key is looked for.
 */
export type CleanFile = { readonly path: string; readonly fileId: string };

/** What deduplication found; `rows` counts the clean rows of each file. */
export type Duplicates = {
  readonly rows: ReadonlyMap<string, number>;
  readonly duplicates: ReadonlyMap<string, number>;
};

const Count = z.coerce.number().int().nonnegative();
const PerFile = z.array(z.object({ _file: z.string(), rows: Count }));

/** Rows whose hashes are counted at a time: bounds the memory of the hash table. */
const SLICE_ROWS = 2_000_000;

/** The clean rows of several files as one relation. */
export const cleanSql = (files: readonly CleanFile[]): string =>
  `read_parquet([${list(files.map(({ path }) => literal(path)))}])`;

/** Makes the table `duplicate` of rows whose key an earlier row has: _file, _row and the first. */
export const findDuplicates = async (
  engine: Engine,
  dataset: Dataset,
  files: readonly CleanFile[],
): Promise<Duplicates> => {
  await engine.run(`CREATE TEMP TABLE duplicate
    (_file VARCHAR, _row INTEGER, duplicate_of_file VARCHAR, duplicate_of_row INTEGER)`);
  const rows = await perFile(engine, cleanSql(files));
  if (dataset.key.length > 0) await fillDuplicates(engine, dataset, files, total(rows));
  return { rows, duplicates: await perFile(engine, 'duplicate') };
};

const perFile = async (engine: Engine, from: string): Promise<Map<string, number>> => {
  const counted = await engine.rows(`SELECT _file, count(*) AS rows FROM ${from} GROUP BY 1`);
  return new Map(PerFile.parse(counted).map(({ _file, rows }) => [_file, rows]));
};

/** Of all files together. */
export const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, rows) => sum + rows, 0);

/**
 * A hash that comes twice only makes candidates; the key itself decides among those. So the memory
 * is that of hashes, of one slice of them at a time, and not that of keys.
 */
const fillDuplicates = async (
  engine: Engine,
  { key }: Dataset,
  files: readonly CleanFile[],
  rows: number,
): Promise<void> => {
  const columns = list(key.map(ident));
  const clean = cleanSql(files);
  const slices = Math.ceil(rows / SLICE_ROWS);
  await engine.run('CREATE TEMP TABLE twice (hash UBIGINT)');
  for (let slice = 0; slice < slices; slice++) {
    const inSlice = slices === 1 ? '' : `WHERE hash % ${slices} = ${slice}`;
    await engine.run(`INSERT INTO twice SELECT hash FROM (SELECT hash(${columns}) AS hash
      FROM ${clean}) ${inSlice} GROUP BY hash HAVING count(*) > 1`);
  }
  const place = `list_position([${list(files.map(({ fileId }) => literal(fileId)))}], _file)`;
  await engine.run(`INSERT INTO duplicate
    SELECT _file, _row, first_file, first_row FROM (
      SELECT _file, _row, first_value(_file) OVER same AS first_file,
        first_value(_row) OVER same AS first_row
      FROM (SELECT _file, _row, ${columns}, ${place} AS _place FROM ${clean}
        WHERE hash(${columns}) IN (FROM twice))
      WINDOW same AS (PARTITION BY ${columns} ORDER BY _place, _row))
    WHERE _file <> first_file OR _row <> first_row`);
  await engine.run('DROP TABLE twice');
};

/** Keeps the duplicate rows: where they are, where the first one is, and the key unless secret. */
export const duplicatesCopySql = (
  dataset: Dataset,
  files: readonly CleanFile[],
  runId: string,
  path: string,
): string => {
  const shown = dataset.key.filter(
    (name) => dataset.fields[name]?.classification !== 'confidential',
  );
  const columns = [
    `${literal(runId)} AS _run`,
    'd.*',
    `'E_DUPLICATE_KEY' AS code`,
    ...shown.map((name) => `s.${ident(name)}`),
  ];
  return `COPY (SELECT ${list(columns)} FROM duplicate d
    JOIN ${cleanSql(files)} s ON s._row = d._row AND s._file = d._file ORDER BY d._file, d._row)
    TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`;
};
