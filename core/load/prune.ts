import { type Entry, entryStatus, type ManifestFile } from './manifest.ts';
import {
  type PartitionColumn,
  partitionColumns,
  partitionKey,
  partitionValue,
} from './partition-values.ts';
import { currentSchema, specById, type TableMetadata } from './table.ts';
import { compareValues, fromBytes, type Value } from './values.ts';

type Known = NonNullable<Value>;

/**
 * What a reader looks for in one column; several are ANDed. Inclusive, in internal values
 * (`fromText`). Pruning by it may keep too much, never too little.
 */
export type Bound = {
  /** Field id of the column. */
  readonly id: number;
  readonly lower?: Known;
  readonly upper?: Known;
  readonly in?: readonly Known[];
};

const between = (value: Known, lower: Known, upper: Known): boolean =>
  compareValues(value, lower) >= 0 && compareValues(value, upper) <= 0;

/** True when no value in [lower, upper] can be meant; an end that is not known is open. */
const outside = (bound: Bound, lower: Known | undefined, upper: Known | undefined): boolean => {
  const below = bound.lower !== undefined && upper !== undefined;
  if (below && compareValues(upper, bound.lower) < 0) return true;
  const above = bound.upper !== undefined && lower !== undefined;
  if (above && compareValues(lower, bound.upper) > 0) return true;
  if (bound.in === undefined || lower === undefined || upper === undefined) return false;
  return !bound.in.some((value) => between(value, lower, upper));
};

type PartitionBound = {
  readonly position: number;
  readonly column: PartitionColumn;
  readonly bound: Bound;
};

/** The bound as it falls on partition values; undefined when the transform keeps no order. */
const projected = (bound: Bound, column: PartitionColumn): Bound | undefined => {
  const ends: { lower?: Known; upper?: Known; in?: Known[] } = {};
  for (const side of ['lower', 'upper'] as const) {
    const value = bound[side];
    const end = value === undefined ? undefined : partitionValue(column, value);
    if (end !== undefined) ends[side] = end;
  }
  const values = bound.in?.map((value) => partitionValue(column, value));
  if (values?.every((value) => value !== undefined)) ends.in = values;
  return Object.keys(ends).length === 0 ? undefined : { id: bound.id, ...ends };
};

const partitionBounds = (
  metadata: TableMetadata,
  specId: number,
  bounds: readonly Bound[],
): PartitionBound[] =>
  partitionColumns(currentSchema(metadata), specById(metadata, specId)).flatMap(
    (column, position) =>
      bounds
        .filter((bound) => bound.id === column.sourceId)
        .map((bound) => projected(bound, column))
        .filter((bound) => bound !== undefined)
        .map((bound) => ({ position, column, bound })),
  );

const mayHold = (manifest: ManifestFile, { position, column, bound }: PartitionBound): boolean => {
  const summary = manifest.partitions?.[position];
  if (summary === undefined) return true;
  const { lower_bound: lower, upper_bound: upper } = summary;
  // No bounds in a summary: nothing but nulls (or NaN), and a bound never means null.
  if (lower === null || upper === null) return false;
  return !outside(bound, fromBytes(column.resultType, lower), fromBytes(column.resultType, upper));
};

/** Manifests that can hold a live file of interest, by their partition summaries. */
export const pruneManifests = (
  metadata: TableMetadata,
  manifests: readonly ManifestFile[],
  bounds: readonly Bound[],
): ManifestFile[] =>
  manifests.filter(
    (manifest) =>
      hasLiveFiles(manifest) &&
      partitionBounds(metadata, manifest.partition_spec_id, bounds).every((bound) =>
        mayHold(manifest, bound),
      ),
  );

/** False for a manifest that only tells deletions. */
export const hasLiveFiles = (manifest: ManifestFile): boolean =>
  manifest.added_files_count > 0 || manifest.existing_files_count > 0;

const inPartition = (entry: Entry, { column, bound }: PartitionBound): boolean => {
  const value = entry.data_file.partition[partitionKey(column)] ?? null;
  return value !== null && !outside(bound, value, value);
};

const boundOf = (entry: Entry, side: 'lower_bounds' | 'upper_bounds', id: number, type: string) => {
  const pair = entry.data_file[side]?.find(({ key }) => key === id);
  return pair === undefined ? undefined : fromBytes(type, pair.value);
};

/** Live entries whose file can hold a row of interest, by partition value and column bounds. */
export const pruneEntries = (
  metadata: TableMetadata,
  specId: number,
  entries: readonly Entry[],
  bounds: readonly Bound[],
): Entry[] => {
  const partitions = partitionBounds(metadata, specId, bounds);
  const columns = bounds.flatMap((bound) => {
    const type = currentSchema(metadata).fields.find(({ id }) => id === bound.id)?.type;
    return typeof type === 'string' ? [{ bound, type }] : [];
  });
  return entries.filter(
    (entry) =>
      entry.status !== entryStatus.deleted &&
      partitions.every((bound) => inPartition(entry, bound)) &&
      columns.every(
        ({ bound, type }) =>
          !outside(
            bound,
            boundOf(entry, 'lower_bounds', bound.id, type),
            boundOf(entry, 'upper_bounds', bound.id, type),
          ),
      ),
  );
};
