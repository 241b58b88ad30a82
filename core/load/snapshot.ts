import type { Buffer } from 'node:buffer';
import { PermanentError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import { limits } from '../limits.ts';
import {
  type DataFile,
  type Entry,
  encodeManifest,
  encodeManifestList,
  entryStatus,
  type ManifestFile,
  type PartitionSummary,
} from './manifest.ts';
import { partitionColumns, partitionKey } from './partition-values.ts';
import { hasLiveFiles } from './prune.ts';
import {
  currentSchema,
  currentSnapshot,
  type Snapshot,
  specById,
  type TableChange,
  type TableMetadata,
} from './table.ts';
import { compareValues, toBytes } from './values.ts';

/** What a run wants of the table. */
export type Change = {
  readonly operation: 'append' | 'overwrite';
  readonly add: readonly DataFile[];
  /** Addresses of live files to take out; from the base that the decision was made on. */
  readonly remove?: ReadonlySet<string>;
  readonly summary?: Readonly<Record<string, string>>;
  /** The spec that `add` was written under. @default the table's current one */
  readonly specId?: number;
};

/** The table at one snapshot, with its manifests at hand. */
export type Base = {
  readonly metadata: TableMetadata;
  readonly snapshot: Snapshot | undefined;
  readonly manifests: readonly ManifestFile[];
  readonly entries: (manifest: ManifestFile) => Promise<Entry[]>;
};

/** A snapshot ready to commit: files to put first, then the request that makes them count. */
export type Prepared = TableChange & {
  readonly snapshot: Snapshot;
  readonly files: readonly { readonly uri: string; readonly bytes: Buffer }[];
};

/** What a snapshot needs besides the base and the change. */
export type PrepareOptions = {
  readonly snapshotId: bigint;
  /** First part of the metadata files' names; no other try may use it. */
  readonly name: string;
  readonly now: number;
  /** @default limits.manifestsMergedAt */
  readonly mergeAt?: number;
};

/**
 * The same run always asks for the same snapshot id, so the catalogue itself refuses a second one.
 * 53 bits: a reader that goes through a double still sees the right id.
 */
export const snapshotIdOf = (runId: string): bigint => {
  const id = BigInt(`0x${sha256(runId).slice(0, 16)}`) >> 11n;
  return id === 0n ? 1n : id;
};

/** Manifests above this are left alone when small ones are merged; Iceberg's own target. */
const mergedManifestBytes = 8n * 1024n * 1024n;

const isLive = (entry: Entry): boolean => entry.status !== entryStatus.deleted;

const added = (file: DataFile, snapshotId: bigint): Entry => ({
  status: entryStatus.added,
  snapshot_id: snapshotId,
  // Inherited from the list, so that the manifest need not know which place it gets.
  sequence_number: null,
  file_sequence_number: null,
  data_file: file,
});

/** A deletion without bounds: bounds are values, and this manifest can live long. */
const deleted = (entry: Entry, snapshotId: bigint): Entry => ({
  ...entry,
  status: entryStatus.deleted,
  snapshot_id: snapshotId,
  data_file: { ...entry.data_file, lower_bounds: null, upper_bounds: null },
});

const kept = (entry: Entry): Entry => ({ ...entry, status: entryStatus.existing });

const partitionSummaries = (
  metadata: TableMetadata,
  specId: number,
  entries: readonly Entry[],
): PartitionSummary[] =>
  partitionColumns(currentSchema(metadata), specById(metadata, specId)).map((column) => {
    const all = entries.map((entry) => entry.data_file.partition[partitionKey(column)] ?? null);
    const known = all.filter((value) => value !== null).sort(compareValues);
    const [lowest, highest] = [known[0], known.at(-1)];
    return {
      contains_null: known.length < all.length,
      contains_nan: false,
      lower_bound: lowest === undefined ? null : toBytes(column.resultType, lowest),
      upper_bound: highest === undefined ? null : toBytes(column.resultType, highest),
    };
  });

type Written = { readonly line: ManifestFile; readonly uri: string; readonly bytes: Buffer };

/** Writes the manifests of one snapshot. */
const manifestWriter = (metadata: TableMetadata, sequence: bigint, options: PrepareOptions) => {
  const written: Written[] = [];
  const add = (specId: number, entries: readonly Entry[]): void => {
    const bytes = encodeManifest(currentSchema(metadata), specById(metadata, specId), entries);
    const uri = `${metadata.location}/metadata/${options.name}-m${written.length}.avro`;
    const of = (status: number) => entries.filter((entry) => entry.status === status);
    const rows = (some: readonly Entry[]) =>
      some.reduce((sum, entry) => sum + entry.data_file.record_count, 0n);
    const numbers = entries.filter(isLive).map((entry) => entry.sequence_number ?? sequence);
    const line: ManifestFile = {
      manifest_path: uri,
      manifest_length: BigInt(bytes.length),
      partition_spec_id: specId,
      content: 0,
      sequence_number: sequence,
      min_sequence_number: numbers.reduce((a, b) => (a < b ? a : b), sequence),
      added_snapshot_id: options.snapshotId,
      added_files_count: of(entryStatus.added).length,
      existing_files_count: of(entryStatus.existing).length,
      deleted_files_count: of(entryStatus.deleted).length,
      added_rows_count: rows(of(entryStatus.added)),
      existing_rows_count: rows(of(entryStatus.existing)),
      deleted_rows_count: rows(of(entryStatus.deleted)),
      partitions: partitionSummaries(metadata, specId, entries),
      key_metadata: null,
    };
    written.push({ line, uri, bytes });
  };
  return { written, add };
};

type Writer = ReturnType<typeof manifestWriter>;

/** Rewrites the manifests that hold removed files; gives back those left as they are. */
const takeOut = async (
  base: Base,
  remove: ReadonlySet<string>,
  snapshotId: bigint,
  writer: Writer,
): Promise<{ carried: ManifestFile[]; removed: DataFile[] }> => {
  const carried: ManifestFile[] = [];
  const removed: DataFile[] = [];
  // Manifests that only tell deletions belong to older snapshots and end here.
  for (const manifest of base.manifests.filter(hasLiveFiles)) {
    const live = remove.size === 0 ? [] : (await base.entries(manifest)).filter(isLive);
    const leaving = live.filter((entry) => remove.has(entry.data_file.file_path));
    if (leaving.length === 0) {
      carried.push(manifest);
      continue;
    }
    removed.push(...leaving.map((entry) => entry.data_file));
    const entries = live.map((e) => (leaving.includes(e) ? deleted(e, snapshotId) : kept(e)));
    writer.add(manifest.partition_spec_id, entries);
  }
  if (removed.length !== remove.size) {
    throw new PermanentError(
      `${remove.size - removed.length} of ${remove.size} files to remove are not live at ` +
        `${base.metadata.location}; a decision must take them from the base it is given`,
    );
  }
  return { carried, removed };
};

/** Many small manifests become one per spec: planning a read opens each of them. */
const merged = async (
  base: Base,
  carried: readonly ManifestFile[],
  mergeAt: number,
  writer: Writer,
): Promise<ManifestFile[]> => {
  let rest = [...carried];
  for (const specId of new Set(carried.map((manifest) => manifest.partition_spec_id))) {
    const small = rest.filter(
      (m) => m.partition_spec_id === specId && m.manifest_length < mergedManifestBytes,
    );
    if (small.length < mergeAt) continue;
    const entries = await entriesOf(base, small);
    writer.add(specId, entries.filter(isLive).map(kept));
    rest = rest.filter((manifest) => !small.includes(manifest));
  }
  return rest;
};

/** Manifests fetched at a time: enough to hide latency, few enough to hold in memory. */
const manifestsAtOnce = 16;

/** All entries of some manifests. */
export const entriesOf = async (
  base: Base,
  manifests: readonly ManifestFile[],
): Promise<Entry[]> => {
  const entries: Entry[] = [];
  for (let at = 0; at < manifests.length; at += manifestsAtOnce) {
    const some = manifests.slice(at, at + manifestsAtOnce);
    entries.push(...(await Promise.all(some.map(base.entries))).flat());
  }
  return entries;
};

const summaryOf = (
  change: Change,
  removed: readonly DataFile[],
  parent: Snapshot | undefined,
): Record<string, string> => {
  const rows = (files: readonly DataFile[]) => files.reduce((n, f) => n + f.record_count, 0n);
  const bytes = (files: readonly DataFile[]) =>
    files.reduce((n, file) => n + file.file_size_in_bytes, 0n);
  const count = (files: readonly DataFile[]) => BigInt(files.length);
  const total = (key: string, of: (files: readonly DataFile[]) => bigint) =>
    String(BigInt(parent?.summary[key] ?? '0') + of(change.add) - of(removed));
  const deletions = {
    'deleted-data-files': String(removed.length),
    'deleted-records': String(rows(removed)),
    'removed-files-size': String(bytes(removed)),
  };
  return {
    ...change.summary,
    operation: removed.length > 0 && change.add.length === 0 ? 'delete' : change.operation,
    'added-data-files': String(change.add.length),
    'added-records': String(rows(change.add)),
    'added-files-size': String(bytes(change.add)),
    ...(removed.length > 0 ? deletions : {}),
    'total-records': total('total-records', rows),
    'total-data-files': total('total-data-files', count),
    'total-files-size': total('total-files-size', bytes),
    'total-delete-files': '0',
    'total-position-deletes': '0',
    'total-equality-deletes': '0',
  };
};

/** One snapshot on top of `base`. Manifests that do not change are carried over by reference. */
export async function prepareSnapshot(
  base: Base,
  change: Change,
  options: PrepareOptions,
): Promise<Prepared> {
  const { metadata } = base;
  const parent = currentSnapshot(metadata);
  const { snapshotId } = options;
  const sequence = BigInt(metadata['last-sequence-number']) + 1n;
  const writer = manifestWriter(metadata, sequence, options);
  if (change.add.length > 0) {
    const entries = change.add.map((file) => added(file, snapshotId));
    writer.add(change.specId ?? metadata['default-spec-id'], entries);
  }
  const { carried, removed } = await takeOut(base, change.remove ?? new Set(), snapshotId, writer);
  const rest = await merged(base, carried, options.mergeAt ?? limits.manifestsMergedAt, writer);
  const lines = [...writer.written.map((manifest) => manifest.line), ...rest];
  const parentId = parent?.['snapshot-id'] ?? null;
  const list = encodeManifestList(lines, { id: snapshotId, parent: parentId, sequence });
  const listUri = `${metadata.location}/metadata/snap-${snapshotId}-${options.name}.avro`;
  const snapshot: Snapshot = {
    'snapshot-id': snapshotId,
    ...(parentId === null ? {} : { 'parent-snapshot-id': parentId }),
    'sequence-number': Number(sequence),
    // Clocks differ between writers; a table's history must not run backwards.
    'timestamp-ms': Math.max(options.now, (parent?.['timestamp-ms'] ?? 0) + 1),
    'manifest-list': listUri,
    'schema-id': metadata['current-schema-id'],
    summary: summaryOf(change, removed, parent),
  };
  const ref = { 'ref-name': 'main', type: 'branch', 'snapshot-id': snapshotId } as const;
  return {
    snapshot,
    files: [
      ...writer.written.map(({ uri, bytes }) => ({ uri, bytes })),
      { uri: listUri, bytes: list },
    ],
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': parentId },
    ],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', ...ref },
    ],
  };
}
