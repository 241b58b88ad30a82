import type { Buffer } from 'node:buffer';
import { PermanentError } from '../errors.ts';
import {
  type AvroBranch,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  decodeAvro,
  encodeAvro,
} from './avro.ts';
import { type PartitionColumn, partitionColumns, partitionKey } from './partition-values.ts';
import type { PartitionSpec, TableSchema } from './table.ts';
import type { Value } from './values.ts';

/** A map with int keys, as Avro has none: field id and value. */
export type Pairs<T> = { key: number; value: T }[];

/** One data file as a manifest knows it. Names are the Iceberg spec's. */
export type DataFile = {
  content: number;
  file_path: string;
  file_format: string;
  /** By `partitionKey`. */
  partition: Record<string, Value>;
  record_count: bigint;
  file_size_in_bytes: bigint;
  column_sizes: Pairs<bigint> | null;
  value_counts: Pairs<bigint> | null;
  null_value_counts: Pairs<bigint> | null;
  nan_value_counts: Pairs<bigint> | null;
  lower_bounds: Pairs<Buffer> | null;
  upper_bounds: Pairs<Buffer> | null;
  key_metadata: Buffer | null;
  split_offsets: bigint[] | null;
  equality_ids: number[] | null;
  sort_order_id: number | null;
};

/** What an entry says of its file in the snapshot that wrote it. */
export const entryStatus = { existing: 0, added: 1, deleted: 2 } as const;

/** One line of a manifest. Null numbers are inherited from the manifest's line in the list. */
export type Entry = {
  status: number;
  snapshot_id: bigint | null;
  sequence_number: bigint | null;
  file_sequence_number: bigint | null;
  data_file: DataFile;
};

/** Range of one partition field over the files of a manifest. */
export type PartitionSummary = {
  contains_null: boolean;
  contains_nan: boolean | null;
  lower_bound: Buffer | null;
  upper_bound: Buffer | null;
};

/** One line of a manifest list. */
export type ManifestFile = {
  manifest_path: string;
  manifest_length: bigint;
  partition_spec_id: number;
  content: number;
  sequence_number: bigint;
  min_sequence_number: bigint;
  added_snapshot_id: bigint;
  added_files_count: number;
  existing_files_count: number;
  deleted_files_count: number;
  added_rows_count: bigint;
  existing_rows_count: bigint;
  deleted_rows_count: bigint;
  partitions: PartitionSummary[] | null;
  key_metadata: Buffer | null;
};

const must = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type,
  'field-id': id,
});
const may = (id: number, name: string, type: AvroBranch): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
});
const listOf = (items: AvroSchema, attributes: object) => ({
  type: 'array' as const,
  items,
  ...attributes,
});
const pairs = (id: number, name: string, keyId: number, valueId: number, value: string) =>
  may(
    id,
    name,
    listOf(
      {
        type: 'record',
        name: `k${keyId}_v${valueId}`,
        fields: [must(keyId, 'key', 'int'), must(valueId, 'value', value)],
      },
      { logicalType: 'map' },
    ),
  );

const partitionType = (type: string): AvroBranch => {
  const attributes = (more: object, plain: 'int' | 'long') => ({ type: plain, ...more });
  switch (type) {
    case 'int':
    case 'long':
    case 'string':
    case 'boolean':
      return type;
    case 'date':
      return attributes({ logicalType: 'date' }, 'int');
    case 'timestamp':
    case 'timestamptz': {
      const adjust = { 'adjust-to-utc': type === 'timestamptz' };
      return attributes({ logicalType: 'timestamp-micros', ...adjust }, 'long');
    }
    default:
      throw new PermanentError(`partition values of type ${type} are neither written nor read`);
  }
};

