import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TransformRequest, transformRun } from '../../../adapters/engine/transform.ts';
import { columnsOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { FileId } from '../../../core/ids.ts';
import { tableRequest } from '../../../core/load/table.ts';
import { oracleDataset, oracleDatasets } from '../../oracle/contract.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'transform-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const query = async (sql: string): Promise<Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
};

const first = FileId.parse('f'.repeat(32));
const second = FileId.parse('0'.repeat(32));
const runId = 'orders-20240101T000000Z-0123456789';

type Order = {
  readonly id: string;
  readonly row: number;
  readonly month?: number;
  product?: string;
};

/** A clean file of orders, as validate writes it. */
const cleanFile = async (fileId: FileId, orders: readonly Order[]) => {
  const path = join(dir, `${fileId}-${Math.abs(JSON.stringify(orders).length)}.parquet`);
  const rows = orders.map(
    ({ id, row, month = 3, product = 'P-1' }) =>
      `('${id}', '${product}', TIMESTAMPTZ '2024-0${month}-05 10:00:00Z', ${row})`,
  );
  await query(`COPY (SELECT order_id, 'C-1' AS customer_id, 'a@b.co' AS email, product_id,
      2::INTEGER AS quantity, 3.50::DECIMAL(12, 2) AS unit_price, 'EUR' AS currency,
      'paid' AS status, ordered_at, 'DE' AS country, NULL::VARCHAR AS notes,
      '${fileId}' AS _file, _row::INTEGER AS _row, '${runId}' AS _run
    FROM (VALUES ${rows.join(', ')}) t(order_id, product_id, ordered_at, _row))
    TO '${path}' (FORMAT parquet)`);
  return { paths: [path], fileId };
};

const tableOf = (dataset: Dataset, firstId = 1) => {
  const { schema, 'partition-spec': spec } = tableRequest(
    dataset,
    columnsOf(dataset, oracleDataset),
    's3://x',
  );
  const fields = schema.fields.map((field) => ({ ...field, id: field.id + firstId - 1 }));
  const partition = spec.fields.map((field) => ({
    ...field,
    'source-id': field['source-id'] + firstId - 1,
  }));
  return {
    tableSchema: { ...schema, fields },
    tableSpec: { ...spec, fields: partition },
  };
};

let runs = 0;
const transform = async (
  clean: TransformRequest['clean'],
  given: Partial<TransformRequest> = {},
) => {
  runs += 1;
  const { orders } = oracleDatasets;
  return await transformRun({
    dataset: orders,
    lookup: oracleDataset,
    clean,
    references: { products: null },
    ...tableOf(orders),
    outDir: join(dir, `out-${runs}`),
    name: 'part',
    runId,
    threads: 1,
    ...given,
  });
};

const parquetOf = (paths: readonly string[]): string =>
  `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}], hive_partitioning = false)`;

