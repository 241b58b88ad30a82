import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRefusedFiles, readRejects } from '../../../bin/query/rejects.ts';
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

const rejectsAt = (runId: RunId, fence: number, file: string): string =>
  `s3://quarantine/orders/${runId}/a${fence}/rejects/${fileIdOf(file)}.parquet`;

const rejectsOf = (rows: readonly number[]): Promise<Buffer> =>
  parquetOf(
    `SELECT 'r' AS _run, 'f' AS _file, row::INTEGER AS _row, row::BIGINT * 10 AS byte_start,
      row::BIGINT * 10 + 9 AS byte_end, '\\xFF,\\x00\\x0A'::BLOB AS raw,
      [{code: 'E_TYPE', field: 'quantity'}, {code: 'E_ENCODING', field: NULL}] AS reasons
      FROM (SELECT unnest([${rows.join(', ')}]) AS row)`,
  );

/** Two runs, the older one with a dead attempt and a file that the ledger has lost. */
const twoRuns = async () => {
  const fake = fakeStack();
  const older = runIdOf('orders', 1);
  const newer = runIdOf('orders', 2);
  const dataset = orders.name;
  fake.addRun(aRun({ runId: older, dataset, fence: Fence.parse(2) }));
  fake.addRun(aRun({ runId: newer, dataset, files: [fileIdOf('b'), fileIdOf('c')] }));
  fake.addFile(aFile({ fileId: fileIdOf('b'), key: 'orders/b.csv', dataset }));
  fake.objects.set(rejectsAt(older, 1, 'a'), await rejectsOf([99]));
  fake.objects.set(rejectsAt(older, 2, 'a'), await rejectsOf([7]));
  fake.objects.set(rejectsAt(newer, 1, 'b'), await rejectsOf([3, 1, 2]));
  return { fake, older, newer };
};

const request = (fake: ReturnType<typeof fakeStack>, limit: number, runId?: RunId) => ({
  stack: fake.stack,
  dataset: orders,
  limit,
  scope: 'test',
  cache,
  maxBytes: 1e9,
  instead: '',
  tell: () => undefined,
  ...(runId === undefined ? {} : { runId }),
});

test('rows come newest run first, in file order, with their raw bytes made readable', async () => {
  const { fake, older, newer } = await twoRuns();
  const { rows, total } = await readRejects(request(fake, 10));
  expect(total).toBe(4);
  expect(rows.map(({ runId, row, key }) => [runId, row, key])).toEqual([
    [newer, 1, 'orders/b.csv'],
    [newer, 2, 'orders/b.csv'],
    [newer, 3, 'orders/b.csv'],
    [older, 7, null],
  ]);
  expect(rows[0]).toMatchObject({
    fileId: fileIdOf('b'),
    byteStart: 10,
    byteEnd: 19,
    raw: '\\xFF,\\x00\\n',
    rawBase64: Buffer.from([0xff, 0x2c, 0, 0x0a]).toString('base64'),
    reasons: [
      { code: 'E_TYPE', field: 'quantity' },
      { code: 'E_ENCODING', field: null },
    ],
  });
});

test('a limit cuts the rows, not their number', async () => {
  const { fake } = await twoRuns();
  const { rows, total } = await readRejects(request(fake, 2));
  expect([rows.length, total]).toEqual([2, 4]);
});

test('one run is read alone', async () => {
  const { fake, older } = await twoRuns();
  const { rows } = await readRejects(request(fake, 10, older));
  expect(rows.map(({ row }) => row)).toEqual([7]);
  expect(fake.downloads).toHaveLength(1);
});

test('a dataset without rejected rows has none', async () => {
  expect(await readRejects(request(fakeStack(), 10))).toEqual({ rows: [], total: 0 });
});

test('refused files of a run, and of a dataset', async () => {
  const { fake, older, newer } = await twoRuns();
  const reason = { code: 'E_HEADER', detail: 'no header' };
  const refused = { dataset: orders.name, state: 'QUARANTINED', reason } as const;
  fake.addFile(aFile({ fileId: fileIdOf('c'), runId: newer, ...refused }));
  fake.addFile(aFile({ fileId: fileIdOf('d'), ...refused }));
  const ofRun = await readRefusedFiles(request(fake, 10, newer));
  expect(ofRun.map(({ fileId }) => fileId)).toEqual([fileIdOf('c')]);
  expect(await readRefusedFiles(request(fake, 10, older))).toEqual([]);
  expect(await readRefusedFiles(request(fake, 10))).toHaveLength(2);
});
