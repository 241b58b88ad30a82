import { PermanentError } from '../../core/errors.ts';
import type { DatasetName, RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import { baseOf, scanFiles } from '../../core/load/commit.ts';
import { entryStatus } from '../../core/load/manifest.ts';
import { entriesOf } from '../../core/load/snapshot.ts';
import type { TableMetadata } from '../../core/load/table.ts';
import type { ReconcileFinding } from '../../core/reconcile/findings.ts';
import {
  dataPrefix,
  type ListedObject,
  leftOver,
  mayPublish,
  missing,
  notListed,
  orphaned,
  runOfObject,
} from '../../core/reconcile/objects.ts';
import { judgePublished } from '../../core/reconcile/runs.ts';
import { inTurns } from '../in-turns.ts';
import { errorFields } from '../log.ts';
import {
  callsAtOnce,
  entriesPerPage,
  inScope,
  type Page,
  type ReconcileDeps,
  type Scope,
} from './deps.ts';

/** Published runs against their tables. */
export const lookAtPublished = async (
  deps: ReconcileDeps,
  scope: Scope,
  after: string | null,
): Promise<Page> => {
  const page = { state: 'PUBLISHED', after, limit: entriesPerPage } as const;
  const { runs, next } = await deps.ledger.runsIn(page);
  const findings: ReconcileFinding[] = [];
  // Read behind the page, so that the table knows at least what the runs of the page know.
  for (const [dataset, own] of byDataset(runs.filter((run) => inScope(scope, run.dataset)))) {
    const metadata = await deps.world.catalog.load(dataset);
    findings.push(...own.flatMap((run) => judgePublished(run, metadata) ?? []));
  }
  return { findings, next };
};

const byDataset = (runs: readonly RunEntry[]): ReadonlyMap<DatasetName, RunEntry[]> =>
  Map.groupBy(runs, ({ dataset }) => dataset);

/** One table against its files; `after` is the dataset of the page before. */
export const lookAtTables = async (
  deps: ReconcileDeps,
  scope: Scope,
  after: string | null,
): Promise<Page> => {
  const names = [...deps.datasets].filter((name) => inScope(scope, name)).sort();
  const [dataset, following] = names.filter((name) => after === null || name > after);
  if (dataset === undefined) return { findings: [], next: null };
  const next = following === undefined ? null : dataset;
  try {
    return { findings: await lookAtTable(deps, dataset), next };
  } catch (error) {
    // One table that cannot be read must not keep the walk from all others, each time anew.
    if (!(error instanceof PermanentError)) throw error;
    deps.log.error('table not looked at', { dataset, ...errorFields(error) });
    return { findings: [], next, failed: 1 };
  }
};

/** The table is read before the bucket: what it refers to has been written before. */
const lookAtTable = async (
  deps: ReconcileDeps,
  dataset: DatasetName,
): Promise<readonly ReconcileFinding[]> => {
  const prefix = dataPrefix(deps.curatedBucket, dataset);
  const metadata = await deps.world.catalog.load(dataset);
  const live = await liveFiles(deps, metadata);
  const listed = await deps.store.list(prefix);
  const gone = notListed(live, listed, prefix);
  // Another writer may have replaced and deleted it meanwhile: only what is still live is missed.
  const now =
    gone.length === 0 ? [] : await liveFiles(deps, await deps.world.catalog.load(dataset));
  const still = new Set(now);
  const left = await orphans(deps, metadata, leftOver(live, listed, deps.now()));
  return [
    ...gone.filter((uri) => still.has(uri)).map((uri) => missing(dataset, uri)),
    ...left.map((object) => orphaned(dataset, object)),
  ];
};

const liveFiles = async (
  { store }: ReconcileDeps,
  metadata: TableMetadata | undefined,
): Promise<readonly string[]> => {
  if (metadata === undefined) return [];
  const entries = await scanFiles(await baseOf({ store }, metadata));
  return entries.map(({ data_file: file }) => file.file_path);
};

/** Of the files that are left over those that nobody will publish, and no snapshot refers to. */
const orphans = async (
  deps: ReconcileDeps,
  metadata: TableMetadata | undefined,
  left: readonly ListedObject[],
): Promise<readonly ListedObject[]> => {
  const ids = new Set(left.map(({ uri }) => runOfObject(uri)).filter((id) => id !== null));
  const pending = new Set<RunId>();
  await inTurns([...ids], callsAtOnce, async (runId) => {
    if (mayPublish(await deps.ledger.run(runId))) pending.add(runId);
  });
  const given = left.filter(({ uri }) => {
    const runId = runOfObject(uri);
    return runId === null || !pending.has(runId);
  });
  const unknown = await notInHistory(
    deps,
    metadata,
    given.map(({ uri }) => uri),
  );
  return given.filter(({ uri }) => unknown.has(uri));
};

/** Snapshots before the current one are part of the table as well: time travel reads them. */
const notInHistory = async (
  { store, log }: ReconcileDeps,
  metadata: TableMetadata | undefined,
  uris: readonly string[],
): Promise<ReadonlySet<string>> => {
  const left = new Set(uris);
  const snapshots = metadata === undefined ? [] : [...(metadata.snapshots ?? [])].reverse();
  const seen = new Set<string>();
  for (const snapshot of snapshots.slice(0, limits.historySnapshotsMax)) {
    if (metadata === undefined || left.size === 0) return left;
    const base = await baseOf({ store }, metadata, snapshot);
    const fresh = base.manifests.filter(({ manifest_path: path }) => !seen.has(path));
    for (const { manifest_path: path } of fresh) seen.add(path);
    for (const entry of await entriesOf(base, fresh))
      if (entry.status !== entryStatus.deleted) left.delete(entry.data_file.file_path);
  }
  if (left.size === 0 || snapshots.length <= limits.historySnapshotsMax) return left;
  log.warn('history too long to tell what is orphaned', { files: left.size });
  return new Set();
};
