import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { tableRuns } from './support/catalog.ts';
import { allEnded, drop, ended, freshKey, land, runEnded, unique } from './support/drops.ts';
import { headgateRow } from './support/headgate.ts';
import { deleteVersion, dropUnannounced, noticeOf } from './support/landing.ts';
import { withProducts } from './support/products.ts';
import { notify, queueAttribute } from './support/queue.ts';
import { openLetter } from './support/reconciling.ts';
import { csv, customersCsv, goodOrders } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
});

/** Rows that the orders table has of the given files. */
const published = async (...fileIds: readonly string[]): Promise<unknown> => {
  const ids = fileIds.map((id) => `'${id}'`).join(', ');
  return await headgateRow(`SELECT count(*) AS n FROM orders WHERE _file IN (${ids})`);
};

describe('bytes that were published before', () => {
  test.each(['under the same key', 'under another key'])('are not again, %s', async (where) => {
    const key = freshKey('orders', 'first.csv');
    const body = csv(goodOrders(20));
    const first = await land(stack, key, body);
    expect(first.file.state).toBe('PUBLISHED');
    const runs = await tableRuns(stack, 'orders');
    const otherKey = where === 'under the same key' ? key : freshKey('orders', 'copy.csv');
    const again = await land(stack, otherKey, body);
    expect(again.dropped.versionId).not.toBe(first.dropped.versionId);
    expect(again.file).toMatchObject({ state: 'DUPLICATE', runId: again.run.runId });
    expect(again.file.reason?.detail).toContain(first.dropped.fileId);
    expect(again.run).toMatchObject({ state: 'NOTHING', snapshotId: null });
    expect(await tableRuns(stack, 'orders')).toEqual(runs);
    expect(await published(first.dropped.fileId, again.dropped.fileId)).toEqual({ n: 20 });
  });
});

describe('a key that is overwritten while its first version is in work', () => {
  const inWork = (fileId: Parameters<Stack['ledger']['file']>[0]) =>
    until('the claim of the first version', () => stack.ledger.file(fileId), { pollMs: 10 });

  test('is two files where rows are appended: both are published', async () => {
    const key = freshKey('orders', 'hourly.csv');
    const first = await drop(stack, key, csv(goodOrders(2_000)));
    await inWork(first.fileId);
    const second = await drop(stack, key, csv(goodOrders(10)));
    const files = await allEnded(stack, [first, second]);
    expect(files.map(({ state }) => state)).toEqual(['PUBLISHED', 'PUBLISHED']);
    expect(await published(first.fileId)).toEqual({ n: 2_000 });
    expect(await published(second.fileId)).toEqual({ n: 10 });
  });

  test('is the newest where each file is the whole table', async () => {
    const key = freshKey('customers', 'all.csv');
    const first = await drop(stack, key, customersCsv(2_000));
    await inWork(first.fileId);
    const second = await drop(stack, key, customersCsv(7));
    const [old, newest] = await allEnded(stack, [first, second]);
    expect(newest?.state).toBe('PUBLISHED');
    expect(['PUBLISHED', 'SUPERSEDED']).toContain(old?.state);
    await runEnded(stack, newest?.runId ?? null);
    const row = await headgateRow('SELECT count(*) AS n, min(_file) AS file FROM customers');
    expect(row).toEqual({ n: 7, file: second.fileId });
  });

  test('stays the newest when the notice of the older one comes last', async () => {
    const key = freshKey('customers', 'all.csv');
    const [older, newer] = await dropUnannounced(stack, [
      [key, customersCsv(5)],
      [key, customersCsv(6)],
    ]);
    if (older === undefined || newer === undefined) throw new Error('two files were dropped');
    await notify(stack, [noticeOf(stack, newer)]);
    expect(await ended(stack, newer)).toMatchObject({ state: 'PUBLISHED' });
    await notify(stack, [noticeOf(stack, older)]);
    const file = await ended(stack, older);
    expect(file).toMatchObject({ state: 'SUPERSEDED' });
    expect(await runEnded(stack, file.runId)).toMatchObject({ state: 'NOTHING' });
    const row = await headgateRow('SELECT count(*) AS n, min(_file) AS file FROM customers');
    expect(row).toEqual({ n: 6, file: newer.fileId });
  });
});

test('an object that is deleted before it is read is gone, and its run ends', async () => {
  const [dropped] = await dropUnannounced(stack, [
    [freshKey('orders', 'gone.csv'), csv(goodOrders(3))],
  ]);
  if (dropped === undefined) throw new Error('a file was dropped');
  await deleteVersion(stack, dropped);
  await notify(stack, [noticeOf(stack, dropped)]);
  const file = await ended(stack, dropped);
  expect(file).toMatchObject({ state: 'GONE', reason: { detail: expect.any(String) } });
  expect(await runEnded(stack, file.runId)).toMatchObject({ state: 'NOTHING' });
});

test('a notice that nobody understands becomes a dead letter, and its neighbours are taken in', async () => {
  const { sqs, outputs } = stack;
  const QueueUrl = outputs.NoticeQueueUrl;
  const usual = await queueAttribute(stack, QueueUrl, 'VisibilityTimeout');
  const hidden = (VisibilityTimeout: string) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout } }));
  const stranger = `not a notice ${unique()}`;
  const good = await dropUnannounced(stack, [
    [freshKey('orders', 'neighbour.csv'), csv(goodOrders(1))],
    [freshKey('orders', 'neighbour.csv'), csv(goodOrders(2))],
  ]);
  // Or the five deliveries would take a quarter of an hour.
  await hidden('1');
  try {
    const [first = '', second = ''] = good.map((each) => noticeOf(stack, each));
    await notify(stack, [first, stranger, second]);
    const files = await allEnded(stack, good);
    expect(files.map(({ state }) => state)).toEqual(['PUBLISHED', 'PUBLISHED']);
    const letter = await until('the dead letter', () => openLetter(stack, stranger));
    expect(letter).toMatchObject({ code: 'E_NOTICE', fileId: null, object: null });
  } finally {
    await hidden(usual);
  }
});
