import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  CopyRow,
  dataFile,
  duckType,
  fieldIdsSql,
  readSql,
  stagedFile,
} from '../../../core/load/parquet.ts';
import {
  partitionColumns,
  partitionFromText,
  partitionSql,
  partitionValue,
} from '../../../core/load/partition-values.ts';
import type { PartitionSpec, TableSchema } from '../../../core/load/table.ts';
import { fromBytes, fromText } from '../../../core/load/values.ts';
import { ident, list, literal } from '../../../core/sql.ts';

const types: Record<string, string> = {
  'weird "name" é': 'string',
  n: 'int',
  big: 'long',
  price: 'decimal(12, 2)',
  due: 'date',
  at: 'timestamptz',
  ratio: 'double',
  email: 'string',
};
const fields = Object.entries(types).map(([name, type], index) => ({
  id: index + 21,
  name,
  type,
  required: false,
}));
const schema: TableSchema = { type: 'struct', 'schema-id': 0, fields };
const idOf = (name: string): number => fields.find((field) => field.name === name)?.id ?? 0;
const spec: PartitionSpec = {
  'spec-id': 0,
  fields: [{ 'source-id': idOf('at'), 'field-id': 1000, name: 'at_month', transform: 'month' }],
};

let dir: string;
let connection: DuckDBConnection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-parquet-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});
afterAll(async () => {
  connection.closeSync();
  await rm(dir, { recursive: true });
});

const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();

/** Writes rows as the transform stage does: by partition, with field ids and statistics. */
const copy = async (name: string, values: string) => {
  const columns = fields.map((f) => `${ident(f.name)}::${duckType(f.type)} AS ${ident(f.name)}`);
  const partition = partitionSql(schema, spec);
  const extra = partition.map(({ as, sql }) => `${sql} AS ${as}`);
  const rows = await rowsOf(
    `COPY (SELECT *, ${list(extra)} FROM (SELECT ${list(columns)} FROM (VALUES ${values})
       v(${list(fields.map((f) => ident(f.name)))})))
     TO ${literal(join(dir, name))} (FORMAT parquet, RETURN_STATS true, ${fieldIdsSql(schema)},
       PARTITION_BY (${list(partition.map(({ as }) => as))}))`,
  );
  return z.array(CopyRow).parse(rows);
};

const january = `('b', 7, 9223372036854775807, '-0.01', '1969-12-31',
  '2026-01-31 23:59:59.999999+00', 1.5, 'who@example.com'),
  (repeat('é', 40), NULL, -1, '9999999999.99', '9999-12-31', '2026-01-01 00:00:00+00', 2.5, NULL)`;

const staged = async (name: string, values: string, boundsFor = (_id: number) => true) =>
  (await copy(name, values)).map((row) => ({
    path: row.filename,
    file: stagedFile(schema, spec, row, `s3://b/${name}`, boundsFor),
  }));

