import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runQuery } from '../../../bin/query/query.ts';
import { textOf } from '../../../bin/query/values.ts';
import { columnsOf } from '../../../core/contract.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { decimal, integer, text, timestamp } from '../../../core/fields/index.ts';
import { Fence } from '../../../core/ids.ts';
import { appendChange, commitRun, ensureTable } from '../../../core/load/commit.ts';
import { dataFile, fieldIdsSql } from '../../../core/load/parquet.ts';
import { currentSchema, currentSpec } from '../../../core/load/table.ts';
import {
  aFile,
  aRun,
  fakeStack,
  fileIdOf,
  parquetOf,
  runIdOf,
  temporaryDir,
} from '../fake-stack.ts';

const sales = defineDataset({
  name: 'sales',
  domain: 'test',
  owner: 'test@example.com',
  description: 'Small.',
  fields: {
    id: text(),
    quantity: integer({ min: 1, max: 100 }),
    price: decimal({ precision: 30, scale: 2 }),
    sold_at: timestamp(),
  },
});

let cache = '';
beforeEach(async () => {
  cache = await temporaryDir();
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const ask = async (
  fake: ReturnType<typeof fakeStack>,
  sql: string,
  options: { maxBytes?: number; tell?: (text: string) => void } = {},
) => {
  const { columns, chunks } = await runQuery({
    sql,
    sources: { stack: fake.stack, datasets: [sales] },
    scope: 'test',
    cache,
    maxBytes: 1e9,
    instead: 'Allow more.',
    tell: () => undefined,
    ...options,
  });
  const rows: (string | null)[][] = [];
  for await (const chunk of chunks) rows.push(...chunk.map((row) => row.map(textOf)));
  return { columns, rows };
};

/** Publishes rows as the load stage does. */
const publish = async (fake: ReturnType<typeof fakeStack>, minute: number, values: string) => {
  const { world, stack } = fake;
  const columns = columnsOf(sales, () => undefined);
  const table = await ensureTable(world, sales, columns, 's3://curated/sales');
  const schema = currentSchema(table);
  const names = 'id, quantity, price, sold_at, _file, _row, _run';
  const select = `SELECT id, quantity::INTEGER AS quantity, price::DECIMAL(30, 2) AS price,
    sold_at::TIMESTAMPTZ AS sold_at, _file, _row::INTEGER AS _row, _run
    FROM (VALUES ${values}) AS v(${names})`;
  const bytes = await parquetOf(select, `, ${fieldIdsSql(schema)}`);
  const runId = runIdOf('sales', minute);
  const uri = `s3://${stack.outputs.CuratedBucket}/sales/data/${runId}-a1-0.parquet`;
  await world.store.put(uri, bytes);
  const staged = { uri, rows: '1', bytes: String(bytes.length), partition: [], columns: [] };
  const file = dataFile(schema, currentSpec(table), staged);
  await commitRun(world, 'sales', runId, () => appendChange([file]));
  return uri;
};

const oneRow = `('a', 2, '12345678901234567890.10', '2026-11-21 05:00:00.5+00', 'f', 1, 'r')`;

describe('query', () => {
  test('reads the current snapshot, exact to the last digit, under both names', async () => {
    const fake = fakeStack();
    await publish(fake, 1, oneRow);
    await publish(fake, 2, oneRow.replace("'a'", "'b'"));
    const found = await ask(fake, 'SELECT id, price, sold_at FROM Sales ORDER BY id DESC');
    expect(found.columns).toEqual(['id', 'price', 'sold_at']);
    expect(found.rows).toEqual([
      ['b', '12345678901234567890.10', '2026-11-21 05:00:00.5+00'],
      ['a', '12345678901234567890.10', '2026-11-21 05:00:00.5+00'],
    ]);
    expect((await ask(fake, 'SELECT count(*) FROM curated.sales')).rows).toEqual([['2']]);
  });

  test('a second query downloads nothing again', async () => {
    const fake = fakeStack();
    await publish(fake, 1, oneRow);
    await ask(fake, 'FROM sales');
    expect(fake.downloads).toHaveLength(1);
    await ask(fake, 'FROM sales');
    expect(fake.downloads).toHaveLength(1);
  });

  test('a table that was never published has its columns and no rows', async () => {
    const found = await ask(fakeStack(), 'SELECT * FROM sales');
    expect(found).toEqual({
      columns: ['id', 'quantity', 'price', 'sold_at', '_file', '_row', '_run'],
      rows: [],
    });
    expect((await ask(fakeStack(), 'SELECT * FROM clean.sales')).columns).toEqual(found.columns);
    expect((await ask(fakeStack(), 'FROM quarantine.sales')).columns).toContain('reasons');
  });

  test('only tables that the SQL names are looked at', async () => {
    const fake = fakeStack();
    await publish(fake, 1, oneRow);
    const before = fake.world.catalog.load;
    let loads = 0;
    const stack = {
      ...fake.stack,
      catalog: {
        ...fake.stack.catalog,
        load: (name: string) => {
          loads += 1;
          return before(name);
        },
      },
    };
    await ask({ ...fake, stack }, 'SELECT 1 AS one, (SELECT count(*) FROM ledger.runs)');
    expect(loads).toBe(0);
  });

  test('quarantined rows come from the attempt that owns the run', async () => {
    const fake = fakeStack();
    const runId = runIdOf('sales', 1);
    fake.addRun(aRun({ runId, dataset: sales.name, fence: Fence.parse(2) }));
    for (const attempt of [1, 2]) {
      const bytes = await parquetOf(
        `SELECT '${runId}' AS _run, 'f' AS _file, ${attempt}::INTEGER AS _row,
         0::BIGINT AS byte_start, 5::BIGINT AS byte_end, '\\x00b'::BLOB AS raw,
         [{code: 'E_TYPE', field: 'quantity'}] AS reasons`,
      );
      const uri = `s3://quarantine/sales/${runId}/a${attempt}/rejects/${fileIdOf('a')}.parquet`;
      fake.objects.set(uri, bytes);
    }
    const found = await ask(fake, 'SELECT _row, raw, reasons FROM quarantine.sales');
    expect(found.rows).toEqual([['2', '\\x00b', '[{"code":"E_TYPE","field":"quantity"}]']]);
  });

  test('the ledger is a table too, with meanings and exact snapshot ids', async () => {
    const fake = fakeStack();
    const reason = { code: 'E_EMPTY', detail: "it's empty" };
    fake.addRun(
      aRun({ runId: runIdOf('sales', 1), dataset: sales.name, snapshotId: '9007199254740993' }),
    );
    fake.addFile(aFile({ fileId: fileIdOf('b'), state: 'QUARANTINED', reason }));
    fake.addFile(aFile({ fileId: fileIdOf('c') }));
    const runs = await ask(fake, 'SELECT snapshot_id, created_at, score FROM ledger.runs');
    expect(runs.rows).toEqual([['9007199254740993', '2026-11-21 05:00:00+00', null]]);
    const files = await ask(fake, 'SELECT code, means, detail FROM quarantine.files');
    expect(files.rows).toEqual([['E_EMPTY', 'the object has no bytes', "it's empty"]]);
    expect((await ask(fake, 'SELECT count(*) FROM ledger.files')).rows).toEqual([['2']]);
  });

  test('a query that needs more than the limit says so before it fetches anything', async () => {
    const fake = fakeStack();
    await publish(fake, 1, oneRow);
    await expect(ask(fake, 'FROM sales', { maxBytes: 10 })).rejects.toThrow(
      /would download .* in 1 file[\s\S]*At most[\s\S]*Allow more/,
    );
    expect(fake.downloads).toEqual([]);
  });
});

describe('what a query may not do', () => {
  test.each([
    ['files', "SELECT * FROM read_text('/etc/hosts')", /Queries read tables only/],
    ['folders', "FROM glob('/etc/*')", /Queries read tables only/],
    ['web pages', "FROM read_csv('https://example.com/a.csv')", /Queries read tables only/],
    ['a file as a table', "FROM '/etc/hosts.csv'", /Queries read tables only/],
    ['writes', 'DELETE FROM sales', /no SELECT[\s\S]*headgate land/],
    ['copies', "COPY sales TO '/tmp/x'", /no SELECT/],
    ['settings', 'SET threads = 1', /no SELECT/],
    ['attachments', "ATTACH '/tmp/x.db'", /no SELECT/],
    ['two statements', 'SELECT 1; SELECT 2', /2 statements/],
    ['nothing', ' ; ', /0 statements/],
    ['unknown tables', 'FROM nix', /nix does not exist[\s\S]*Tables: sales, clean\.sales/],
    ['unknown columns', 'SELECT nix FROM sales', /"nix" not found/],
    ['bad syntax', 'SELECT *\nFORM sales', /syntax error[\s\S]*\n {2}FORM sales\n {2} {5}\^/],
    ['late errors', "SELECT 'x'::INTEGER FROM range(2)", /Could not convert/],
  ])('%s', async (_name, sql, message) => {
    await expect(ask(fakeStack(), sql)).rejects.toThrow(message);
    await expect(ask(fakeStack(), sql)).rejects.toMatchObject({ name: 'UserError' });
  });

  test('tables stay readable when DuckDB is locked in', async () => {
    const fake = fakeStack();
    const uri = await publish(fake, 1, oneRow);
    expect(fake.objects.has(uri)).toBe(true);
    const both = await ask(fake, 'SELECT count(*) FROM sales a JOIN clean.sales b USING (id)');
    expect(both.rows).toEqual([['0']]);
  });
});
