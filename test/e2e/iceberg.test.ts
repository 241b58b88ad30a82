import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { catalogEndpoint, catalogRequest, restCatalog } from '../../adapters/iceberg-catalog.ts';
import { s3Store } from '../../adapters/store.ts';
import { EpochMs } from '../../core/ids.ts';
import {
  appendChange,
  commitRun,
  type Decide,
  ensureTable,
  replaceChange,
  type World,
} from '../../core/load/commit.ts';
import type { DataFile } from '../../core/load/manifest.ts';
import { CopyRow, dataFile, duckType, fieldIdsSql, stagedFile } from '../../core/load/parquet.ts';
import { partitionSql } from '../../core/load/partition-values.ts';
import { snapshotIdOf } from '../../core/load/snapshot.ts';
import { currentSchema, currentSpec, type TableMetadata } from '../../core/load/table.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { ordersColumns, ordersDataset } from '../support/orders-table.ts';
import { readTable } from './support/pyiceberg.ts';

const endpoint = process.env.AWS_ENDPOINT_URL ?? 'http://localhost:4566';
const region = process.env.AWS_REGION ?? 'us-east-1';
// Fresh names: an emulator may show an old state under a name that was dropped and made again.
const unique = Date.now().toString(36);
const bucket = `headgate-iceberg-${unique}`;
const database = `iceberg_${unique}`;
const options = {
  endpoint: catalogEndpoint(region, endpoint),
  catalogId: '000000000000',
  database,
  region,
  service: 'glue',
} as const;

const s3 = new S3Client({ region, endpoint, forcePathStyle: true });
const store = s3Store(s3);
const worldOf = (send: typeof fetch = fetch): World => ({
  catalog: restCatalog({ ...options, fetch: send }),
  store,
  now: () => EpochMs.parse(Date.now()),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
});
const world = worldOf();

const read = (...more: string[]) => readTable({ database, table: 'orders' }, ...more);

let dir: string;
let connection: DuckDBConnection;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-iceberg-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const made = await catalogRequest(options)('POST', '/namespaces', {
    namespace: [database],
    properties: {},
  });
  expect(made).toMatchObject({ kind: 'answer', status: 200 });
});
afterAll(async () => {
  connection.closeSync();
  s3.destroy();
  await rm(dir, { recursive: true });
});

const orders = (from: number, count: number) => `(
  SELECT 'O' || lpad(i::VARCHAR, 8, '0') AS order_id, (i % 50)::INTEGER AS quantity,
    9007199254740993 + i AS customer, (i * 1.25 - 100)::DECIMAL(12, 2) AS price,
    DATE '2026-01-01' + (i % 90)::INTEGER AS due,
    TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_days((i % 90)::INTEGER) AS ordered_at,
    CASE WHEN i % 7 = 0 THEN NULL ELSE 'user' || i || '@example.com' END AS email
  FROM range(${from}, ${from + count}) t(i))`;

/** Writes rows as staged files of the table and uploads them, as the transform stage does. */
const stage = async (metadata: TableMetadata, name: string, from: string): Promise<DataFile[]> => {
  const [schema, spec] = [currentSchema(metadata), currentSpec(metadata)];
  const partition = partitionSql(schema, spec);
  const columns = schema.fields.map(
    (field) => `${ident(field.name)}::${duckType(String(field.type))} AS ${ident(field.name)}`,
  );
  const extra = partition.map(({ as, sql }) => `${sql} AS ${as}`);
  const reader = await connection.runAndReadAll(
    `COPY (SELECT ${list([...columns, ...extra])} FROM ${from} ORDER BY order_id)
     TO ${literal(join(dir, name))} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS true,
       ${fieldIdsSql(schema)}, PARTITION_BY (${list(partition.map(({ as }) => as))}))`,
  );
  const files: DataFile[] = [];
  for (const row of z.array(CopyRow).parse(reader.getRowObjectsJson())) {
    const uri = `${metadata.location}/data/${name}-${files.length}.parquet`;
    await store.upload(uri, row.filename);
    const boundsFor = (id: number) => ordersColumns[id - 1]?.bounds ?? false;
    files.push(dataFile(schema, spec, stagedFile(schema, spec, row, uri, boundsFor)));
  }
  return files;
};

const channel = { name: 'channel', type: 'string', required: true, bounds: true };
const ensure = (columns = ordersColumns) =>
  ensureTable(world, ordersDataset, columns, `s3://${bucket}/orders`);
const commit = (runId: string, decide: Decide, by = world) =>
  commitRun(by, 'orders', runId, decide, { triesMax: 200 });