const entrySchema = (
  columns: readonly PartitionColumn[],
  nameOf: (column: PartitionColumn) => string,
): AvroRecord => {
  const partition: AvroRecord = {
    type: 'record',
    name: 'r102',
    fields: columns.map((c) => may(c.fieldId, nameOf(c), partitionType(c.resultType))),
  };
  const file: AvroRecord = {
    type: 'record',
    name: 'r2',
    fields: [
      must(134, 'content', 'int'),
      must(100, 'file_path', 'string'),
      must(101, 'file_format', 'string'),
      must(102, 'partition', partition),
      must(103, 'record_count', 'long'),
      must(104, 'file_size_in_bytes', 'long'),
      pairs(108, 'column_sizes', 117, 118, 'long'),
      pairs(109, 'value_counts', 119, 120, 'long'),
      pairs(110, 'null_value_counts', 121, 122, 'long'),
      pairs(137, 'nan_value_counts', 138, 139, 'long'),
      pairs(125, 'lower_bounds', 126, 127, 'bytes'),
      pairs(128, 'upper_bounds', 129, 130, 'bytes'),
      may(131, 'key_metadata', 'bytes'),
      may(132, 'split_offsets', listOf('long', { 'element-id': 133 })),
      may(135, 'equality_ids', listOf('int', { 'element-id': 136 })),
      may(140, 'sort_order_id', 'int'),
    ],
  };
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      must(0, 'status', 'int'),
      may(1, 'snapshot_id', 'long'),
      may(3, 'sequence_number', 'long'),
      may(4, 'file_sequence_number', 'long'),
      must(2, 'data_file', file),
    ],
  };
};

const listSchema: AvroRecord = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    must(500, 'manifest_path', 'string'),
    must(501, 'manifest_length', 'long'),
    must(502, 'partition_spec_id', 'int'),
    must(517, 'content', 'int'),
    must(515, 'sequence_number', 'long'),
    must(516, 'min_sequence_number', 'long'),
    must(503, 'added_snapshot_id', 'long'),
    must(504, 'added_files_count', 'int'),
    must(505, 'existing_files_count', 'int'),
    must(506, 'deleted_files_count', 'int'),
    must(512, 'added_rows_count', 'long'),
    must(513, 'existing_rows_count', 'long'),
    must(514, 'deleted_rows_count', 'long'),
    may(
      507,
      'partitions',
      listOf(
        {
          type: 'record',
          name: 'r508',
          fields: [
            must(509, 'contains_null', 'boolean'),
            may(518, 'contains_nan', 'boolean'),
            may(510, 'lower_bound', 'bytes'),
            may(511, 'upper_bound', 'bytes'),
          ],
        },
        { 'element-id': 508 },
      ),
    ),
    may(519, 'key_metadata', 'bytes'),
  ],
};

/** Avro names are letters, digits and _; a partition field may be called anything. */
const avroName = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9_]/gu, (c) => `_x${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}`)
    .replace(/^\d/, (digit) => `_${digit}`);

/** A manifest: entries of files that share one partition spec. */
export const encodeManifest = (
  schema: TableSchema,
  spec: PartitionSpec,
  entries: readonly Entry[],
): Buffer => {
  const columns = partitionColumns(schema, spec);
  const header = entrySchema(columns, (column) => avroName(column.name));
  return encodeAvro(entrySchema(columns, partitionKey), header, entries, {
    schema: JSON.stringify(schema),
    'schema-id': String(schema['schema-id']),
    'partition-spec': JSON.stringify(spec.fields),
    'partition-spec-id': String(spec['spec-id']),
    'format-version': '2',
    content: 'data',
  });
};

/** Entries with what they inherit from the manifest's line in the list filled in. */
export const decodeManifest = (
  file: Buffer,
  schema: TableSchema,
  spec: PartitionSpec,
  from: Pick<ManifestFile, 'added_snapshot_id' | 'sequence_number'>,
): Entry[] => {
  const reader = entrySchema(partitionColumns(schema, spec), partitionKey);
  return decodeAvro<Entry>(file, reader).rows.map((entry) => ({
    status: entry.status,
    snapshot_id: entry.snapshot_id ?? from.added_snapshot_id,
    sequence_number: entry.sequence_number ?? from.sequence_number,
    file_sequence_number: entry.file_sequence_number ?? from.sequence_number,
    data_file: plainFile(entry.data_file),
  }));
};

/** avsc's records are class instances; ours are plain, so that copies and comparisons hold. */
const plainFile = (file: DataFile): DataFile => ({ ...file, partition: { ...file.partition } });

/** A manifest list: what a snapshot consists of. */
export const encodeManifestList = (
  manifests: readonly ManifestFile[],
  snapshot: { readonly id: bigint; readonly parent: bigint | null; readonly sequence: bigint },
): Buffer =>
  encodeAvro(listSchema, listSchema, manifests, {
    'snapshot-id': String(snapshot.id),
    'parent-snapshot-id': String(snapshot.parent),
    'sequence-number': String(snapshot.sequence),
    'format-version': '2',
  });

/** The lines of a manifest list. */
export const decodeManifestList = (file: Buffer): ManifestFile[] =>
  decodeAvro<ManifestFile>(file, listSchema).rows.map((manifest) => ({ ...manifest }));
