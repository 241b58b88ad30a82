import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSetAside } from '../../../bin/query/set-aside.ts';
import { planTable } from '../../../bin/query/tables.ts';
import { Fence, type RunId } from '../../../core/ids.ts';
import { orders } from '../../../datasets/orders.ts';
import {
  aFile,
  aRun,
  fakeStack,
  fileIdOf,
  parquetOf,
  runIdOf,
  temporaryDir,
} from '../fake-stack.ts';

let cache = '';
beforeEach(async () => {
  cache = await temporaryDir();
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const valuesAt = (runId: RunId, fence: number): string =>
  `s3://quarantine/orders/${runId}/a${fence}/values/${fileIdOf('a')}.parquet`;

const values = (value: string): Promise<Buffer> =>
  parquetOf(
    `SELECT 'r' AS _run, 'f' AS _file, * FROM (VALUES
      (2, 'coupon', 'E_NEW_COLUMN', '${value}', 1),
      (NULL, 'notes', 'E_MISSING_COLUMN', NULL, 9)) t(_row, "column", code, value, rows)`,
  );

/** A run with a dead attempt, of which nothing is to be seen. */
const oneRun = async () => {
  const fake = fakeStack();
  const runId = runIdOf('orders', 1);
  const dataset = orders.name;
  fake.addRun(aRun({ runId, dataset, fence: Fence.parse(2) }));
  fake.addFile(aFile({ fileId: fileIdOf('a'), key: 'orders/a.csv', dataset }));
  fake.objects.set(valuesAt(runId, 1), await values('of a dead attempt'));
  fake.objects.set(valuesAt(runId, 2), await values('C\u001b1'));
  return { fake, runId };
};

const request = (fake: ReturnType<typeof fakeStack>, limit: number) => ({
  ...{ stack: fake.stack, dataset: orders, limit, scope: 'test', cache, maxBytes: 1e9 },
  ...{ instead: '', tell: () => undefined },
});

test('set-aside values come with their places, and none can steer the terminal', async () => {
  const { fake, runId } = await oneRun();
  const place = { runId, fileId: fileIdOf('a'), key: 'orders/a.csv' };
  expect(await readSetAside(request(fake, 10))).toEqual({
    total: 2,
    values: [
      { ...place, row: null, column: 'notes', code: 'E_MISSING_COLUMN', value: null },
      { ...place, row: 2, column: 'coupon', code: 'E_NEW_COLUMN', value: 'C\\x1B1' },
    ],
  });
  expect(await readSetAside(request(fake, 1))).toMatchObject({ total: 2, values: [{ row: null }] });
});

test('a dataset of which nothing is set aside has an empty table', async () => {
  const { stack } = fakeStack();
  expect(await readSetAside(request(fakeStack(), 10))).toEqual({ values: [], total: 0 });
  const name = { schema: 'set_aside', table: 'orders' };
  const plan = await planTable({ stack, datasets: [orders] }, name);
  expect(plan?.files).toEqual([]);
  expect(plan?.sql([])).toContain('NULL::VARCHAR AS "column"');
});
