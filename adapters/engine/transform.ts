import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { columnsOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError } from '../../core/errors.ts';
import { evolvedIn, withEvolved } from '../../core/evolution/evolved.ts';
import type { FileId } from '../../core/ids.ts';
import { CopyRow, fieldIdsSql } from '../../core/load/parquet.ts';
import { partitionSql } from '../../core/load/partition-values.ts';
import { fieldById, type PartitionSpec, type TableSchema } from '../../core/load/table.ts';
import { factsOf, type Profile } from '../../core/quality/profile.ts';
import type { RunFacts } from '../../core/quality/summary.ts';
import { ident, list, literal } from '../../core/sql.ts';
import {
  type CompiledTransform,
  compileTransform,
} from '../../core/transform/compile-transform.ts';
import { SALT_VARIABLE } from '../../core/transforms/mask.ts';
import { masksWithSalt } from '../../core/transforms/mask-salt.ts';
import { referredTo } from '../../core/validate/judge-set.ts';
import { withBounds } from './bounds.ts';
import { checkConserved } from './conserved.ts';
import { nullsIn } from './counts.ts';
import { type CleanFile, cleanSql, duplicatesCopySql, findDuplicates, total } from './dedupe.ts';
import { type Engine, openEngine } from './instance.ts';
import { measureChecks } from './measure.ts';
import { profileRun } from './profile.ts';
import { type Bounds, makeReference } from './references.ts';
import { findBarred, type KeptBarred, keepBarred, type SetRequest } from './set-rules.ts';

/** The clean rows of a run, and the table that they will be part of. */
export type TransformRequest = {
  readonly dataset: Dataset;
  readonly lookup: (name: string) => Dataset | undefined;
  /** In the order in which the first row of a key is looked for. */
  readonly clean: readonly (CleanFile & { readonly fileId: FileId })[];
  /** Parquet files of each joined dataset; null when it was never published. */
  readonly references: Readonly<Record<string, readonly string[] | null>>;
  readonly tableSchema: TableSchema;
  readonly tableSpec: PartitionSpec;
  /** Made when missing; everything is written here. */
  readonly outDir: string;
  /** What hashed and tokenised columns are made with; needed only for datasets that have some. */
  readonly salt?: string;
  /** Begins the local names of the files. */
  readonly name: string;
  readonly runId: string;
  /** False: nobody asks how good the rows are. @default true */
  readonly isMeasured?: boolean;
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
    /** Rows of the file that went into the steps: what the ledger's counts are about. */
    readonly published: number;
    readonly deduplicated: number;
    /** Valid rows that a rule over several rows rejects. */
    readonly barred: number;
  }[];
  readonly files: readonly CuratedFile[];
  readonly duplicatesPath: string | null;
  /** What rules over several rows found; undefined where there are none to ask. */
  readonly setRules: KeptBarred | undefined;
  /** Published rows without a partner, per joined dataset. */
  readonly unmatched: Readonly<Record<string, number>>;
  readonly rows: number;
  /** Of the clean rows; null, and undefined, where there are none. */
  readonly profile: Profile | null;
  readonly facts: RunFacts | undefined;
};

const unmeasured = { profile: null, facts: undefined, setRules: undefined };

type Work = {
  /** Its dataset has the columns that files brought, too. */
  readonly request: TransformRequest;
  /** What is measured is what was declared. */
  readonly declared: Dataset;
  readonly engine: Engine;
  readonly compiled: CompiledTransform;
};

/** From the clean rows of a run to the Parquet files of its table: first of a key, steps, COPY. */
export const transformRun = async (given: TransformRequest): Promise<Transformed> => {
  const dataset = withEvolved(given.dataset, evolvedIn(given.clean));
  const request = { ...given, dataset };
  const { lookup, clean, outDir } = request;
  const compiled = compileTransform(dataset, lookup);
  needSalt(request);
  if (clean.length === 0) {
    const unmatched = Object.fromEntries(compiled.references.map((each) => [each.dataset, 0]));
    return { perFile: [], files: [], duplicatesPath: null, unmatched, rows: 0, ...unmeasured };
  }
  await mkdir(outDir, { recursive: true });
  const referencePaths = Object.values(request.references).flatMap((paths) => paths ?? []);
  const engine = await openEngine({
    workDir: outDir,
    inputs: [...clean.flatMap(({ paths }) => paths), ...referencePaths],
    threads: request.threads,
    memoryLimit: request.memoryLimit,
  });
  try {
    return await stage({ request, declared: given.dataset, engine, compiled });
  } finally {
    engine.close();
  }
};

