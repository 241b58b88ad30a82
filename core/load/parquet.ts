import * as z from 'zod';
import type { Column } from '../dataset.ts';
import type { StagedFile } from '../documents.ts';
import { PermanentError } from '../errors.ts';
import { duckType } from '../iceberg-type.ts';
import { ident, list, literal } from '../sql.ts';
import { boundBytes } from './bounds.ts';
import type { DataFile, Pairs } from './manifest.ts';
import {
  copyPartitionName,
  partitionColumns,
  partitionFromText,
  partitionKey,
} from './partition-values.ts';
import { fieldById, type PartitionSpec, type TableField, type TableSchema } from './table.ts';
import { fieldIdSql, withoutIds } from './table-type.ts';

export { duckType } from '../iceberg-type.ts';

const Statistic = z.object({ key: z.string(), value: z.string() });

/** One row of DuckDB's `COPY … (RETURN_STATS true)`, as its JSON rows tell it. */
export const CopyRow = z.object({
  filename: z.string(),
  count: z.string(),
  file_size_bytes: z.string(),
  column_statistics: z.array(z.object({ key: z.string(), value: z.array(Statistic) })),
  /** Null when the COPY has no PARTITION_BY. */
  partition_keys: z.array(z.object({ key: z.string(), value: z.string().nullable() })).nullable(),
});
export type CopyRow = z.infer<typeof CopyRow>;

/** The type of a column that has bounds and counts; a nested one has none of its own. */
const plainType = (field: TableField): string | undefined =>
  typeof field.type === 'string' ? field.type : undefined;

const fieldType = (field: TableField): string => duckType(withoutIds(field.type));

/**
 * COPY's FIELD_IDS clause: readers find a column by its id, whatever its name was. `columns` are
 * those that the COPY writes; of nested ones the table may have more parts than they.
 */
export const fieldIdsSql = (
  schema: TableSchema,
  columns: readonly Pick<Column, 'name' | 'type'>[] = plainColumns(schema),
): string => {
  const byName = new Map(columns.map(({ name, type }) => [name, type]));
  const ids = schema.fields.flatMap((field) => {
    const type = byName.get(field.name);
    return type === undefined ? [] : [fieldIdSql(field, type)];
  });
  return `FIELD_IDS {${list(ids)}}`;
};

const plainColumns = ({ fields }: TableSchema) =>
  fields.map(({ name, type }) => ({ name, type: withoutIds(type) }));

/**
 * Reads data files of any age by field id: a column that was added later is null, one that was
 * widened or renamed comes out as the schema says. DuckDB finds the parts of nested columns by
 * their names only, and takes ids for none or for all: so a table with a nested column is read by
 * names, which Headgate never changes.
 */
export const readSql = (schema: TableSchema, paths: readonly string[]): string => {
  const { fields } = schema;
  if (paths.length === 0) {
    const columns = fields.map((f) => `NULL::${fieldType(f)} AS ${ident(f.name)}`);
    return `(SELECT ${list(columns)} WHERE false)`;
  }
  const byId = fields.every((field) => typeof field.type === 'string');
  const columns = fields.map((field) => {
    const key = byId ? String(field.id) : literal(field.name);
    const type = literal(fieldType(field));
    return `${key}: {name: ${literal(field.name)}, type: ${type}, default_value: NULL}`;
  });
  return `read_parquet([${list(paths.map(literal))}], schema = MAP {${list(columns)}})`;
};

type StagedColumn = StagedFile['columns'][number];

const stagedColumn = (
  field: TableField,
  row: CopyRow,
  boundsFor: (id: number) => boolean,
): StagedColumn[] => {
  // Of a nested column DuckDB counts the leaves, and whether a row has one at all shows in none.
  const statistics = row.column_statistics.find((s) => s.key === ident(field.name));
  if (plainType(field) === undefined || statistics === undefined) return [];
  const of = new Map(statistics.value.map(({ key, value }) => [key, value]));
  const take = (key: string, as: keyof Omit<StagedColumn, 'id'>) => {
    const value = of.get(key);
    return value === undefined ? {} : { [as]: value };
  };
  // A NaN is in no order, so a column that holds one has no bounds.
  const bounds = boundsFor(field.id) && of.get('has_nan') !== 'true';
  return [
    {
      id: field.id,
      ...take('column_size_bytes', 'sizeBytes'),
      ...take('num_values', 'values'),
      ...take('null_count', 'nulls'),
      ...(bounds ? { ...take('min', 'min'), ...take('max', 'max') } : {}),
    },
  ];
};

const stagedPartition = (schema: TableSchema, spec: PartitionSpec, row: CopyRow) =>
  partitionColumns(schema, spec).map((column, index) => {
    const key = row.partition_keys?.find((k) => k.key === copyPartitionName(index));
    if (key === undefined) {
      throw new PermanentError(
        `COPY returned no ${copyPartitionName(index)} for partition ${column.name}; ` +
          'its PARTITION_BY must be what partitionSql() says',
      );
    }
    return key.value;
  });

/**
 * What COPY said of one file, as it travels to the load stage. `boundsFor` is false for classified
 * columns: a bound in a manifest is a value, and outlives the row.
 */
export const stagedFile = (
  schema: TableSchema,
  spec: PartitionSpec,
  row: CopyRow,
  uri: string,
  boundsFor: (id: number) => boolean,
): StagedFile => ({
  uri,
  rows: row.count,
  bytes: row.file_size_bytes,
  partition: stagedPartition(schema, spec, row),
  columns: schema.fields.flatMap((field) => stagedColumn(field, row, boundsFor)),
});

const isFloating = (type: string): boolean => type === 'float' || type === 'double';

/** A staged file as the entry of a manifest: bounds become bytes, partition texts values. */
export const dataFile = (
  schema: TableSchema,
  spec: PartitionSpec,
  staged: StagedFile,
): DataFile => {
  const typeOf = (id: number): string => plainType(fieldById(schema, id)) ?? 'nested';
  const pairs = <T>(take: (column: StagedColumn) => T | undefined): Pairs<T> =>
    staged.columns.flatMap((column) => {
      const value = take(column);
      return value === undefined ? [] : [{ key: column.id, value }];
    });
  const long = (text: string | undefined) => (text === undefined ? undefined : BigInt(text));
  const partition = partitionColumns(schema, spec).map((column, index) => {
    const text = staged.partition[index] ?? null;
    return [partitionKey(column), text === null ? null : partitionFromText(column, text)] as const;
  });
  return {
    content: 0,
    file_path: staged.uri,
    file_format: 'PARQUET',
    partition: Object.fromEntries(partition),
    record_count: BigInt(staged.rows),
    file_size_in_bytes: BigInt(staged.bytes),
    column_sizes: pairs((column) => long(column.sizeBytes)),
    value_counts: pairs((column) => long(column.values)),
    null_value_counts: pairs((column) => long(column.nulls)),
    // stagedColumn keeps bounds of a floating column only when DuckDB saw no NaN in it.
    nan_value_counts: pairs((column) =>
      isFloating(typeOf(column.id)) && column.min !== undefined ? 0n : undefined,
    ),
    lower_bounds: pairs((column) => boundBytes(typeOf(column.id), column.min, 'lower')),
    upper_bounds: pairs((column) => boundBytes(typeOf(column.id), column.max, 'upper')),
    key_metadata: null,
    split_offsets: null,
    equality_ids: null,
    sort_order_id: 0,
  };
};
