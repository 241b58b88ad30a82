import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { Column } from '../../core/dataset.ts';
import type { IcebergType } from '../../core/iceberg-type.ts';
import { DatasetName } from '../../core/ids.ts';
import { baseOf, scanFiles } from '../../core/load/commit.ts';
import { CopyRow, duckType, fieldIdsSql, readSql } from '../../core/load/parquet.ts';
import { currentSchema } from '../../core/load/table.ts';
import { fromText } from '../../core/load/values.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { tableOnDisk } from '../support/table-on-disk.ts';

let dir: string;
let connection: DuckDBConnection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-types-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});
afterAll(async () => {
  connection.closeSync();
  await rm(dir, { recursive: true });
});

const columnsOf = (types: Readonly<Record<string, IcebergType>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type, required: false, bounds: true }));

let files = 0;

/** Writes rows as the transform stage does; each row is SQL, in the order of the columns. */
const write = async (
  schema: Parameters<typeof fieldIdsSql>[0],
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): Promise<CopyRow[]> => {
  const selects = rows.map((row) => {
    const cells = columns.map(
      ({ name, type }, index) => `CAST(${row[index]} AS ${duckType(type)}) AS ${ident(name)}`,
    );
    return `SELECT ${list(cells)}`;
  });
  files += 1;
  const reader = await connection.runAndReadAll(
    `COPY (${selects.join(' UNION ALL ')}) TO ${literal(join(dir, `${files}.parquet`))}
     (FORMAT parquet, RETURN_STATS true, ${fieldIdsSql(schema, columns)})`,
  );
  return z.array(CopyRow).parse(reader.getRowObjectsJson());
};

const plain = {
  id: 'int',
  big: 'long',
  ratio: 'double',
  yes: 'boolean',
  at: 'time',
  uid: 'uuid',
  bytes: 'binary',
} as const;

test('every plain type comes out of another reader as it went in, and is pruned by', async () => {
  const columns = columnsOf(plain);
  const name = DatasetName.parse('plain');
  const table = await tableOnDisk(join(dir, 'plain'), { name, partition: [] }, columns);
  const schema = currentSchema(await table.ready());
  const long = `repeat('z', 20)`;
  await table.publish(
    'low',
    await write(schema, columns, [
      [
        '1',
        '-9223372036854775808',
        "'-inf'",
        'false',
        "'00:00:00'",
        `'${'0'.repeat(8)}-0000-0000-0000-000000000001'`,
        `'\\x00\\xFF'::BLOB`,
      ],
      ['2', '9007199254740993', '0.1', 'false', "'12:34:56.000001'", 'NULL', 'NULL'],
    ]),
  );
  await table.publish(
    'high',
    await write(schema, columns, [
      [
        '3',
        '9223372036854775807',
        '1e300',
        'true',
        "'23:59:59.999999'",
        `'ffffffff-ffff-ffff-ffff-ffffffffffff'`,
        `'\\xFF\\xFF'::BLOB`,
      ],
      ['4', 'NULL', "'-0.0'", 'NULL', 'NULL', 'NULL', `${long}::BLOB`],
    ]),
  );
  await table.publish(
    'nan',
    await write(schema, columns, [
      [
        '5',
        '0',
        "'nan'",
        'true',
        "'11:00:00'",
        `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`,
        `''::BLOB`,
      ],
    ]),
  );
  const all = await table.read('--sample', '9', '--order', 'id');
  expect(all.schema.map((field) => [field.id, field.name, field.type])).toEqual(
    Object.entries(plain).map(([column, type], index) => [index + 1, column, type]),
  );
  expect(all.sample.map((row) => Object.values(row).map(String))).toEqual([
    [
      '1',
      '-9223372036854775808',
      '-inf',
      'false',
      '00:00:00',
      '00000000-0000-0000-0000-000000000001',
      '00ff',
    ],
    ['2', '9007199254740993', '0.1', 'false', '12:34:56.000001', 'null', 'null'],
    [
      '3',
      '9223372036854775807',
      '1e+300',
      'true',
      '23:59:59.999999',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      'ffff',
    ],
    ['4', 'null', '-0.0', 'null', 'null', 'null', Buffer.from('z'.repeat(20)).toString('hex')],
    ['5', '0', 'nan', 'true', '11:00:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', ''],
  ]);
  expect(all.files_total).toBe(3);
  for (const [filter, rows, planned] of [
    ['big >= 9223372036854775807', ['3'], 1],
    ['big = 9007199254740993', ['2'], 1],
    ['ratio = 0.1', ['2'], 3],
    ['ratio > 1000000000.5', ['3'], 2],
    ['ratio = 0.0', ['4'], 3],
    ["at < '00:00:01'", ['1'], 1],
    ["at = '23:59:59.999999'", ['3'], 1],
    ["uid = 'ffffffff-ffff-ffff-ffff-ffffffffffff'", ['3'], 3],
    ['yes = false', ['1', '2'], 1],
  ] as const) {
    const found = await table.read('--filter', filter, '--sample', '9', '--order', 'id');
    expect({ filter, rows: found.sample.map((row) => String(row.id)) }).toEqual({ filter, rows });
    expect({ filter, planned: found.files_planned }).toEqual({ filter, planned });
  }
  // Our own pruning sees the same files.
  const metadata = await table.ready();
  const base = await baseOf(table.world, metadata);
  const pruned = async (id: number, type: string, text: string): Promise<number> => {
    const value = fromText(type, text);
    if (value === null) throw new Error('no value');
    return (await scanFiles(base, [{ id, lower: value, upper: value }])).length;
  };
  expect(await pruned(2, 'long', '9223372036854775807')).toBe(1);
  expect(await pruned(5, 'time', '23:59:59.999999')).toBe(1);
  expect(await pruned(6, 'uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')).toBe(3);
  expect(await pruned(7, 'binary', 'FFFF')).toBe(1);
  expect(await pruned(7, 'binary', Buffer.from('z'.repeat(20)).toString('hex'))).toBe(1);
}, 180_000);