/** Without its salt a hash would be the same everywhere, and a guess away from its value. */
const needSalt = ({ dataset, salt }: TransformRequest): void => {
  if (!masksWithSalt(dataset) || (salt !== undefined && salt !== '')) return;
  throw new PermanentError(
    `'${dataset.name}' publishes hashes or tokens, and no salt was given. Nothing was written. ` +
      'Give the transform its salt: the stack keeps it as a secret, on this machine it is any text',
  );
};

const stage = async (work: Work): Promise<Transformed> => {
  const { request, engine, compiled } = work;
  const { dataset, lookup, clean, runId } = request;
  if (request.salt !== undefined) {
    await engine.run(`SET VARIABLE ${SALT_VARIABLE} = ${literal(request.salt)}`);
  }
  const found = await findDuplicates(engine, dataset, clean);
  const deduplicated = total(found.duplicates);
  const barred = await findBarred(engine, {
    ...{ dataset, files: clean, duplicates: deduplicated > 0 },
    keys: keysOf(request),
  });
  const left = { duplicates: deduplicated > 0, barred: barred.perFile.size > 0 };
  const rows = total(found.rows) - deduplicated - total(barred.perFile);
  const bounds = new Map<string, Bounds>();
  for (const [index, reference] of compiled.references.entries()) {
    const paths = request.references[reference.dataset] ?? null;
    const taken = await makeReference(engine, index, reference, paths, lookup, rows);
    for (const [name, each] of taken) bounds.set(name, each);
  }
  const copied = await copyCurated(work, left);
  const written = copied.reduce((sum, each) => sum + Number(each.count), 0);
  await checkConserved(engine, dataset, {
    ...{ rows, written, copied },
    published: publishedSql(work, left),
    partners: compiled.references.map(({ on }) => on),
  });
  const duplicatesPath = deduplicated > 0 ? join(request.outDir, 'duplicates.parquet') : null;
  if (duplicatesPath !== null) {
    await engine.run(duplicatesCopySql(dataset, runId, duplicatesPath));
  }
  const { profile, facts } = await measured(work, total(found.rows));
  return {
    profile,
    facts,
    perFile: clean.map(({ fileId }) => {
      const duplicates = found.duplicates.get(fileId) ?? 0;
      const rejected = barred.perFile.get(fileId) ?? 0;
      const published = (found.rows.get(fileId) ?? 0) - duplicates - rejected;
      return { fileId, published, deduplicated: duplicates, barred: rejected };
    }),
    files: copied.map((stats) => ({
      path: stats.filename,
      stats: withBounds(stats, request, bounds),
      boundsFor: boundsRule(request),
    })),
    duplicatesPath,
    setRules: await keepBarred(engine, request, barred),
    unmatched: await countUnmatched(work, copied, left),
    rows: written,
  };
};

const measured = async ({ request, declared, engine }: Work, rows: number) => {
  if (request.isMeasured === false) return unmeasured;
  const profile = await profileRun(engine, declared, request.clean, rows);
  return { profile, facts: factsOf(profile, await measureChecks(engine, declared, request.clean)) };
};

const boundsRule = ({ dataset, lookup, tableSchema }: TransformRequest) => {
  const shown = new Map(columnsOf(dataset, lookup).map(({ name, bounds }) => [name, bounds]));
  return (id: number): boolean => shown.get(fieldById(tableSchema, id).name) ?? false;
};

/** The key column and the published rows of each dataset that a rule refers to. */
const keysOf = ({ dataset, lookup, references }: TransformRequest): SetRequest['keys'] => {
  const names = referredTo(dataset);
  return new Map(
    names.map((name) => {
      const column = lookup(name)?.key[0];
      const paths = references[name] ?? null;
      return [name, column === undefined || paths === null ? null : { column, paths }];
    }),
  );
};

/** Which clean rows are left out: there is a table of them. */
type LeftOut = { readonly duplicates: boolean; readonly barred: boolean };

