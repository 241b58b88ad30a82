import { describe, expect, test } from 'vitest';
import type { Column } from '../../../core/dataset.ts';
import { PermanentError } from '../../../core/errors.ts';
import type { IcebergType, StructField } from '../../../core/iceberg-type.ts';
import {
  currentSnapshot,
  nextFieldId,
  schemaChange,
  TableMetadata,
  tableRequest,
} from '../../../core/load/table.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { ordersColumns, ordersDataset, ordersLocation } from '../../support/orders-table.ts';

const request = tableRequest(ordersDataset, ordersColumns, ordersLocation);

const created = async (): Promise<TableMetadata> => {
  const reply = await memoryCatalog().catalog.create(request);
  if (reply.kind !== 'committed') throw new Error(reply.detail);
  return reply.metadata;
};

const column = (name: string, type: string, required = false): Column => ({
  name,
  type,
  required,
  bounds: true,
});
const changed = (name: string, to: Partial<Column>) =>
  ordersColumns.map((c) => (c.name === name ? { ...c, ...to } : c));

describe('tableRequest', () => {
  test('numbers fields from 1 in the order of the columns and partitions from 1000', () => {
    expect(request.schema.fields.map((field) => [field.id, field.name, field.required])).toEqual([
      [1, 'order_id', true],
      [2, 'quantity', false],
      [3, 'customer', true],
      [4, 'price', false],
      [5, 'due', false],
      [6, 'ordered_at', true],
      [7, 'email', false],
    ]);
    expect(request['partition-spec']).toEqual({
      'spec-id': 0,
      fields: [{ 'source-id': 6, 'field-id': 1000, name: 'ordered_at_month', transform: 'month' }],
    });
    expect(request.properties).toEqual({
      'format-version': '2',
      'headgate.dataset': 'orders',
      'write.parquet.compression-codec': 'zstd',
    });
  });

  test('refuses a partition by a column that is not there', () => {
    const partition = [{ column: 'gone', transform: 'day' as const }];
    const wrong = () => tableRequest({ ...ordersDataset, partition }, ordersColumns, 's3://b/t');
    expect(wrong).toThrow(/orders is partitioned by gone/);
  });
});

describe('schemaChange', () => {
  test('is null when the table fits, also when columns are in another order', async () => {
    const metadata = await created();
    expect(schemaChange(metadata, ordersColumns)).toBeNull();
    expect(schemaChange(metadata, [...ordersColumns].reverse())).toBeNull();
    expect(schemaChange(metadata, changed('price', { type: 'decimal(12,2)' }))).toBeNull();
  });

  test('adds columns as optional with the next ids, against the schema it was made for', async () => {
    const metadata = await created();
    const more = [column('channel', 'string', true), ...ordersColumns, column('weight', 'double')];
    const change = schemaChange(metadata, more);
    expect(change?.requirements).toEqual([
      { type: 'assert-table-uuid', uuid: 'uuid-of-orders' },
      { type: 'assert-current-schema-id', 'current-schema-id': 0 },
    ]);
    expect(change?.updates).toMatchObject([
      {
        action: 'add-schema',
        'last-column-id': 9,
        schema: {
          'schema-id': 1,
          fields: [
            ...request.schema.fields,
            { id: 8, name: 'channel', type: 'string', required: false },
            { id: 9, name: 'weight', type: 'double', required: false },
          ],
        },
      },
      { action: 'set-current-schema', 'schema-id': -1 },
    ]);
  });

  test('makes a required column optional when the contract does', async () => {
    const change = schemaChange(await created(), changed('customer', { required: false }));
    const [add] = change?.updates ?? [];
    const fields = add?.action === 'add-schema' ? add.schema.fields : [];
    expect(fields.find((field) => field.name === 'customer')?.required).toBe(false);
  });

  test.each([
    {
      what: 'an optional column that is gone from the dataset stays, for old rows',
      columns: ordersColumns.filter((c) => c.name !== 'email'),
    },
    {
      what: 'a stricter contract does not bind rows already there',
      columns: changed('email', { required: true }),
    },
  ])('$what', async ({ columns }) => {
    expect(schemaChange(await created(), columns)).toBeNull();
  });

  test.each([
    {
      what: 'another type',
      columns: changed('quantity', { type: 'string' }),
      message:
        /column quantity is int in the table and string in the dataset .*Nothing was changed\. Give quantity its old type again/,
    },
    {
      what: 'a wider type',
      columns: changed('quantity', { type: 'long' }),
      message: /column quantity is int in the table and long in the dataset/,
    },
    {
      what: 'a missing required column',
      columns: ordersColumns.filter((c) => c.name !== 'customer'),
      message: /column customer is required in the table and gone .*Keep customer in the dataset/,
    },
  ])('refuses $what, and says what to do', async ({ columns, message }) => {
    const metadata = await created();
    expect(() => schemaChange(metadata, columns)).toThrow(PermanentError);
    expect(() => schemaChange(metadata, columns)).toThrow(message);
  });
});

test('the next field id counts nested ids and old schemas, not only last-column-id', async () => {
  const metadata = await created();
  const nested = { type: 'list', 'element-id': 15, element: 'string', 'element-required': false };
  const fields = [{ id: 11, name: 'tags', type: nested, required: false }];
  const schemas = [...metadata.schemas, { type: 'struct', 'schema-id': 1, fields }];
  expect(nextFieldId({ ...metadata, schemas })).toBe(16);
});