describe('a table that Headgate wrote, read by PyIceberg', () => {
  test('is empty at first, with the declared columns and partition', async () => {
    await ensure();
    const found = await read();
    expect(found).toMatchObject({ rows: 0, snapshot_id: null, files_total: 0 });
    expect(found.schema).toEqual(
      ordersColumns.map(({ name, type, required }, index) => ({
        id: index + 1,
        name,
        type,
        required,
      })),
    );
    expect(found.partition).toEqual([{ name: 'ordered_at_month', transform: 'month' }]);
  });

  test('has every row of two appends, exactly, one snapshot each', async () => {
    const metadata = await ensure();
    const first = await stage(metadata, 'run-1', orders(0, 9_000));
    const second = await stage(metadata, 'run-2', orders(9_000, 3_000));
    expect([first.length, second.length]).toEqual([3, 3]);
    await commit('run-1', () => appendChange(first));
    await commit('run-2', () => appendChange(second));
    // A retry of the same run must change nothing.
    expect(await commit('run-1', () => appendChange(first))).toMatchObject({ already: true });

    const found = await read('--sum', 'price', '--sum', 'customer', '--distinct', 'order_id');
    const n = 12_000n;
    const customers = 9_007_199_254_740_993n * n + (n * (n - 1n)) / 2n;
    expect(found).toMatchObject({
      rows: 12_000,
      files_total: 6,
      snapshot_id: String(snapshotIdOf('run-2')),
      sums: { price: '88792500.00', customer: String(customers) },
      distinct: { order_id: 12_000 },
      history: [
        { snapshot_id: String(snapshotIdOf('run-1')), operation: 'append', run_id: 'run-1' },
        { snapshot_id: String(snapshotIdOf('run-2')), operation: 'append', run_id: 'run-2' },
      ],
    });
    expect(found.nulls.email).toBe(1_715);
  });

  test.each([
    {
      filter:
        "ordered_at >= '2026-02-01T00:00:00+00:00' and ordered_at < '2026-03-01T00:00:00+00:00'",
      rows: 3_724,
      files: 2,
    },
    { filter: "order_id = 'O00009500'", rows: 1, files: 3 },
    { filter: 'price > 14898.00', rows: 1, files: 1 },
    { filter: 'customer = 9007199254740993', rows: 1, files: 1 },
    { filter: "due < '2026-01-03'", rows: 268, files: 2 },
    // A classified column has no bounds to prune by, and is found all the same.
    { filter: "email = 'user1@example.com'", rows: 1, files: 6 },
  ])('is pruned to $files of 6 files by $filter', async ({ filter, rows, files }) => {
    const found = await read('--filter', filter);
    expect(found).toMatchObject({ rows, files_planned: files, files_total: 6 });
  });

  test('has only the new rows after a replacement, and the old ones before it', async () => {
    const files = await stage(await ensure(), 'run-3', orders(50_000, 100));
    await commit('run-3', (base) => replaceChange(base, files));
    expect(await read()).toMatchObject({ rows: 100, files_total: files.length });
    const before = await read('--snapshot', String(snapshotIdOf('run-2')));
    expect(before).toMatchObject({ rows: 12_000, files_total: 6 });
    expect(before.history.at(-1)).toMatchObject({ operation: 'overwrite', run_id: 'run-3' });
  });

  test('shows a new column, null in the rows from before it', async () => {
    const metadata = await ensure([...ordersColumns, channel]);
    const rows = `(SELECT *, 'web' AS channel FROM ${orders(60_000, 10)})`;
    const files = await stage(metadata, 'run-4', rows);
    await commit('run-4', () => appendChange(files));
    const found = await read('--distinct', 'channel');
    expect(found).toMatchObject({ rows: 110, distinct: { channel: 2 } });
    expect(found.nulls.channel).toBe(100);
    expect(found.schema.at(-1)).toEqual({
      id: 8,
      name: 'channel',
      type: 'string',
      required: false,
    });
  });

  test('has one snapshot per run after writers raced and replies were lost', async () => {
    let calls = 0;
    const losing = worldOf(async (url, init) => {
      const reply = await fetch(url, init);
      calls += 1;
      if (init?.method !== 'POST' || calls % 3 !== 0) return reply;
      await reply.text();
      throw new TypeError('the reply was lost after it was applied');
    });
    const metadata = await ensure([...ordersColumns, channel]);
    const before = await read();
    const staged = new Map<string, DataFile[]>();
    for (let n = 0; n < 12; n += 1) {
      const rows = `(SELECT *, 'app' AS channel FROM ${orders(70_000 + n, 1)})`;
      staged.set(`race-${n}`, await stage(metadata, `race-${n}`, rows));
    }
    const runs = [...staged.keys()];
    const race = (runId: string) =>
      commit(runId, () => appendChange(staged.get(runId) ?? []), losing);
    // Each run twice: a retry that overlaps with the first try.
    const ends = await Promise.all([...runs, ...runs].map(race));
    for (const end of ends) expect(end.kind).toBe('committed');
    const after = await read();
    expect(after.rows).toBe(before.rows + 12);
    const raced = after.history.slice(before.history.length).map((entry) => entry.run_id);
    expect(raced.toSorted()).toEqual(runs.toSorted());
  });
});
