import { join } from 'node:path';
import type { Transformed, transformRun } from '../../adapters/engine/transform.ts';
import { columnsOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import {
  RunPointer,
  type StagedFile,
  type TransformDocument,
  type ValidatedFile,
} from '../../core/documents.ts';
import { evolvedIn, withEvolved } from '../../core/evolution/evolved.ts';
import { curatedKeys, nameSuffix, quarantineKeys, s3Uri } from '../../core/layout.ts';
import { baseOf, ensureTable, scanFiles, type World } from '../../core/load/commit.ts';
import { stagedFile } from '../../core/load/parquet.ts';
import {
  currentSchema,
  currentSnapshot,
  currentSpec,
  type TableMetadata,
} from '../../core/load/table.ts';
import type { Ledger, Store } from '../../core/ports.ts';
import { compileTransform } from '../../core/transform/compile-transform.ts';
import { masksWithSalt } from '../../core/transforms/mask-salt.ts';
import { referredTo } from '../../core/validate/judge-set.ts';
import { definitionOf, ownedRun } from '../owned-run.ts';
import { runDocuments } from '../run-documents.ts';
import type { Telemetry } from '../telemetry.ts';

export type TransformDeps = {
  readonly ledger: Pick<Ledger, 'run'>;
  readonly store: Store;
  readonly world: World;
  readonly engine: { readonly transformRun: typeof transformRun };
  readonly cleanBucket: string;
  readonly curatedBucket: string;
  readonly quarantineBucket: string;
  /** What hashed and tokenised columns are made with; asked only for datasets that have some. */
  readonly salt: () => Promise<string>;
  readonly datasetNamed: (name: string) => Dataset | undefined;
  readonly withWorkDir: <T>(work: (dir: string) => Promise<T>) => Promise<T>;
} & Telemetry;

/** A dataset that this one is joined with, as it was when the run read it. */
type Reference = { readonly snapshotId: string | null; readonly paths: string[] | null };

/** From the run's clean rows to the Parquet files that load will commit. */
export const transform = (deps: TransformDeps) => async (event: unknown) => {
  const pointer = RunPointer.parse(event);
  const run = await ownedRun(deps.ledger, pointer);
  const dataset = definitionOf(deps.datasetNamed, run.dataset);
  const documents = runDocuments(deps.store, deps.cleanBucket, pointer);
  const validated = await documents.validated();
  const made =
    validated.length === 0
      ? nothing
      : await deps.withWorkDir((dir) => stage(deps, pointer, dataset, validated, dir));
  const document = await documents.decideTransform(made);
  const published = document.files.reduce((sum, file) => sum + file.published, 0);
  const deduplicated = document.files.reduce((sum, file) => sum + file.deduplicated, 0);
  deps.count('RowsDeduplicated', deduplicated, pointer.dataset);
  return { published, deduplicated, stagedFiles: document.staged.length };
};

/** What a run leaves when each of its files ended elsewhere. */
const nothing: TransformDocument = {
  files: [],
  staged: [],
  schemaId: 0,
  specId: 0,
  references: {},
  unmatched: {},
  duplicates: null,
};

const stage = async (
  deps: TransformDeps,
  pointer: RunPointer,
  dataset: Dataset,
  validated: readonly ValidatedFile[],
  dir: string,
): Promise<TransformDocument> => {
  const lookup = (name: string): Dataset => definitionOf(deps.datasetNamed, name);
  const location = s3Uri(deps.curatedBucket, curatedKeys.table(dataset.name));
  const evolved = evolvedIn(validated);
  const columns = columnsOf(withEvolved(dataset, evolved), lookup);
  const table = await ensureTable(deps.world, dataset, columns, location);
  const references = await fetchReferences(deps, dataset, lookup, dir);
  const clean = await fetchClean(deps, validated, dir);
  const { runId, fence } = pointer;
  const result = await deps.engine.transformRun({
    dataset,
    lookup,
    clean,
    references: Object.fromEntries([...references].map(([name, { paths }]) => [name, paths])),
    ...(masksWithSalt(dataset) ? { salt: await deps.salt() } : {}),
    tableSchema: currentSchema(table),
    tableSpec: currentSpec(table),
    outDir: join(dir, 'out'),
    name: `${runId}-a${fence}`,
    runId,
  });
  if (result.profile !== null)
    await runDocuments(deps.store, deps.cleanBucket, pointer).writeProfile(result.profile);
  const staged = await upload(deps, pointer, table, result.files);
  return {
    files: [...result.perFile],
    staged,
    schemaId: currentSchema(table)['schema-id'],
    specId: currentSpec(table)['spec-id'],
    references: Object.fromEntries(
      [...references].map(([name, { snapshotId }]) => [name, snapshotId]),
    ),
    unmatched: { ...result.unmatched },
    duplicates: await keepDuplicates(deps, pointer, result.duplicatesPath),
    ...(result.setRules === undefined
      ? {}
      : { setRules: await keepBarred(deps, pointer, result.setRules) }),
    ...(evolved.length > 0 ? { evolved } : {}),
    ...(result.facts === undefined ? {} : { facts: result.facts }),
  };
};

/** The clean rows of the run, on disk; files without any are left out. */
const fetchClean = async (
  { store }: TransformDeps,
  validated: readonly ValidatedFile[],
  dir: string,
) => {
  const clean: (Pick<ValidatedFile, 'fileId' | 'evolved'> & { paths: string[] })[] = [];
  for (const { fileId, evolved, clean: uris } of validated) {
    const paths: string[] = [];
    for (const [index, uri] of uris.entries()) {
      const path = join(dir, `clean-${fileId}-${index}.parquet`);
      await store.download(uri, path);
      paths.push(path);
    }
    if (paths.length > 0) clean.push({ paths, fileId, evolved });
  }
  return clean;
};

/** The current files of every joined dataset, on disk; one snapshot each, pinned by its id. */
const fetchReferences = async (
  deps: TransformDeps,
  dataset: Dataset,
  lookup: (name: string) => Dataset,
  dir: string,
): Promise<Map<string, Reference>> => {
  const references = new Map<string, Reference>();
  const joined = compileTransform(dataset, lookup).references.map(({ dataset: name }) => name);
  for (const name of new Set([...joined, ...referredTo(dataset)])) {
    references.set(name, await fetchReference(deps, name, dir));
  }
  return references;
};

const fetchReference = async (
  { world, store }: TransformDeps,
  name: string,
  dir: string,
): Promise<Reference> => {
  const table = await world.catalog.load(name);
  const snapshot = table === undefined ? undefined : currentSnapshot(table);
  if (table === undefined || snapshot === undefined) return { snapshotId: null, paths: null };
  const entries = await scanFiles(await baseOf(world, table));
  const paths: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const path = join(dir, `reference-${name}-${index}.parquet`);
    await store.download(entry.data_file.file_path, path);
    paths.push(path);
  }
  return { snapshotId: String(snapshot['snapshot-id']), paths };
};

