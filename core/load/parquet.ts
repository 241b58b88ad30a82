import * as z from 'zod';
import type { StagedFile } from '../documents.ts';
import { PermanentError } from '../errors.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { ident, list, literal } from '../sql.ts';
import type { DataFile, Pairs } from './manifest.ts';
import {
  copyPartitionName,
  partitionColumns,
  partitionFromText,
  partitionKey,
} from './partition-values.ts';
import { fieldById, type PartitionSpec, type TableField, type TableSchema } from './table.ts';
import { fromText, lowerBoundText, toBytes, upperBoundText } from './values.ts';

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

const duckTypes: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  long: 'BIGINT',
  boolean: 'BOOLEAN',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
};

/** DuckDB's type of an Iceberg type. Cast to it before COPY: HUGEINT would become DOUBLE. */
export const duckType = (icebergType: IcebergType): string => {
  if (typeof icebergType !== 'string') return nestedType(icebergType);
  const type = duckTypes[icebergType];
  if (type !== undefined) return type;
  if (/^decimal\(\d+, ?\d+\)$/.test(icebergType)) return icebergType.toUpperCase();
  throw new PermanentError(`columns of type ${icebergType} are neither written nor read here`);
};

const nestedType = (type: Exclude<IcebergType, string>): string =>
  type.type === 'list'
    ? `${duckType(type.element)}[]`
    : `STRUCT(${list(type.fields.map((each) => `${ident(each.name)} ${duckType(each.type)}`))})`;

const leafType = (field: TableField): string => {
  if (typeof field.type === 'string') return field.type;
  throw new PermanentError(`column ${field.name} is nested; Headgate writes plain columns only`);
};

/** COPY's FIELD_IDS clause: readers find a column by its id, whatever its name was. */
export const fieldIdsSql = (schema: TableSchema): string =>
  `FIELD_IDS {${list(schema.fields.map((field) => `${ident(field.name)}: ${field.id}`))}}`;

/**
 * Reads data files of any age by field id: a column that was added later is null, one that was
 * widened or renamed comes out as the schema says.
 */
export const readSql = (schema: TableSchema, paths: readonly string[]): string => {
  const { fields } = schema;
  if (paths.length === 0) {
    const columns = fields.map((f) => `NULL::${duckType(leafType(f))} AS ${ident(f.name)}`);
    return `(SELECT ${list(columns)} WHERE false)`;
  }
  const columns = fields.map((field) => {
    const type = literal(duckType(leafType(field)));
    return `${field.id}: {name: ${literal(field.name)}, type: ${type}, default_value: NULL}`;
  });
  return `read_parquet([${list(paths.map(literal))}], schema = MAP {${list(columns)}})`;
};

type StagedColumn = StagedFile['columns'][number];

const stagedColumn = (
  field: TableField,
  row: CopyRow,
  boundsFor: (id: number) => boolean,
): StagedColumn[] => {
  const statistics = row.column_statistics.find((s) => s.key === ident(field.name));
  if (statistics === undefined) return [];
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

const boundBytes = (type: string, text: string | undefined, side: 'lower' | 'upper') => {
  if (text === undefined) return undefined;
  if (type !== 'string') {
    const value = fromText(type, text);
    return value === null ? undefined : toBytes(type, value);
  }
  const bound = side === 'lower' ? lowerBoundText(text) : upperBoundText(text);
  return bound === undefined ? undefined : toBytes(type, bound);
};

const isFloating = (type: string): boolean => type === 'float' || type === 'double';

/** A staged file as the entry of a manifest: bounds become bytes, partition texts values. */
export const dataFile = (
  schema: TableSchema,
  spec: PartitionSpec,
  staged: StagedFile,
): DataFile => {
  const typeOf = (id: number) => leafType(fieldById(schema, id));
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
