import type { Column, Dataset } from '../dataset.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Clock, Random, Sleep, Store } from '../ports.ts';
import { checkEvolvedColumns } from './evolved-columns.ts';
import {
  type DataFile,
  decodeManifest,
  decodeManifestList,
  type Entry,
  type ManifestFile,
} from './manifest.ts';
import { type Bound, pruneEntries, pruneManifests } from './prune.ts';
import { type Base, type Change, entriesOf, prepareSnapshot, snapshotIdOf } from './snapshot.ts';
import {
  checkPartition,
  currentSchema,
  currentSnapshot,
  type Requirement,
  type Snapshot,
  schemaChange,
  specById,
  type TableMetadata,
  type TableRequest,
  tableRequest,
  type Update,
} from './table.ts';

export type { Bound } from './prune.ts';
export type { Base, Change } from './snapshot.ts';

/**
 * How a write to the catalogue ended. `conflict`: known not to be applied. `unknown`: it may have
 * been; nothing follows from it, the table must be read. Everything else is thrown.
 */
export type CatalogReply =
  | { readonly kind: 'committed'; readonly metadata: TableMetadata }
  | { readonly kind: 'conflict'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string };

/** An Iceberg REST catalogue, seen from one database. Reads throw TransientError when they fail. */
export type Catalog = {
  /** Undefined when there is no such table. */
  load(table: string): Promise<TableMetadata | undefined>;
  /** `conflict` when the table exists already. */
  create(request: TableRequest): Promise<CatalogReply>;
  commit(
    table: string,
    requirements: readonly Requirement[],
    updates: readonly Update[],
  ): Promise<CatalogReply>;
};

/** All that a commit needs of the outside; a simulator can drive it. */
export type World = {
  readonly store: Pick<Store, 'get' | 'put'>;
  readonly catalog: Catalog;
  readonly now: Clock;
  readonly sleep: Sleep;
  readonly random: Random;
};

/** Where a snapshot's summary names the run that made it. */
export const runIdKey = 'headgate.run-id';

/** Where it names the attempt of the run: its documents tell what the snapshot holds. */
export const attemptKey = 'headgate.attempt';

/** Where a snapshot without a change names a run that no attempt up to its own may commit. */
export const givenUpKey = 'headgate.given-up';

/** Whether an attempt of a run, or one after it, was given up in this table. */
export const isGivenUp = (metadata: TableMetadata, runId: string, attempt: number): boolean =>
  metadata.snapshots?.some(
    ({ summary }) => summary[givenUpKey] === runId && Number(summary[attemptKey]) >= attempt,
  ) ?? false;

/** The snapshot of a run, if it has one. Also one that was rolled back: a replay is a new run. */
export const findRun = (metadata: TableMetadata, runId: string): Snapshot | undefined =>
  metadata.snapshots?.find((snapshot) => snapshot.summary[runIdKey] === runId);

/** Metadata files never change, so one commit reads each of them once over all its tries. */
export const cached = (store: Pick<Store, 'get'>): Pick<Store, 'get'> => {
  const seen = new Map<string, Awaited<ReturnType<Store['get']>>>();
  return {
    get: async (uri) => {
      const bytes = seen.get(uri) ?? (await store.get(uri));
      seen.set(uri, bytes);
      return bytes;
    },
  };
};

/** The table at a snapshot; refuses one with delete files, which our reads would not honour. */
export async function baseOf(
  world: { readonly store: Pick<Store, 'get'> },
  metadata: TableMetadata,
  snapshot: Snapshot | undefined = currentSnapshot(metadata),
): Promise<Base> {
  const list = snapshot && (await world.store.get(snapshot['manifest-list']));
  const manifests = list === undefined ? [] : decodeManifestList(list);
  if (manifests.some((manifest) => manifest.content !== 0)) {
    throw new PermanentError(
      `the table at ${metadata.location} has delete files of another writer (merge-on-read); ` +
        'compact it, or set that writer to copy-on-write. Nothing was changed.',
    );
  }
  const entries = async (manifest: ManifestFile): Promise<Entry[]> => {
    const spec = specById(metadata, manifest.partition_spec_id);
    const bytes = await world.store.get(manifest.manifest_path);
    return decodeManifest(bytes, currentSchema(metadata), spec, manifest);
  };
  return { metadata, snapshot, manifests, entries };
}

