import { fromDays } from '../calendar.ts';
import { PermanentError } from '../errors.ts';
import { ident } from '../sql.ts';
import { fieldById, type PartitionSpec, type TableSchema } from './table.ts';
import type { Value } from './values.ts';

/** One field of a partition spec with the types it takes and gives. */
export type PartitionColumn = {
  readonly fieldId: number;
  readonly sourceId: number;
  readonly name: string;
  readonly transform: string;
  /** Iceberg type of the column it is made from. */
  readonly sourceType: string;
  /** Iceberg type of the partition value. */
  readonly resultType: string;
};

const resultTypeOf = (transform: string, sourceType: string): string => {
  if (transform === 'identity' || transform.startsWith('truncate')) return sourceType;
  // Readers know a day as a date; month, year, hour and bucket are plain numbers.
  return transform === 'day' ? 'date' : 'int';
};

/** The fields of a spec with their types: the schema says what they are made from. */
export const partitionColumns = (schema: TableSchema, spec: PartitionSpec): PartitionColumn[] =>
  spec.fields.map((field) => {
    const sourceType = fieldById(schema, field['source-id']).type;
    if (typeof sourceType !== 'string') {
      throw new PermanentError(`partition ${field.name} is made from a nested column`);
    }
    return {
      fieldId: field['field-id'],
      sourceId: field['source-id'],
      name: field.name,
      transform: field.transform,
      sourceType,
      resultType: resultTypeOf(field.transform, sourceType),
    };
  });

/** Name of a partition value in our data file entries; by id, since names may be anything. */
export const partitionKey = (column: Pick<PartitionColumn, 'fieldId'>): string =>
  `p${column.fieldId}`;

const HOUR_MICROS = 3_600_000_000n;
const DAY_MICROS = 24n * HOUR_MICROS;

/** Division that rounds down, also for instants before 1970. */
const floorDivide = (a: bigint, b: bigint): number =>
  Number(a >= 0n ? a / b : -((-a + b - 1n) / b));

const dayOf = (type: string, value: NonNullable<Value>): number =>
  type === 'date' ? Number(value) : floorDivide(BigInt(value), DAY_MICROS);

/**
 * The partition value of a column's value. Undefined for transforms that we neither write nor
 * prune by (bucket, truncate); every other one keeps the order of its source.
 */
export function partitionValue(
  column: Pick<PartitionColumn, 'transform' | 'sourceType'>,
  value: NonNullable<Value>,
): NonNullable<Value> | undefined {
  const { transform, sourceType } = column;
  switch (transform) {
    case 'identity':
      return value;
    case 'hour':
      return floorDivide(BigInt(value), HOUR_MICROS);
    case 'day':
      return dayOf(sourceType, value);
    case 'month': {
      const { year, month } = fromDays(dayOf(sourceType, value));
      return (year - 1970) * 12 + month - 1;
    }
    case 'year':
      return fromDays(dayOf(sourceType, value)).year - 1970;
    default:
      return undefined;
  }
}

/** A partition value as a column of a COPY: its name there, and how it is computed. */
export type PartitionSql = { readonly as: string; readonly sql: string };

/** The partition values in DuckDB's SQL, in the order of the spec, for SELECT and PARTITION_BY. */
export const partitionSql = (schema: TableSchema, spec: PartitionSpec): PartitionSql[] =>
  partitionColumns(schema, spec).map((column, index) => ({
    as: copyPartitionName(index),
    sql: sqlOf(column, ident(fieldById(schema, column.sourceId).name)),
  }));

/** Names a partition column of a COPY so that no column of a dataset can have that name. */
export const copyPartitionName = (index: number): string => `__partition_${index}`;

const sqlOf = ({ transform, sourceType }: PartitionColumn, column: string): string => {
  const at = sourceType === 'timestamptz' ? `(${column} AT TIME ZONE 'UTC')` : column;
  switch (transform) {
    case 'year':
      return `(year(${at}) - 1970)::INTEGER`;
    case 'month':
      return `((year(${at}) - 1970) * 12 + month(${at}) - 1)::INTEGER`;
    case 'day':
      return `(${at}::DATE - DATE '1970-01-01')::INTEGER`;
    case 'identity':
      return identitySql(sourceType, column);
    default:
      throw new PermanentError(`Headgate does not write tables partitioned by ${transform}`);
  }
};

const identitySql = (sourceType: string, column: string): string => {
  switch (sourceType) {
    case 'string':
    case 'int':
    case 'long':
    case 'boolean':
      return column;
    case 'date':
      return `(${column} - DATE '1970-01-01')::INTEGER`;
    default:
      throw new PermanentError(`Headgate does not write partitions by identity of ${sourceType}`);
  }
};

/** A partition key, as COPY returns it, as a value of the partition's type. */
export const partitionFromText = (column: PartitionColumn, text: string): NonNullable<Value> => {
  switch (column.resultType) {
    case 'int':
    case 'date':
      // A date travels as days since 1970, as partitionSql computes it.
      return Number(text);
    case 'long':
      return BigInt(text);
    case 'boolean':
      return text === 'true' || text === '1';
    case 'string':
      return text;
    default:
      throw new PermanentError(`partition values of type ${column.resultType} are not written`);
  }
};
