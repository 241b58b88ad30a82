import type { Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { IcebergType } from '../iceberg-type.ts';
import { type PublishedColumn, publishedColumns } from './columns.ts';

/** OrderLine for order_line. */
export const typeName = (name: string): string =>
  name
    .split('_')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

const plainTypes: Readonly<Record<string, string>> = {
  int: 'number',
  double: 'number',
  float: 'number',
  date: 'number',
  boolean: 'boolean',
  long: 'bigint',
  time: 'bigint',
  timestamp: 'bigint',
  timestamptz: 'bigint',
};

const ofIceberg = (type: IcebergType): string => {
  if (typeof type !== 'string') {
    if (type.type === 'list') {
      const element = ofIceberg(type.element);
      return `readonly (${type['element-required'] ? element : `${element} | null`})[]`;
    }
    const parts = type.fields.map(
      (field) =>
        `readonly ${field.name}: ${ofIceberg(field.type)}${field.required ? '' : ' | null'}`,
    );
    return `{ ${parts.join('; ')} }`;
  }
  return plainTypes[type] ?? (type.startsWith('decimal') ? 'bigint' : 'string');
};

const ofColumn = ({ field, type }: PublishedColumn): string =>
  field === undefined ? ofIceberg(type) : kindOf(field).rowType(field.options);

const comment = (text: string | undefined): string[] =>
  text === undefined ? [] : [`  /** ${text.replaceAll('*/', '* /')} */`];

/** TypeScript source of a dataset's records (texts) and rows (typed), for those who use them. */
export const rowTypeSource = (dataset: Dataset, lookup: Lookup): string => {
  const name = typeName(dataset.name);
  const records = Object.entries(dataset.fields).flatMap(([field, of]) => [
    ...comment(of.description),
    `  readonly ${field}${isRequired(of) ? ': string' : '?: string | null'};`,
  ]);
  const rows = publishedColumns(dataset, lookup).flatMap((column) => [
    ...comment(column.doc),
    `  readonly ${column.name}: ${ofColumn(column)}${column.required ? '' : ' | null'};`,
  ]);
  return [
    `/** ${dataset.description} As a sender writes it. */`,
    `export type ${name}Record = {`,
    ...records,
    '};',
    '',
    '/**',
    ` * ${dataset.description} As it is published:`,
    ' * decimals are unscaled bigints, days numbers since 1970, instants bigints of microseconds.',
    ' */',
    `export type ${name}Row = {`,
    ...rows,
    '};',
    '',
  ].join('\n');
};