test.each([
  ['absent', {}],
  ['null', { 'current-snapshot-id': null }],
  ['-1', { 'current-snapshot-id': -1n, refs: {} }],
])('a current-snapshot-id that is %s means no snapshot yet', async (_name, part) => {
  const { 'current-snapshot-id': _dropped, ...metadata } = await created();
  expect(currentSnapshot(TableMetadata.parse({ ...metadata, ...part }))).toBeUndefined();
});

test('a table of another format version is refused by name', async () => {
  const metadata = { ...(await created()), 'format-version': 3 };
  expect(() => TableMetadata.parse(metadata)).toThrow(/format version 2 only/);
});

describe('nested columns', () => {
  const lines = (fields: readonly StructField[]): IcebergType => ({
    type: 'list',
    element: { type: 'struct', fields },
    'element-required': true,
  });
  const sku: StructField = { name: 'sku', type: 'string', required: true };
  const qty: StructField = { name: 'qty', type: 'int', required: false, doc: 'Pieces.' };
  const nested = (type: IcebergType): Column => ({ ...column('lines', 'x'), type });
  const made = tableRequest(ordersDataset, [nested(lines([sku, qty])), ...ordersColumns], 's3://x');
  const table = (): TableMetadata =>
    TableMetadata.parse({
      ...made,
      'format-version': 2,
      'table-uuid': 'u',
      'last-sequence-number': 0,
      'last-column-id': 8,
      schemas: [made.schema],
      'current-schema-id': 0,
      'partition-specs': [made['partition-spec']],
      'default-spec-id': 0,
    });
  const fieldsAfter = (type: IcebergType, ...more: readonly Column[]) => {
    const change = schemaChange(table(), [nested(type), ...ordersColumns, ...more]);
    const [add] = change?.updates ?? [];
    return add?.action === 'add-schema'
      ? { lines: add.schema.fields[0]?.type, last: add['last-column-id'], all: add.schema.fields }
      : null;
  };

  test('get ids behind those of the columns, and keep their words', () => {
    expect(made.schema.fields[0]).toEqual({
      id: 1,
      name: 'lines',
      required: false,
      type: {
        type: 'list',
        'element-id': 9,
        'element-required': true,
        element: {
          type: 'struct',
          fields: [
            { id: 10, ...sku },
            { id: 11, ...qty },
          ],
        },
      },
    });
  });

  test('that fit change nothing', () => {
    expect(fieldsAfter(lines([qty, sku]))).toBeNull();
    // An optional part that the dataset lost stays, for old rows.
    expect(fieldsAfter(lines([sku]))).toBeNull();
  });

  test('take a new part as optional, with an id that nothing had', () => {
    const after = fieldsAfter(lines([sku, { name: 'tax', type: 'double', required: true }, qty]));
    expect(after).toMatchObject({
      last: 12,
      lines: {
        'element-id': 9,
        element: { fields: [{ id: 10 }, { id: 11 }, { id: 12, name: 'tax', required: false }] },
      },
    });
  });

  test('may join an old table beside plain ones', () => {
    const tags: IcebergType = { type: 'list', element: 'string', 'element-required': false };
    const more = [{ ...column('tags', ''), type: tags }, column('note', 'string')];
    const after = fieldsAfter(lines([sku, qty]), ...more);
    expect(after?.all.slice(-2)).toMatchObject([
      { id: 12, name: 'tags', type: { 'element-id': 14 } },
      { id: 13, name: 'note' },
    ]);
    expect(after?.last).toBe(14);
  });

  test('are loosened where the dataset is', () => {
    const loose: IcebergType = {
      type: 'list',
      element: { type: 'struct', fields: [{ ...sku, required: false }, qty] },
      'element-required': false,
    };
    expect(fieldsAfter(loose)?.lines).toMatchObject({
      'element-required': false,
      element: { fields: [{ id: 10, required: false }, { id: 11 }] },
    });
  });

  test.each([
    [
      'another type of a part',
      lines([{ ...sku, type: 'int' }]),
      /lines\.element\.sku is string .*int/,
    ],
    ['a required part that is gone', lines([qty]), /lines\.element\.sku is required .*gone/],
    ['a list that becomes a struct', { type: 'struct', fields: [sku] }, /lines is list<struct</],
    ['a nested column that becomes plain', 'string', /lines is list<struct<.* and string/],
  ] as const)('refuse %s', (_name, type, message) => {
    expect(() => fieldsAfter(type)).toThrow(PermanentError);
    expect(() => fieldsAfter(type)).toThrow(message);
  });

  test('of other writers are carried along', () => {
    const map = { type: 'map', 'key-id': 20, key: 'string', 'value-id': 21, value: 'int' };
    const metadata = table();
    const [schema] = metadata.schemas;
    const fields = [...(schema?.fields ?? []), { id: 19, name: 'm', type: map, required: false }];
    const other = { ...metadata, schemas: [{ ...schema, 'schema-id': 0, fields }] };
    expect(schemaChange(other, [nested(lines([sku, qty])), ...ordersColumns])).toBeNull();
    const wanted = [nested(lines([sku, qty])), ...ordersColumns, column('m', 'string')];
    expect(() => schemaChange(other, wanted)).toThrow(/column m is map in the table and string/);
  });
});