describe('a file that DuckDB wrote', () => {
  test('becomes a manifest entry with exact counts, bounds and partition', async () => {
    const [one] = await staged('counts', january, (id) => id !== idOf('email'));
    if (one === undefined) throw new Error('no file');
    const file = dataFile(schema, spec, one.file);
    expect(file).toMatchObject({ record_count: 2n, partition: { p1000: 672 } });
    expect(file.value_counts).toEqual(fields.map(({ id }) => ({ key: id, value: 2n })));
    expect(file.null_value_counts?.filter((pair) => pair.value > 0n)).toEqual([
      { key: idOf('n'), value: 1n },
      { key: idOf('email'), value: 1n },
    ]);
    const bounds = (side: 'lower_bounds' | 'upper_bounds') =>
      Object.fromEntries(
        (file[side] ?? []).map(({ key, value }) => {
          const field = fields.find(({ id }) => id === key);
          return [field?.name, fromBytes(field?.type ?? '', value)];
        }),
      );
    expect(bounds('lower_bounds')).toEqual({
      'weird "name" é': 'b',
      n: 7,
      big: -1n,
      price: -1n,
      due: -1,
      at: fromText('timestamptz', '2026-01-01 00:00:00+00'),
      ratio: 1.5,
    });
    expect(bounds('upper_bounds')).toEqual({
      'weird "name" é': `${'é'.repeat(15)}ê`,
      n: 7,
      big: 9223372036854775807n,
      price: 999999999999n,
      due: 2932896,
      at: fromText('timestamptz', '2026-01-31 23:59:59.999999+00'),
      ratio: 2.5,
    });
    expect(file.nan_value_counts).toEqual([{ key: idOf('ratio'), value: 0n }]);
  });

  test('says nothing of the values of a classified column, in any document', async () => {
    const [one] = await staged('classified', january, (id) => id !== idOf('email'));
    expect(JSON.stringify(one?.file)).not.toContain('who@');
    const [open] = await staged('open', january);
    expect(JSON.stringify(open?.file)).toContain('who@');
  });

  test('has no bounds where a NaN is, since a NaN is in no order', async () => {
    const values = `('a', 1, 1, 1, '2026-01-01', '2026-01-01 00:00:00+00', 'nan'::DOUBLE, 'x'),
      ('a', 1, 1, 1, '2026-01-01', '2026-01-01 00:00:00+00', 1.0, 'x')`;
    const [one] = await staged('nan', values);
    if (one === undefined) throw new Error('no file');
    const file = dataFile(schema, spec, one.file);
    expect(file.lower_bounds?.some(({ key }) => key === idOf('ratio'))).toBe(false);
    expect(file.nan_value_counts).toEqual([]);
  });

  test('is read by field id: renamed columns keep their values, new ones are null', async () => {
    const [one] = await staged('read', january);
    const later: TableSchema = {
      ...schema,
      fields: [
        { id: idOf('n'), name: 'quantity', type: 'long', required: false },
        { id: 99, name: 'channel', type: 'string', required: false },
        { id: idOf('price'), name: 'n', type: 'decimal(12, 2)', required: false },
      ],
    };
    const rows = await rowsOf(`SELECT * FROM ${readSql(later, [one?.path ?? ''])} ORDER BY n`);
    expect(rows).toEqual([
      { quantity: '7', channel: null, n: '-0.01' },
      { quantity: null, channel: null, n: '9999999999.99' },
    ]);
  });

  test('a table without files reads as no rows with all columns', async () => {
    const described = await rowsOf(`DESCRIBE SELECT * FROM ${readSql(schema, [])}`);
    expect(described.map((row) => row.column_name)).toEqual(Object.keys(types));
    expect(await rowsOf(`SELECT count(*) AS n FROM ${readSql(schema, [])}`)).toEqual([{ n: '0' }]);
  });

  test('partitioned by something else than partitionSql says is refused, not guessed', async () => {
    const [row] = await copy('keys', january);
    if (row === undefined) throw new Error('no row');
    const wrong = { ...row, partition_keys: [{ key: 'month', value: '672' }] };
    expect(() => stagedFile(schema, spec, wrong, 's3://b/k', () => true)).toThrow(/partitionSql/);
  });
});

describe('partition values', () => {
  const instants = [
    '0001-01-01 00:00:00+00',
    '1969-12-31 23:59:59.999999+00',
    '1970-01-01 00:00:00+00',
    '2024-02-29 12:00:00+00',
    '2026-01-31 23:59:59.999999+00',
    '9999-12-31 23:59:59.999999+00',
  ];
  const cases = ['year', 'month', 'day', 'identity'].flatMap((transform) =>
    ['at', 'due'].map((column) => ({ transform, column })),
  );

  test.each(cases.filter((c) => c.transform !== 'identity' || c.column === 'due'))(
    '$transform of $column is the same in DuckDB and in TypeScript',
    async ({ transform, column }) => {
      const one = { 'source-id': idOf(column), 'field-id': 1000, name: 'p', transform };
      const of: PartitionSpec = { 'spec-id': 1, fields: [one] };
      const [sql] = partitionSql(schema, of);
      const [typed] = partitionColumns(schema, of);
      if (sql === undefined || typed === undefined) throw new Error('no partition');
      for (const instant of instants) {
        const text = column === 'due' ? instant.slice(0, 10) : instant;
        const type = duckType(types[column] ?? '');
        const [row] = await rowsOf(
          `SELECT (${sql.sql})::VARCHAR AS p FROM (SELECT ${literal(text)}::${type} AS ${column})`,
        );
        const value = fromText(types[column] ?? '', text);
        expect(value).not.toBeNull();
        expect(partitionFromText(typed, String(row?.p))).toBe(
          value === null ? null : partitionValue(typed, value),
        );
      }
    },
  );

  test.each(['bucket[16]', 'truncate[4]', 'hour', 'void'])('%s is not written', (transform) => {
    const one = { 'source-id': idOf('at'), 'field-id': 1000, name: 'p', transform };
    expect(() => partitionSql(schema, { 'spec-id': 1, fields: [one] })).toThrow(/does not write/);
  });
});

test.each(['fixed[4]', 'struct', 'decimal', 'list<int>'])('duckType refuses %s', (type) => {
  expect(() => duckType(type)).toThrow(/neither written nor read/);
});