describe('transformRun', () => {
  test('keeps the first row of a key, by the order of the files and then of the rows', async () => {
    const a = await cleanFile(first, [
      { id: 'A', row: 9 },
      { id: 'B', row: 2 },
      { id: 'A', row: 3 },
    ]);
    const b = await cleanFile(second, [
      { id: 'A', row: 1 },
      { id: 'C', row: 5 },
    ]);
    const found = await transform([a, b]);
    expect(found.perFile).toEqual([
      { fileId: first, published: 2, deduplicated: 1, barred: 0 },
      { fileId: second, published: 1, deduplicated: 1, barred: 0 },
    ]);
    expect(found.rows).toBe(3);
    const rows = await query(
      `SELECT order_id, _file, _row, _run FROM ${parquetOf(found.files.map(({ path }) => path))}
        ORDER BY 1`,
    );
    expect(rows).toEqual([
      { order_id: 'A', _file: first, _row: 3, _run: runId },
      { order_id: 'B', _file: first, _row: 2, _run: runId },
      { order_id: 'C', _file: second, _row: 5, _run: runId },
    ]);
    const duplicates = await query(`FROM '${found.duplicatesPath}' ORDER BY _row DESC`);
    const twin = { _run: runId, duplicate_of_file: first, duplicate_of_row: 3 };
    expect(duplicates).toEqual([
      { ...twin, _file: first, _row: 9, code: 'E_DUPLICATE_KEY', order_id: 'A' },
      { ...twin, _file: second, _row: 1, code: 'E_DUPLICATE_KEY', order_id: 'A' },
    ]);
  });

  test('a run without clean rows writes nothing', async () => {
    expect(await transform([])).toEqual({
      perFile: [],
      files: [],
      duplicatesPath: null,
      unmatched: { products: 0 },
      rows: 0,
      profile: null,
      facts: undefined,
    });
  });

  test('writes a file per partition, with Iceberg’s number of the month', async () => {
    const clean = await cleanFile(first, [
      { id: 'A', row: 1, month: 1 },
      { id: 'B', row: 2, month: 2 },
    ]);
    const { files } = await transform([clean]);
    const partitions = files.map(({ stats }) => stats.partition_keys);
    expect(
      partitions.flat().sort((a, b) => String(a?.value).localeCompare(String(b?.value))),
    ).toEqual([
      { key: '__partition_0', value: '648' },
      { key: '__partition_0', value: '649' },
    ]);
    const columns = await query(`DESCRIBE FROM ${parquetOf(files.map(({ path }) => path))}`);
    expect(columns.map(({ column_name }) => column_name)).toEqual(
      columnsOf(oracleDatasets.orders, oracleDataset).map(({ name }) => name),
    );
  });

  test('takes the field ids from the table, also where it has columns that the dataset lost', async () => {
    const table = tableOf(oracleDatasets.orders, 40);
    const gone = { id: 7, name: 'gone', type: 'string', required: false };
    const fields = [gone, ...table.tableSchema.fields];
    const clean = await cleanFile(first, [{ id: 'A', row: 1 }]);
    const { files } = await transform([clean], {
      ...table,
      tableSchema: { ...table.tableSchema, fields },
    });
    const ids = await query(`SELECT name, field_id FROM parquet_schema('${files[0]?.path}')
      WHERE name IN ('order_id', '_run')`);
    expect(ids).toEqual([
      { name: 'order_id', field_id: '40' },
      { name: '_run', field_id: '57' },
    ]);
    expect(files[0]?.boundsFor(gone.id)).toBe(false);
  });

  test('joins what is published, and counts the rows without a partner', async () => {
    const products = join(dir, 'products.parquet');
    await query(`COPY (SELECT 'P-1' AS product_id, 'Lamp' AS product_name, 'home' AS category,
      1.00::DECIMAL(10, 2) AS unit_cost) TO '${products}'`);
    const clean = await cleanFile(first, [
      { id: 'A', row: 1 },
      { id: 'B', row: 2, product: 'P-9' },
      { id: 'B', row: 3, product: 'P-9' },
    ]);
    const { files, unmatched } = await transform([clean], { references: { products: [products] } });
    expect(unmatched).toEqual({ products: 1 });
    const rows = await query(
      `SELECT order_id, product_name, category FROM ${parquetOf(files.map(({ path }) => path))}
        ORDER BY 1`,
    );
    expect(rows).toEqual([
      { order_id: 'A', product_name: 'Lamp', category: 'home' },
      { order_id: 'B', product_name: null, category: null },
    ]);
  });

  test('joins nothing with a dataset that was never published', async () => {
    const clean = await cleanFile(first, [{ id: 'A', row: 1 }]);
    const { files, unmatched } = await transform([clean]);
    expect(unmatched).toEqual({ products: 1 });
    const rows = await query(`SELECT product_name, category FROM '${files[0]?.path}'`);
    expect(rows).toEqual([{ product_name: null, category: null }]);
  });

  test('a reference with a key twice is a failure, not more rows', async () => {
    const products = join(dir, 'doubled.parquet');
    await query(`COPY (SELECT 'P-1' AS product_id, 'Lamp ' || i AS product_name, 'home' AS category,
      1.00::DECIMAL(10, 2) AS unit_cost FROM range(2) r(i)) TO '${products}'`);
    const clean = await cleanFile(first, [{ id: 'A', row: 1 }]);
    const given = transform([clean], { references: { products: [products] } });
    await expect(given).rejects.toThrow('2 of 1');
  });

  test('states bounds for every column, and hides those of confidential ones', async () => {
    const clean = await cleanFile(first, [
      { id: 'A', row: 1 },
      { id: 'B', row: 2 },
    ]);
    const { files } = await transform([clean]);
    const [file] = files;
    const bounds = (name: string) => {
      const column = file?.stats.column_statistics.find(({ key }) => key === `"${name}"`);
      const of = new Map(column?.value.map(({ key, value }) => [key, value]));
      return [of.get('min'), of.get('max')];
    };
    expect(bounds('order_id')).toEqual(['A', 'B']);
    expect(bounds('_row')).toEqual(['1', '2']);
    expect(bounds('_file')).toEqual([first, first]);
    expect(bounds('currency')).toEqual(['AUD', 'USD']);
    expect(bounds('product_name')).toEqual([undefined, undefined]);
    const { tableSchema } = tableOf(oracleDatasets.orders);
    const hidden = tableSchema.fields.filter(({ id }) => file?.boundsFor(id) === false);
    expect(hidden.map(({ name }) => name)).toEqual(['email']);
  });

  test('a dataset without partition or key is one file with all rows', async () => {
    const dataset = { ...oracleDatasets.orders, partition: [], key: [] };
    const clean = await cleanFile(first, [
      { id: 'A', row: 1 },
      { id: 'A', row: 2 },
    ]);
    const found = await transform([clean], { dataset, ...tableOf(dataset) });
    expect(found).toMatchObject({ rows: 2, duplicatesPath: null });
    expect(found.files.map(({ stats }) => [stats.count, stats.partition_keys])).toEqual([
      ['2', null],
    ]);
  });
});
