import * as z from 'zod';
import type { Column, Dataset } from '../dataset.ts';
import { PermanentError } from '../errors.ts';
import { countingFrom, grownType, type NextId, TableField, withIds } from './table-type.ts';

export type { TableField } from './table-type.ts';

/** The columns as of one time; a table keeps all its schemas, since old files name theirs. */
export const TableSchema = z.looseObject({
  'schema-id': z.number().int(),
  fields: z.array(TableField),
});
export type TableSchema = z.infer<typeof TableSchema>;

/** How the files of one time are divided. */
export const PartitionSpec = z.looseObject({
  'spec-id': z.number().int(),
  fields: z.array(
    z.looseObject({
      'source-id': z.number().int(),
      'field-id': z.number().int(),
      name: z.string(),
      transform: z.string(),
    }),
  ),
});
export type PartitionSpec = z.infer<typeof PartitionSpec>;

/** One committed state of the table. */
export const Snapshot = z.looseObject({
  'snapshot-id': z.bigint(),
  'parent-snapshot-id': z.bigint().nullish(),
  'sequence-number': z.number().int(),
  'timestamp-ms': z.number().int(),
  'manifest-list': z.string(),
  'schema-id': z.number().int().optional(),
  summary: z.record(z.string(), z.string()),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** The whole table as the catalogue tells it. */
export const TableMetadata = z.looseObject({
  'format-version': z.literal(2, 'Headgate writes Iceberg tables of format version 2 only'),
  'table-uuid': z.string(),
  location: z.string(),
  'last-sequence-number': z.number().int(),
  'last-column-id': z.number().int(),
  schemas: z.array(TableSchema).min(1),
  'current-schema-id': z.number().int(),
  'partition-specs': z.array(PartitionSpec).min(1),
  'default-spec-id': z.number().int(),
  properties: z.record(z.string(), z.string()).optional(),
  snapshots: z.array(Snapshot).optional(),
  refs: z.record(z.string(), z.looseObject({ 'snapshot-id': z.bigint() })).optional(),
});
export type TableMetadata = z.infer<typeof TableMetadata>;

/** What a commit asks the catalogue to do, in the words of the REST protocol. */
export type TableChange = {
  readonly requirements: readonly Requirement[];
  readonly updates: readonly Update[];
};

/** What must still be true for a commit to be applied; else it is known to be lost. */
export type Requirement =
  | { readonly type: 'assert-table-uuid'; readonly uuid: string }
  | {
      readonly type: 'assert-ref-snapshot-id';
      readonly ref: string;
      readonly 'snapshot-id': bigint | null;
    }
  | { readonly type: 'assert-current-schema-id'; readonly 'current-schema-id': number };

/** What a commit does. */
export type Update =
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | {
      readonly action: 'set-snapshot-ref';
      readonly 'ref-name': string;
      readonly type: 'branch';
      readonly 'snapshot-id': bigint;
    }
  | {
      readonly action: 'add-schema';
      readonly schema: TableSchema;
      readonly 'last-column-id': number;
    }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number };

/** What creates a table. The ids in it are a wish; the reply says which ones it has. */
export type TableRequest = {
  readonly name: string;
  readonly location: string;
  readonly schema: TableSchema;
  readonly 'partition-spec': PartitionSpec;
  readonly properties: Readonly<Record<string, string>>;
};

const FIRST_PARTITION_FIELD_ID = 1_000;

const newField = (column: Column, id: number, required: boolean, nextId: NextId): TableField => ({
  id,
  name: column.name,
  type: withIds(column.type, nextId),
  required,
  ...(column.doc === undefined ? {} : { doc: column.doc }),
});

/** New columns with the next ids, and behind all of them the ids of their parts. */
const newFields = (columns: readonly Column[], nextId: NextId): TableField[] => {
  const ids = columns.map(() => nextId());
  return columns.map((column, index) =>
    newField(column, ids[index] ?? nextId(), column.required, nextId),
  );
};

/**
 * The request that creates a dataset's table; field ids 1..n in the order of the columns, those of
 * nested parts behind them.
 */
export const tableRequest = (
  dataset: Pick<Dataset, 'name' | 'partition'>,
  columns: readonly Column[],
  location: string,
): TableRequest => {
  const fields = newFields(columns, countingFrom(1));
  const partition = dataset.partition.map(({ column, transform }, index) => {
    const source = fields.find((field) => field.name === column);
    if (source === undefined) {
      throw new PermanentError(
        `dataset ${dataset.name} is partitioned by ${column}, which is none of its columns`,
      );
    }
    return {
      'source-id': source.id,
      'field-id': FIRST_PARTITION_FIELD_ID + index,
      name: `${column}_${transform}`,
      transform,
    };
  });
  return {
    name: dataset.name,
    // Glue refuses a table without one.
    location,
    schema: { type: 'struct', 'schema-id': 0, fields },
    'partition-spec': { 'spec-id': 0, fields: partition },
    properties: {
      'format-version': '2',
      'headgate.dataset': dataset.name,
      'write.parquet.compression-codec': 'zstd',
    },
  };
};

/** Every field id in a piece of schema, nested ones too. */
const idsIn = (part: unknown): number[] => {
  if (Array.isArray(part)) return part.flatMap(idsIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'number' && (key === 'id' || key.endsWith('-id')) ? [value] : idsIn(value),
  );
};

/**
 * The next free field id. `last-column-id` alone will not do: some catalogues forget nested ids.
 */
export const nextFieldId = (metadata: TableMetadata): number =>
  Math.max(metadata['last-column-id'], ...metadata.schemas.flatMap((s) => idsIn(s.fields))) + 1;

const refuse = (metadata: TableMetadata, sentence: string, next: string): never => {
  throw new PermanentError(
    `${sentence} (table at ${metadata.location}). Nothing was changed. ${next}`,
  );
};

/** Refuses what would make old rows wrong; says whether the table's column must become optional. */
const checkedColumn = (
  metadata: TableMetadata,
  field: TableField,
  column: Column | undefined,
  nextId: NextId,
): TableField => {
  if (column === undefined) {
    return field.required
      ? refuse(
          metadata,
          `column ${field.name} is required in the table and gone from the dataset`,
          `Keep ${field.name} in the dataset, or publish under a new dataset name.`,
        )
      : field;
  }
  const grown = grownType(field.type, column.type, field.name, nextId);
  if (grown.kind === 'clash') {
    return refuse(
      metadata,
      `column ${grown.column} is ${grown.is} in the table and ${grown.wanted} in the dataset`,
      `Give ${grown.column} its old type again, or put the new type under a new column name.`,
    );
  }
  // A looser contract loosens the table; a stricter one cannot bind the rows already there.
  const required = field.required && column.required;
  const same = grown.type === field.type && required === field.required;
  return same ? field : { ...field, type: grown.type, required };
};

/** What brings a table's schema up to its dataset's columns; null when it already fits. */
export const schemaChange = (
  metadata: TableMetadata,
  columns: readonly Column[],
): TableChange | null => {
  const schema = currentSchema(metadata);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const firstId = nextFieldId(metadata);
  const nextId = countingFrom(firstId);
  const known = new Set(schema.fields.map((field) => field.name));
  // Optional whatever the contract says: rows already in the table have no value there.
  const added = newFields(
    columns
      .filter((column) => !known.has(column.name))
      .map((column) => ({ ...column, required: false })),
    nextId,
  );
  const kept = schema.fields.map((f) => checkedColumn(metadata, f, byName.get(f.name), nextId));
  if (added.length === 0 && kept.every((field, index) => field === schema.fields[index])) {
    return null;
  }
  const schemaId = Math.max(...metadata.schemas.map((s) => s['schema-id'])) + 1;
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': schema['schema-id'] },
    ],
    updates: [
      {
        action: 'add-schema',
        schema: { ...schema, 'schema-id': schemaId, fields: [...kept, ...added] },
        'last-column-id': nextId() - 1,
      },
      // -1 is "the one just added": the catalogue may have numbered it otherwise.
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  };
};

