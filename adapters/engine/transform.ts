import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { columnsOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { FileId } from '../../core/ids.ts';
import { CopyRow, fieldIdsSql } from '../../core/load/parquet.ts';
import { partitionSql } from '../../core/load/partition-values.ts';
import { fieldById, type PartitionSpec, type TableSchema } from '../../core/load/table.ts';
import { ident, list, literal } from '../../core/sql.ts';
import {
  type CompiledTransform,
  compileTransform,
} from '../../core/transform/compile-transform.ts';
import { withBounds } from './bounds.ts';
import { nullsIn } from './counts.ts';
import { cleanSql, duplicatesCopySql, findDuplicates, total } from './dedupe.ts';
import { type Engine, openEngine } from './instance.ts';
import { type Bounds, makeReference } from './references.ts';

/** The clean rows of a run, and the table that they will be part of. */
export type TransformRequest = {
  readonly dataset: Dataset;
  readonly lookup: (name: string) => Dataset | undefined;
  /** In the order in which the first row of a key is looked for. */
  readonly clean: readonly { readonly path: string; readonly fileId: FileId }[];
  /** Parquet files of each joined dataset; null when it was never published. */
  readonly references: Readonly<Record<string, readonly string[] | null>>;
  readonly tableSchema: TableSchema;
  readonly tableSpec: PartitionSpec;
  /** Made when missing; everything is written here. */
  readonly outDir: string;
  /** Begins the local names of the files. */
  readonly name: string;
  readonly runId: string;
  readonly threads?: number;
  readonly memoryLimit?: string;
};

export type CuratedFile = {
  readonly path: string;
  /** What DuckDB said of the file, with bounds for the columns that it has none for. */
  readonly stats: CopyRow;
  /** Whether a column's bounds may stand in a manifest, by field id. */
  readonly boundsFor: (id: number) => boolean;
};

export type Transformed = {
  readonly perFile: readonly {
    readonly fileId: FileId;
    readonly published: number;
    readonly deduplicated: number;
  }[];
  readonly files: readonly CuratedFile[];
  readonly duplicatesPath: string | null;
  /** Published rows without a partner, per joined dataset. */
  readonly unmatched: Readonly<Record<string, number>>;
  readonly rows: number;
};

type Work = {
  readonly request: TransformRequest;
  readonly engine: Engine;
  readonly compiled: CompiledTransform;
};

/** From the clean rows of a run to the Parquet files of its table: first of a key, steps, COPY. */
export const transformRun = async (request: TransformRequest): Promise<Transformed> => {
  const { dataset, lookup, clean, outDir } = request;
  const compiled = compileTransform(dataset, lookup);
  if (clean.length === 0) {
    const unmatched = Object.fromEntries(compiled.references.map((each) => [each.dataset, 0]));
    return { perFile: [], files: [], duplicatesPath: null, unmatched, rows: 0 };
  }
  await mkdir(outDir, { recursive: true });
  const referencePaths = Object.values(request.references).flatMap((paths) => paths ?? []);
  const engine = await openEngine({
    workDir: outDir,
    inputs: [...clean.map(({ path }) => path), ...referencePaths],
    threads: request.threads,
    memoryLimit: request.memoryLimit,
  });
  try {
    return await stage({ request, engine, compiled });
  } finally {
    engine.close();
  }
};

const stage = async (work: Work): Promise<Transformed> => {
  const { request, engine, compiled } = work;
  const { dataset, lookup, clean, runId } = request;
  const found = await findDuplicates(engine, dataset, clean);
  const deduplicated = total(found.duplicates);
  const rows = total(found.rows) - deduplicated;
  const bounds = new Map<string, Bounds>();
  for (const [index, reference] of compiled.references.entries()) {
    const paths = request.references[reference.dataset] ?? null;
    const taken = await makeReference(engine, index, reference, paths, lookup);
    for (const [name, each] of taken) bounds.set(name, each);
  }
  const copied = await copyCurated(work, deduplicated > 0);
  const written = copied.reduce((sum, each) => sum + Number(each.count), 0);
  assert(written === rows, `each clean row is published or a duplicate: ${written} of ${rows}`);
  const duplicatesPath = deduplicated > 0 ? join(request.outDir, 'duplicates.parquet') : null;
  if (duplicatesPath !== null) {
    await engine.run(duplicatesCopySql(dataset, runId, duplicatesPath));
  }
  return {
    perFile: clean.map(({ fileId }) => {
      const duplicates = found.duplicates.get(fileId) ?? 0;
      const published = (found.rows.get(fileId) ?? 0) - duplicates;
      return { fileId, published, deduplicated: duplicates };
    }),
    files: copied.map((stats) => ({
      path: stats.filename,
      stats: withBounds(stats, request, bounds),
      boundsFor: boundsRule(request),
    })),
    duplicatesPath,
    unmatched: await countUnmatched(work, copied, deduplicated > 0),
    rows,
  };
};

const boundsRule = ({ dataset, lookup, tableSchema }: TransformRequest) => {
  const shown = new Map(columnsOf(dataset, lookup).map(({ name, bounds }) => [name, bounds]));
  return (id: number): boolean => shown.get(fieldById(tableSchema, id).name) ?? false;
};

/** The clean rows that are published, as relation s. */
const publishedSql = ({ request }: Work, duplicates: boolean): string => {
  const clean = `${cleanSql(request.clean)} s`;
  if (!duplicates) return clean;
  return `${clean} ANTI JOIN duplicate d ON s._row = d._row AND s._file = d._file`;
};

/** zstd costs little more than lz4 and is what readers expect; row groups bound the memory. */
const CURATED_OPTIONS =
  'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 40960, RETURN_STATS';

const copyCurated = async (work: Work, duplicates: boolean): Promise<CopyRow[]> => {
  const { request, engine, compiled } = work;
  const { clean, runId, tableSchema, outDir } = request;
  const files = clean.map(({ fileId }) => literal(fileId));
  const columns = new Set(columnsOf(request.dataset, request.lookup).map(({ name }) => name));
  const written = tableSchema.fields.filter(({ name }) => columns.has(name));
  const partitions = partitionsOf(work);
  const select = [
    compiled.select,
    `s._file::ENUM(${list(files)}) AS _file`,
    's._row AS _row',
    `${literal(runId)}::ENUM(${literal(runId)}) AS _run`,
    ...partitions.map(({ as, sql }) => `${sql} AS ${ident(as)}`),
  ];
  const curated = join(outDir, 'curated');
  await rm(curated, { recursive: true, force: true });
  await mkdir(curated, { recursive: true });
  const by = partitions.map(({ as }) => ident(as));
  const options = [
    CURATED_OPTIONS,
    fieldIdsSql({ ...tableSchema, fields: written }),
    ...(by.length > 0 ? [`PARTITION_BY (${list(by)})`] : []),
  ];
  const target = by.length > 0 ? curated : join(curated, `${request.name}.parquet`);
  const copied = await engine.rows(`COPY (SELECT ${list(select)}
    FROM ${publishedSql(work, duplicates)} ${compiled.joins})
    TO ${literal(target)} (${list(options)})`);
  return z.array(CopyRow).parse(copied);
};

/**
 * The partition values in the order of the table's spec. The compiled form of the same transform is
 * taken where there is one: it is much faster on instants.
 */
const partitionsOf = ({ request, compiled }: Work): { as: string; sql: string }[] => {
  const { dataset, tableSchema, tableSpec } = request;
  return partitionSql(tableSchema, tableSpec).map(({ as, sql }, index) => {
    const field = tableSpec.fields[index];
    const column = field && fieldById(tableSchema, field['source-id']).name;
    const own = dataset.partition.findIndex(
      (each) => each.column === column && each.transform === field?.transform,
    );
    return { as, sql: compiled.partition[own] ?? sql };
  });
};

const Unmatched = z.array(z.object({ rows: z.coerce.number() }));

/** By the nulls of a column that every partner has; without one, by asking again. */
const countUnmatched = async (
  work: Work,
  copied: readonly CopyRow[],
  duplicates: boolean,
): Promise<Record<string, number>> => {
  const { engine, compiled, request } = work;
  const counts: Record<string, number> = {};
  for (const [index, { dataset, on, take }] of compiled.references.entries()) {
    const fields = request.lookup(dataset)?.fields ?? {};
    const sure = take.find((name) => fields[name]?.optional === false);
    if (sure !== undefined) {
      counts[dataset] = nullsIn(copied, sure);
      continue;
    }
    const [found] = Unmatched.parse(
      await engine.rows(`SELECT count(*) AS rows FROM (SELECT s.${ident(on)}
        FROM ${publishedSql(work, duplicates)}) s
        ANTI JOIN r${index} r ON r.${ident(on)} = s.${ident(on)}`),
    );
    counts[dataset] = found?.rows ?? 0;
  }
  return counts;
};