/** The clean rows that are published, as relation s. */
const publishedSql = ({ request }: Work, { duplicates, barred }: LeftOut): string => {
  const without = (table: string): string =>
    `ANTI JOIN ${table} ON s._row = ${table}._row AND s._file = ${table}._file`;
  return [
    `${cleanSql(request.clean)} s`,
    ...(duplicates ? [without('duplicate')] : []),
    ...(barred ? [without('barred')] : []),
  ].join(' ');
};

/** zstd costs little more than lz4 and is what readers expect; row groups bound the memory. */
const CURATED_OPTIONS =
  'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 40960, RETURN_STATS';

const copyCurated = async (work: Work, left: LeftOut): Promise<CopyRow[]> => {
  const { request, engine, compiled } = work;
  const { clean, runId, tableSchema, outDir } = request;
  const files = clean.map(({ fileId }) => literal(fileId));
  const partitions = partitionsOf(work);
  const select = [
    compiled.select,
    `${compiled.place.file}::ENUM(${list(files)}) AS _file`,
    `${compiled.place.row} AS _row`,
    `${literal(runId)}::ENUM(${literal(runId)}) AS _run`,
    ...(compiled.changes === undefined ? [] : [`${compiled.changes} AS _changes`]),
    ...partitions.flatMap(({ as, own }) => (own === undefined ? [] : [`${own} AS ${ident(as)}`])),
  ];
  const published = publishedSql(work, left);
  const rows = `${compiled.with(published)}SELECT ${list(select)}
    FROM ${compiled.from(published)} ${compiled.joins}`;
  // A table that was made with another partition has it of the columns as they are published.
  const others = partitions.flatMap(({ as, own, sql }) =>
    own === undefined ? [`${sql} AS ${ident(as)}`] : [],
  );
  const query = others.length === 0 ? rows : `SELECT *, ${list(others)} FROM (${rows})`;
  const curated = join(outDir, 'curated');
  await rm(curated, { recursive: true, force: true });
  await mkdir(curated, { recursive: true });
  const by = partitions.map(({ as }) => ident(as));
  const options = [
    CURATED_OPTIONS,
    fieldIdsSql(tableSchema, columnsOf(request.dataset, request.lookup)),
    ...(by.length > 0 ? [`PARTITION_BY (${list(by)})`] : []),
  ];
  const target = by.length > 0 ? curated : join(curated, `${request.name}.parquet`);
  const copied = await engine.rows(`COPY (${query}) TO ${literal(target)} (${list(options)})`);
  return z.array(CopyRow).parse(copied);
};

/**
 * The partition values in the order of the table's spec. The compiled form of the same transform is
 * taken where there is one: it is much faster on instants.
 */
const partitionsOf = ({ request, compiled }: Work) => {
  const { dataset, tableSchema, tableSpec } = request;
  return partitionSql(tableSchema, tableSpec).map(({ as, sql }, index) => {
    const field = tableSpec.fields[index];
    const column = field && fieldById(tableSchema, field['source-id']).name;
    const own = dataset.partition.findIndex(
      (each) => each.column === column && each.transform === field?.transform,
    );
    return { as, sql, own: compiled.partition[own] };
  });
};

const Unmatched = z.tuple([z.object({ rows: z.coerce.number() })]);

/** By the nulls of a column that every partner has; without one, by asking again. */
const countUnmatched = async (
  work: Work,
  copied: readonly CopyRow[],
  left: LeftOut,
): Promise<Record<string, number>> => {
  const { engine, compiled, request } = work;
  const counts: Record<string, number> = {};
  for (const { dataset, asTaken, unmatched } of compiled.references) {
    const other = request.lookup(dataset);
    const always = other === undefined ? [] : columnsOf(other, request.lookup);
    // Of a nested column DuckDB counts the leaves.
    const isSure = (name: string): boolean =>
      always.some((each) => each.name === name && each.required && typeof each.type === 'string');
    const sure = asTaken.find(isSure);
    if (sure !== undefined) {
      counts[dataset] = nullsIn(copied, sure);
      continue;
    }
    const sql = unmatched(publishedSql(work, left));
    counts[dataset] = Unmatched.parse(await engine.rows(sql))[0].rows;
  }
  return counts;
};
