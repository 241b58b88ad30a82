import { readFile } from 'node:fs/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { curatedKeys } from '../../core/layout.ts';
import { addCounts, type FileEntry, noCounts, type RunEntry } from '../../core/ledger.ts';
import {
  allEnded,
  type Dropped,
  drop,
  ended,
  freshKey,
  runEnded,
  sample,
} from './support/drops.ts';
import { executionName, history, visits } from './support/executions.ts';
import { headgateRow } from './support/headgate.ts';
import { type Onlooker, watchEvents } from './support/onlooker.ts';
import { earlyOrders, productsRun, withProducts } from './support/products.ts';
import { readTable } from './support/pyiceberg.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

const Planted = z.object({
  rowsIn: z.number(),
  published: z.number(),
  rejected: z.number(),
  deduplicated: z.number(),
});
const Expected = z.object({
  orders: Planted.extend({
    sums: z.object({ line_total: z.string() }),
    byFile: z.record(z.string(), Planted),
  }),
  products: Planted,
});
const planted = Expected.parse(
  JSON.parse(await readFile('datasets/samples/expected.json', 'utf8')),
);
const names = Object.keys(planted.orders.byFile);
const stages = ['Plan', 'Validate parts', 'Transform', 'Gate', 'Load', 'Publish'] as const;

let stack: Stack;
let updates: Onlooker;
let dropped: readonly Dropped[];
let files: readonly FileEntry[];
let runs: readonly RunEntry[];
let database: string;

beforeAll(async () => {
  stack = await openStack();
  database = stack.outputs.CatalogDatabase;
  updates = await watchEvents(stack, { source: ['headgate'] });
  await withProducts(stack);
  dropped = await Promise.all(
    names.map(async (name) => drop(stack, freshKey('orders', name), await sample(name))),
  );
  files = await allEnded(stack, dropped);
  const ids = [...new Set(files.map(({ runId }) => runId))];
  runs = await Promise.all(ids.map((runId) => runEnded(stack, runId)));
});

/** The rows of the samples among all that other tests have published. */
const ours = (): string => runs.map(({ runId }) => `'${runId}'`).join(', ');

describe('sample files dropped with plain puts', () => {
  test.each(names.map((name, at) => ({ name, at })))(
    '$name is published as planted',
    ({ name, at }) => {
      const { rowsIn, published, rejected, deduplicated } = planted.orders.byFile[name] ?? noCounts;
      expect(files[at]).toMatchObject({
        state: 'PUBLISHED',
        counts: { rowsIn, published, rejected, deduplicated },
      });
    },
  );

  test('their runs come to what was planted in all files together', async () => {
    const { rowsIn, published, rejected, deduplicated } = planted.orders;
    const counts = runs.map((run) => run.counts ?? noCounts).reduce(addCounts);
    expect(counts).toEqual({ rowsIn, published, rejected, deduplicated });
    expect(runs.every((run) => run.state === 'PUBLISHED' && run.fence === 1)).toBe(true);
    expect((await productsRun(stack))?.counts).toMatchObject({
      published: planted.products.published,
      rejected: planted.products.rejected,
    });
  });

  test('an execution named by the run shows each stage with its counts', async () => {
    for (const run of runs) {
      const left = visits(await history(stack, executionName(run)));
      const states = left.map(({ state }) => state);
      expect(states).toEqual(expect.arrayContaining([...stages]));
      const outputOf = (of: (typeof stages)[number]) =>
        left.find(({ state }) => state === of)?.output;
      const { rowsIn, published, rejected, deduplicated } = run.counts ?? noCounts;
      expect(outputOf('Plan')).toMatchObject({ files: run.files.length, refused: 0 });
      expect(outputOf('Validate parts')).toMatchObject({ rowsIn, rejected });
      expect(outputOf('Transform')).toMatchObject({ published, deduplicated });
      expect(outputOf('Gate')).toMatchObject({ decision: 'publish', ...run.counts });
      expect(outputOf('Load')).toMatchObject({ snapshotId: run.snapshotId });
      expect(outputOf('Publish')).toMatchObject({ snapshotId: run.snapshotId, ...run.counts });
    }
  });

  test('the sum of the table is the planted one, to the cent', async () => {
    const row = await headgateRow(
      `SELECT count(*) AS n, sum(line_total) AS total FROM orders WHERE _run IN (${ours()})`,
    );
    const { published, sums } = planted.orders;
    expect(row).toEqual({ n: published, total: sums.line_total });
  });

  test('orders that came before any products were held, and may come again', async () => {
    const early = await earlyOrders(stack);
    expect(early).toMatchObject({ state: 'HELD', reason: { code: 'E_REFERENCE' } });
    if (early === undefined) throw new Error('nothing was held');
    expect(await runEnded(stack, early.runId)).toMatchObject({ state: 'HELD', snapshotId: null });
    const { bucket: Bucket, key: Key, versionId: VersionId } = early;
    const { Body } = await stack.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    const again = await ended(stack, await drop(stack, freshKey('orders', 'again.csv'), bytes));
    expect(again).toMatchObject({ state: 'PUBLISHED', counts: { published: 5 } });
  });
});