/** Live files that a read with these bounds must open. */
export const scanFiles = async (base: Base, bounds: readonly Bound[] = []): Promise<Entry[]> => {
  const manifests = pruneManifests(base.metadata, base.manifests, bounds);
  const bySpec = Map.groupBy(manifests, (manifest) => manifest.partition_spec_id);
  const found: Entry[] = [];
  for (const [specId, some] of bySpec) {
    const entries = await entriesOf(base, some);
    found.push(...pruneEntries(base.metadata, specId, entries, bounds));
  }
  return found;
};

/** Adds files to whatever the table holds. */
export const appendChange = (
  files: readonly DataFile[],
  summary: Readonly<Record<string, string>> = {},
): Change => ({ operation: 'append', add: files, summary });

/** Makes the files the whole table: every file that is live in `base` goes out. */
export const replaceChange = async (
  base: Base,
  files: readonly DataFile[],
  summary: Readonly<Record<string, string>> = {},
): Promise<Change> => {
  const live = await scanFiles(base);
  const remove = new Set(live.map((entry) => entry.data_file.file_path));
  return { operation: 'overwrite', add: files, remove, summary };
};

const backoffFirstMs = 20;
const backoffMaxMs = 2_000;

/** Full jitter: writers that collided once should not meet again. */
export const backoff = (world: Pick<World, 'sleep' | 'random'>, tries: number): Promise<void> =>
  world.sleep(world.random() * Math.min(backoffMaxMs, backoffFirstMs * 2 ** Math.min(tries, 7)));

/** How `commitRun` ended. `tries` counts looks at the table, each with at most one commit. */
export type CommitOutcome =
  | {
      readonly kind: 'committed';
      readonly snapshotId: bigint;
      readonly tries: number;
      /** True when the snapshot was there already: an earlier try, a twin, a lost reply. */
      readonly already: boolean;
    }
  | { readonly kind: 'exhausted'; readonly tries: number; readonly detail: string }
  | { readonly kind: 'nothing'; readonly snapshotId: bigint | null };

/** `now` sees the table as it is and says what to change; null: nothing to do. */
export type Decide = (base: Base) => Promise<Change | null> | Change | null;

type Attempt = CommitOutcome | { readonly kind: 'lost'; readonly detail: string };

export type Job = {
  readonly table: string;
  readonly runId: string;
  readonly decide: Decide;
  readonly triesMax: number;
  readonly mergeAt: number;
  readonly read: Pick<Store, 'get'>;
  /** What the snapshot says of itself beside its change. */
  readonly summary: Readonly<Record<string, string>>;
  readonly snapshotId: bigint;
  readonly attempt?: number | undefined;
};

/** Looks at the table, decides, and asks once. A TransientError on the way is a lost try too. */
const attempt = async (world: World, job: Job, tries: number): Promise<Attempt> => {
  try {
    const metadata = await world.catalog.load(job.table);
    if (metadata === undefined) {
      throw new PermanentError(
        `table ${job.table} does not exist; nothing of run ${job.runId} was published`,
      );
    }
    const found = findRun(metadata, job.runId);
    if (found !== undefined) {
      return { kind: 'committed', snapshotId: found['snapshot-id'], tries, already: true };
    }
    if (job.attempt !== undefined && isGivenUp(metadata, job.runId, job.attempt)) {
      throw new PermanentError(
        `attempt ${job.attempt} of run ${job.runId} was given up; nothing of it was published`,
      );
    }
    return tries > job.triesMax
      ? { kind: 'lost', detail: 'no try left' }
      : await commitOn(world, job, await baseOf({ store: job.read }, metadata), tries);
  } catch (error) {
    if (error instanceof TransientError) return { kind: 'lost', detail: error.message };
    throw error;
  }
};

