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