/**
 * Refuses a dataset whose partition is not its table's: files staged by the one would be listed
 * under values of the other, and readers would miss their rows without a word.
 */
export const checkPartition = (
  metadata: TableMetadata,
  dataset: Pick<Dataset, 'name' | 'partition'>,
): void => {
  const schema = currentSchema(metadata);
  const table = currentSpec(metadata)
    .fields.map((field) => `${field.transform}(${fieldById(schema, field['source-id']).name})`)
    .join(', ');
  const wanted = dataset.partition.map((p) => `${p.transform}(${p.column})`).join(', ');
  if (table === wanted) return;
  refuse(
    metadata,
    `dataset ${dataset.name} is partitioned by [${wanted}], its table by [${table}]`,
    'Give the dataset its old partition again, or publish under a new dataset name.',
  );
};

/** A schema of the table by its id; a staged run names the one it wrote under. */
export const schemaById = (metadata: TableMetadata, id: number): TableSchema => {
  const schema = metadata.schemas.find((s) => s['schema-id'] === id);
  if (schema === undefined) throw new PermanentError(`${metadata.location} has no schema ${id}`);
  return schema;
};

/** A partition spec of the table by its id. */
export const specById = (metadata: TableMetadata, id: number): PartitionSpec => {
  const spec = metadata['partition-specs'].find((s) => s['spec-id'] === id);
  if (spec === undefined) throw new PermanentError(`${metadata.location} has no spec ${id}`);
  return spec;
};

/** The schema new rows are written with. */
export const currentSchema = (metadata: TableMetadata): TableSchema =>
  schemaById(metadata, metadata['current-schema-id']);

/** The partition spec new files are written with. */
export const currentSpec = (metadata: TableMetadata): PartitionSpec =>
  specById(metadata, metadata['default-spec-id']);

/** The snapshot readers see. By `refs.main`: `current-snapshot-id` may be -1, null or absent. */
export const currentSnapshot = (metadata: TableMetadata): Snapshot | undefined => {
  const id = metadata.refs?.main?.['snapshot-id'];
  return metadata.snapshots?.find((snapshot) => snapshot['snapshot-id'] === id);
};

/** A top-level column by its field id: names may change, ids never do. */
export const fieldById = (schema: TableSchema, id: number): TableField => {
  const field = schema.fields.find((f) => f.id === id);
  if (field === undefined)
    throw new PermanentError(`schema ${schema['schema-id']} has no id ${id}`);
  return field;
};