export const commitOn = async (
  world: World,
  job: Job,
  base: Base,
  tries: number,
): Promise<Attempt> => {
  const change = await job.decide(base);
  if (change === null) {
    return { kind: 'nothing', snapshotId: base.snapshot?.['snapshot-id'] ?? null };
  }
  const { runId, mergeAt, snapshotId } = job;
  const withRun = { ...change, summary: { ...change.summary, ...job.summary } };
  // A twin may be at the same try: the suffix keeps its metadata files apart from ours.
  const suffix = Math.floor(world.random() * 2 ** 32).toString(16);
  const name = `${runId}-${tries}-${suffix}`;
  const options = { snapshotId, name, now: world.now(), mergeAt };
  const prepared = await prepareSnapshot(base, withRun, options);
  await Promise.all(prepared.files.map(({ uri, bytes }) => world.store.put(uri, bytes)));
  const reply = await world.catalog.commit(job.table, prepared.requirements, prepared.updates);
  return reply.kind === 'committed'
    ? { kind: 'committed', snapshotId, tries, already: false }
    : { kind: 'lost', detail: `${reply.kind}: ${reply.detail}` };
};

/**
 * Commits a run's change in exactly one snapshot, whatever happens to replies, twins and zombies:
 * nothing is ever concluded from a lost reply, only from reading the table. Data files are never
 * deleted here: after an unknown outcome they may be live.
 */
export async function commitRun(
  world: World,
  table: string,
  runId: string,
  decide: Decide,
  options: {
    readonly triesMax?: number;
    readonly mergeAt?: number;
    /** Which attempt of the run this is; one that was given up does not commit. */
    readonly attempt?: number;
  } = {},
): Promise<CommitOutcome> {
  const { attempt: own, triesMax = limits.commitTriesMax } = options;
  const job: Job = {
    ...{ table, runId, decide, triesMax, read: cached(world.store), attempt: own },
    mergeAt: options.mergeAt ?? limits.manifestsMergedAt,
    summary: { [runIdKey]: runId, ...(own === undefined ? {} : { [attemptKey]: String(own) }) },
    snapshotId: snapshotIdOf(runId),
  };
  let detail = '';
  // One look more than tries: the last commit may have been applied although its reply was lost.
  for (let tries = 1; tries <= triesMax + 1; tries += 1) {
    const outcome = await attempt(world, job, tries);
    if (outcome.kind !== 'lost') return outcome;
    if (tries > triesMax) break;
    detail = outcome.detail;
    await backoff(world, tries);
  }
  return { kind: 'exhausted', tries: triesMax, detail };
}

/** The dataset's table, made or brought up to its columns. Any number of runs may do so at once. */
export async function ensureTable(
  world: Pick<World, 'catalog' | 'sleep' | 'random'>,
  dataset: Pick<Dataset, 'name' | 'partition'>,
  columns: readonly Column[],
  location: string,
): Promise<TableMetadata> {
  let detail = '';
  for (let tries = 1; tries <= limits.commitTriesMax; tries += 1) {
    const metadata = await world.catalog.load(dataset.name);
    if (metadata !== undefined) {
      checkPartition(metadata, dataset);
      checkEvolvedColumns(metadata, columns);
    }
    const change = metadata === undefined ? null : schemaChange(metadata, columns);
    if (metadata !== undefined && change === null) return metadata;
    const reply =
      change === null
        ? await world.catalog.create(tableRequest(dataset, columns, location))
        : await world.catalog.commit(dataset.name, change.requirements, change.updates);
    // From the reply, never from the request: a catalogue may give other field ids.
    if (reply.kind === 'committed') return reply.metadata;
    detail = `${reply.kind}: ${reply.detail}`;
    await backoff(world, tries);
  }
  throw new TransientError(
    `table ${dataset.name} could not be made ready in ${limits.commitTriesMax} tries (${detail})`,
  );
}