const upload = async (
  { store, curatedBucket, world }: TransformDeps,
  { dataset, runId, fence }: RunPointer,
  table: TableMetadata,
  files: Awaited<ReturnType<typeof transformRun>>['files'],
): Promise<StagedFile[]> => {
  const schema = currentSchema(table);
  const suffix = nameSuffix(world.random);
  const staged: StagedFile[] = [];
  for (const [index, { path, stats, boundsFor }] of files.entries()) {
    const uri = s3Uri(curatedBucket, curatedKeys.data(dataset, runId, fence, `${index}-${suffix}`));
    await store.upload(uri, path);
    staged.push(stagedFile(schema, currentSpec(table), stats, uri, boundsFor));
  }
  return staged;
};

/** Beside the rows that the validate stage rejected of the same file. */
const keepBarred = async (
  { store, quarantineBucket }: TransformDeps,
  { dataset, runId, fence }: RunPointer,
  { reasons, warnings, warned, rejects }: NonNullable<Transformed['setRules']>,
) => {
  const uris: string[] = [];
  for (const { fileId, path } of rejects) {
    const uri = s3Uri(quarantineBucket, quarantineKeys.barred(dataset, runId, fence, fileId));
    await store.upload(uri, path);
    uris.push(uri);
  }
  return { reasons: [...reasons], warnings: [...warnings], warned, rejects: uris };
};

const keepDuplicates = async (
  { store, quarantineBucket }: TransformDeps,
  { dataset, runId, fence }: RunPointer,
  path: string | null,
): Promise<string | null> => {
  if (path === null) return null;
  const uri = s3Uri(quarantineBucket, quarantineKeys.duplicates(dataset, runId, fence));
  await store.upload(uri, path);
  return uri;
};
