import { PermanentError } from './errors.ts';
import { ident, list } from './sql.ts';

/**
 * A column's type as Iceberg names it: 'string', 'int', 'long', 'double', 'boolean', 'date',
 * 'time', 'timestamptz', 'timestamp', 'uuid', 'binary', 'decimal(p, s)', or one made of others.
 * Field ids are no part of it: the table gives them (core/load/table.ts).
 */
export type IcebergType = string | ListType | StructType;

export type ListType = {
  readonly type: 'list';
  readonly element: IcebergType;
  readonly 'element-required': boolean;
};

export type StructType = {
  readonly type: 'struct';
  readonly fields: readonly StructField[];
};

export type StructField = {
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
};

/** The type as one text, for messages and comparisons: 'list<int>', 'struct<a: string>'. */
export const typeText = (type: IcebergType): string => {
  if (typeof type === 'string') return type;
  if (type.type === 'list') return `list<${typeText(type.element)}>`;
  return `struct<${type.fields.map((each) => `${each.name}: ${typeText(each.type)}`).join(', ')}>`;
};

const duckTypes: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  long: 'BIGINT',
  boolean: 'BOOLEAN',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  uuid: 'UUID',
  binary: 'BLOB',
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