describe('PyIceberg, which shares no code with Headgate,', () => {
  const orders = (filter: string, ...more: string[]) =>
    readTable({ database, table: 'orders' }, '--filter', filter, ...more);

  test('reads the same rows, sum and keys, and finds the runs in the snapshots', async () => {
    const read = await orders(
      `_run in (${ours()})`,
      ...['--sum', 'line_total', '--distinct', 'order_id'],
    );
    const { published, sums } = planted.orders;
    expect(read).toMatchObject({
      rows: published,
      sums: { line_total: sums.line_total },
      distinct: { order_id: published },
      partition: [{ name: 'ordered_at_month', transform: 'month' }],
    });
    for (const { runId, snapshotId } of runs)
      expect(read.history.filter((entry) => entry.run_id === runId)).toEqual([
        { run_id: runId, snapshot_id: snapshotId, operation: 'append' },
      ]);
  });

  test.each([
    {
      by: 'month',
      filter:
        "ordered_at >= '2024-05-01T00:00:00+00:00' and ordered_at < '2024-06-01T00:00:00+00:00'",
    },
    { by: 'column bounds', filter: "order_id >= 'ORD-0000000100' and order_id < 'ORD-0000000110'" },
  ])('reads fewer files when the rows are limited by $by', async ({ filter }) => {
    const read = await orders(`${filter} and _run in (${ours()})`);
    const row = await headgateRow(
      `SELECT count(*) AS n FROM orders WHERE ${filter} AND _run IN (${ours()})`,
    );
    expect(read.files_planned).toBeGreaterThan(0);
    expect(read.files_planned).toBeLessThan(read.files_total / 2);
    expect(row).toEqual({ n: read.rows });
    expect(read.rows).toBeGreaterThan(0);
  });

  test('reads the products, of which each file is the whole table', async () => {
    const read = await readTable({ database, table: 'products' }, '--distinct', 'product_id');
    const { published } = planted.products;
    expect(read).toMatchObject({ rows: published, distinct: { product_id: published } });
  });
});

describe('a published run', () => {
  test('leaves a lineage event that names its files and its snapshot', async () => {
    for (const run of runs) {
      const Key = curatedKeys.lineage(run.dataset, run.runId);
      const Bucket = stack.outputs.CuratedBucket;
      const { Body } = await stack.s3.send(new GetObjectCommand({ Bucket, Key }));
      const text = (await Body?.transformToString()) ?? '';
      expect(JSON.parse(text)).toMatchObject({ eventType: 'COMPLETE' });
      for (const file of files.filter(({ runId }) => runId === run.runId))
        expect(text).toContain(file.key);
      expect(text).toContain(run.snapshotId);
    }
  });

  test('is announced once on the bus, with its counts', async () => {
    const seen = await until('an event of each run', async () => {
      const bodies = await updates.seen();
      return runs.every(({ runId }) => bodies.some((body) => body.includes(runId)))
        ? bodies
        : undefined;
    });
    for (const run of runs) {
      const events = seen
        .filter((body) => body.includes(run.runId))
        .map((body) => JSON.parse(body));
      expect(events).toEqual([
        expect.objectContaining({
          source: 'headgate',
          'detail-type': 'Dataset Updated',
          detail: expect.objectContaining({
            dataset: 'orders',
            runId: run.runId,
            snapshotId: run.snapshotId,
            ...run.counts,
          }),
        }),
      ]);
    }
  });
});

test('each rejected row is kept with the very bytes that were landed', async () => {
  const plain = dropped.find(({ key }) => key.endsWith('orders-2024.csv'));
  const row = await headgateRow(
    `SELECT count(*) AS n, list({"row": _row, "from": byte_start, "to": byte_end,
       "raw": to_base64(raw)} ORDER BY _row) AS rows
     FROM quarantine.orders WHERE _file = '${plain?.fileId}'`,
  );
  const Kept = z.object({
    row: z.number(),
    from: z.coerce.number(),
    to: z.coerce.number(),
    raw: z.string(),
  });
  const { rows } = z.object({ rows: z.array(Kept) }).parse(row);
  expect(rows).toHaveLength(planted.orders.byFile['orders-2024.csv']?.rejected ?? -1);
  for (const { from, to, raw } of rows)
    expect(Buffer.from(raw, 'base64')).toEqual(plain?.bytes.subarray(from, to));
});
