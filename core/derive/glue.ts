import { columnsOf, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { decimalOf } from './columns.ts';

const athenaTypes: Readonly<Record<string, string>> = {
  long: 'bigint',
  // Athena has no type for a time of day, nor for a uuid; Iceberg's readers there show texts.
  time: 'string',
  uuid: 'string',
  timestamptz: 'timestamp',
};

/** A column's type as the Glue catalogue and Athena's DDL write it. */
export const athenaType = (type: IcebergType): string => {
  if (typeof type !== 'string') {
    if (type.type === 'list') return `array<${athenaType(type.element)}>`;
    return `struct<${type.fields.map((f) => `${f.name}:${athenaType(f.type)}`).join(',')}>`;
  }
  const decimal = decimalOf(type);
  if (decimal !== undefined) return `decimal(${decimal.precision},${decimal.scale})`;
  return athenaTypes[type] ?? type;
};

/** The columns of a dataset's table as the Glue catalogue lists them. */
export const glueColumns = (dataset: Dataset, lookup: Lookup) =>
  columnsOf(dataset, lookup).map(({ name, type, doc }) => ({
    Name: name,
    Type: athenaType(type),
    ...(doc === undefined ? {} : { Comment: doc }),
  }));