const listOf = (element: IcebergType): IcebergType => ({
  type: 'list',
  element,
  'element-required': false,
});
/** Parts are optional whatever their fields say: pyarrow refuses null structs otherwise. */
const structOf = (fields: Readonly<Record<string, IcebergType>>): IcebergType => ({
  type: 'struct',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type, required: false })),
});

const nested = {
  id: 'int',
  tags: listOf('int'),
  lines: listOf(structOf({ sku: 'string', qty: 'long', price: 'decimal(12, 2)' })),
  place: structOf({ lat: 'double', note: 'string' }),
  deep: listOf(structOf({ parts: listOf(structOf({ name: 'string', at: 'timestamptz' })) })),
};

const FooterRow = z.object({ name: z.string(), field_id: z.string().nullable() });

test('nested columns come out of other readers as they went in, old rows too', async () => {
  const columns = columnsOf(nested);
  const name = DatasetName.parse('nested');
  const table = await tableOnDisk(join(dir, 'nested'), { name, partition: [] }, columns);
  const first = await write(currentSchema(await table.ready()), columns, [
    [
      '1',
      '[1, NULL, -3]',
      `[{'sku': 'a', 'qty': 9007199254740993, 'price': '12.50'}, {'sku': 'b', 'qty': NULL, 'price': '0.01'}]`,
      `{'lat': 0.1, 'note': NULL}`,
      `[{'parts': [{'name': 'p', 'at': '2026-01-31 23:59:59.999999Z'}, NULL]}, {'parts': []}, NULL]`,
    ],
    ['2', 'NULL', 'NULL', 'NULL', 'NULL'],
    ['3', '[]', '[NULL]', `{'lat': 1, 'note': 'x'}`, '[]'],
  ]);
  await table.publish('first', first);

  // The footer says which column is which, parts included.
  const footer = await connection.runAndReadAll(
    `SELECT name, field_id FROM parquet_schema(${literal(first[0]?.filename ?? '')})`,
  );
  const ids = z
    .array(FooterRow)
    .parse(footer.getRowObjectsJson())
    .flatMap((row) => (row.field_id === null ? [] : [`${row.name} ${row.field_id}`]));
  expect(ids).toEqual([
    ...['id 1', 'tags 2', 'element 6'],
    ...['lines 3', 'element 7', 'sku 8', 'qty 9', 'price 10'],
    ...['place 4', 'lat 11', 'note 12'],
    ...['deep 5', 'element 13', 'parts 14', 'element 15', 'name 16', 'at 17'],
  ]);

  // A part and a nested column more; the old file has neither.
  const grown = {
    ...nested,
    place: structOf({ lat: 'double', note: 'string', height: 'int' }),
    notes: listOf('string'),
  };
  const more = columnsOf(grown);
  const schema = currentSchema(await table.ready(more));
  const added = await write(schema, more, [
    ['4', '[7]', 'NULL', `{'lat': 2, 'note': NULL, 'height': 8848}`, 'NULL', `['n']`],
  ]);
  await table.publish('second', added);

  const read = await table.read('--sample', '9', '--order', 'id');
  const at = '2026-01-31T23:59:59.999999+00:00';
  const rows = [
    {
      id: '1',
      tags: ['1', null, '-3'],
      lines: [
        { sku: 'a', qty: '9007199254740993', price: '12.50' },
        { sku: 'b', qty: null, price: '0.01' },
      ],
      place: { lat: '0.1', note: null, height: null },
      deep: [{ parts: [{ name: 'p', at }, null] }, { parts: [] }, null],
      notes: null,
    },
    { id: '2', tags: null, lines: null, place: null, deep: null, notes: null },
    {
      id: '3',
      tags: [],
      lines: [null],
      place: { lat: '1.0', note: 'x', height: null },
      deep: [],
      notes: null,
    },
    {
      id: '4',
      tags: ['7'],
      lines: null,
      place: { lat: '2.0', note: null, height: '8848' },
      deep: null,
      notes: ['n'],
    },
  ];
  // PyIceberg itself makes a missing list of structs an empty one (apache/arrow issue 38809).
  expect(read.sample).toEqual(
    rows.map((row) => ({ ...row, lines: row.lines ?? [], deep: row.deep ?? [] })),
  );
  expect((await table.read('--filter', 'id = 4')).files_planned).toBe(1);

  const paths = [...first, ...added].map(({ filename }) => filename);
  const ours = await connection.runAndReadAll(
    `SELECT to_json(t)::VARCHAR FROM ${readSql(schema, paths)} t ORDER BY id`,
  );
  const text = ours
    .getRows()
    .map(([row]) => String(row).replaceAll(/(?<=[:[,])-?\d[\d.]*(?=[,\]}])/g, '"$&"'))
    .map((row): unknown => JSON.parse(row));
  const inDuckDb: unknown = JSON.parse(
    JSON.stringify(rows).replaceAll(at, '2026-01-31 23:59:59.999999+00').replace('12.50', '12.5'),
  );
  expect(text).toEqual(inDuckDb);
  const none = await connection.runAndReadAll(`SELECT * FROM ${readSql(schema, [])}`);
  expect(none.columnNames()).toEqual([...Object.keys(grown)]);
}, 180_000);
