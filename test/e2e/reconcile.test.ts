import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { itemKeys } from '../../adapters/ledger-items.ts';
import { contractVersion } from '../../core/contract.ts';
import { EpochMs, Fence, type RunId } from '../../core/ids.ts';
import { landedFile, parseNotice } from '../../core/landing/notice.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import { quarantineKeys } from '../../core/layout.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { orders } from '../../datasets/orders.ts';
import { snapshotsOf } from './support/catalog.ts';
import { type Dropped, drop, ended, freshKey, land, runEnded } from './support/drops.ts';
import { executionNames } from './support/executions.ts';
import { headgate, headgateJson, headgateRow } from './support/headgate.ts';
import { dropUnannounced, noticeOf } from './support/landing.ts';
import { withProducts } from './support/products.ts';
import { bury, callReconcile, openLetter, reconcileLater } from './support/reconciling.ts';
import { csv, goodOrders } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
});

const unannounced = async (name: string, rows: number): Promise<Dropped> => {
  const files = [[freshKey('orders', name), csv(goodOrders(rows))]] as const;
  const [dropped] = await dropUnannounced(stack, files);
  if (dropped === undefined) throw new Error('a file was dropped');
  return dropped;
};

/** A run of one file, claimed as intake does, by a worker that died then. */
const claimed = async (name: string): Promise<{ dropped: Dropped; runId: RunId }> => {
  const dropped = await unannounced(name, 3);
  const notice = parseNotice(noticeOf(stack, dropped), stack.outputs.LandingBucket);
  if (notice.kind !== 'landed') throw new Error('it is a notice');
  const file = landedFile(notice.object, dropped.versionId);
  const now = EpochMs.parse(Date.now());
  const runId = runIdOf(orders.name, now, [file.fileId]);
  const run = { runId, dataset: orders.name, contractVersion: contractVersion(orders) };
  await stack.ledger.claim(run, [file], now);
  return { dropped, runId };
};

const rowsOf = ({ fileId }: Dropped): Promise<unknown> =>
  headgateRow(`SELECT count(*) AS n FROM orders WHERE _file = '${fileId}'`);

const found = async (subject: string, dryRun = false) => {
  const { findings } = await reconcileLater(orders.name, { dryRun });
  return findings.filter((finding) => finding.subject === subject).map(({ kind }) => kind);
};

describe('what nobody was told of', () => {
  test('is found in landing and published, once', async () => {
    const dropped = await unannounced('lost.csv', 4);
    expect(await found(dropped.fileId, true)).toEqual(['untracked']);
    expect(await stack.ledger.file(dropped.fileId)).toBeUndefined();
    expect(await found(dropped.fileId)).toEqual(['untracked']);
    const file = await ended(stack, dropped);
    expect(file).toMatchObject({ state: 'PUBLISHED', sequencer: '', key: dropped.key });
    expect(await found(dropped.fileId)).toEqual([]);
    expect(await rowsOf(dropped)).toEqual({ n: 4 });
  });

  test('is left alone while its notice may be on its way', async () => {
    const dropped = await unannounced('young.csv', 1);
    const { untracked = 0 } = await callReconcile(stack);
    expect(untracked).toBe(0);
    expect(await stack.ledger.file(dropped.fileId)).toBeUndefined();
    expect(await found(dropped.fileId)).toEqual(['untracked']);
    await ended(stack, dropped);
  });
});

describe('a run that nothing works on', () => {
  test('is started when it never was', async () => {
    const { dropped, runId } = await claimed('unstarted.csv');
    expect(await found(runId)).toEqual(['unstarted']);
    expect(await runEnded(stack, runId)).toMatchObject({ state: 'PUBLISHED', fence: 1 });
    expect(await rowsOf(dropped)).toEqual({ n: 3 });
  });

  test('goes to its next attempt when its execution is over', async () => {
    const { dropped, runId } = await claimed('stalled.csv');
    // An execution of its name that has no business with it, and ends.
    const input = JSON.stringify({ runId, dataset: orders.name, fence: 99 });
    const stateMachineArn = stack.outputs.PipelineArn;
    const started = new StartExecutionCommand({ stateMachineArn, name: runId, input });
    const { executionArn } = await stack.sfn.send(started);
    await until('the end of that execution', async () => {
      const { status } = await stack.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'RUNNING' ? undefined : true;
    });
    expect(await found(runId)).toEqual(['stalled']);
    expect(await runEnded(stack, runId)).toMatchObject({ state: 'PUBLISHED', fence: 2 });
    expect(await rowsOf(dropped)).toEqual({ n: 3 });
  });

  test('is published when its rows are in the table, without another attempt', async () => {
    const { file, dropped } = await land(stack, freshKey('orders', 'half.csv'), csv(goodOrders(5)));
    const run = await runEnded(stack, file.runId);
    await forgetEnd(run);
    expect(await found(run.runId)).toEqual(['half-done']);
    const after = await runEnded(stack, run.runId);
    expect(after).toMatchObject({ state: 'PUBLISHED', fence: 1, snapshotId: run.snapshotId });
    expect(await stack.ledger.file(dropped.fileId)).toMatchObject({ state: 'PUBLISHED' });
    expect(await executionNames(stack)).toContain(`${run.runId}-p1`);
    expect(await snapshotsOf(stack, 'orders', run.runId)).toBe(1);
    expect(await rowsOf(dropped)).toEqual({ n: 5 });
  });
});

/** As the ledger stands between a commit and Publish. */
const forgetEnd = async ({ runId, files }: RunEntry): Promise<void> => {
  const client = new DynamoDBClient();
  const set = (Key: ReturnType<typeof itemKeys.run>, kind: string, state: string) =>
    client.send(
      new UpdateItemCommand({
        ...{ TableName: stack.outputs.LedgerTable, Key },
        UpdateExpression: 'SET #state = :state, #status = :status',
        ExpressionAttributeNames: { '#state': 'state', '#status': 'status' },
        ExpressionAttributeValues: marshall({ ':state': state, ':status': `${kind}#${state}` }),
      }),
    );
  for (const fileId of files) await set(itemKeys.file(fileId), 'FILE', 'CLAIMED');
  await set(itemKeys.run(runId), 'RUN', 'LOADING');
  expect((await stack.ledger.run(runId))?.fence).toBe(Fence.parse(1));
};

describe('the deployed function', () => {
  test('writes the lost reason of a refused file again, with the rights it has', async () => {
    const dropped = await drop(stack, freshKey('nowhere', 'a.csv'), 'a,b\n');
    await ended(stack, dropped);
    const Key = quarantineKeys.refusedFile('_', dropped.fileId);
    const place = { Bucket: stack.outputs.QuarantineBucket, Key };
    await stack.s3.send(new HeadObjectCommand(place));
    await stack.s3.send(new DeleteObjectCommand(place));
    expect(await callReconcile(stack)).toMatchObject({ unexplained: 1 });
    await stack.s3.send(new HeadObjectCommand(place));
    expect(await callReconcile(stack)).not.toHaveProperty('unexplained');
  });
});

test('the command tells what it finds, and by its exit code whether anything is left', async () => {
  const dropped = await drop(stack, freshKey('nowhere', 'b.csv'), 'a,b\n');
  await ended(stack, dropped);
  const Key = quarantineKeys.refusedFile('_', dropped.fileId);
  const place = { Bucket: stack.outputs.QuarantineBucket, Key };
  await stack.s3.send(new DeleteObjectCommand(place));
  const dry = await headgate('reconcile', '--dry-run');
  expect(dry).toMatchObject({ code: 1, stderr: expect.stringContaining('headgate reconcile') });
  expect(dry.stdout).toMatch(/unexplained .*without --dry-run/s);
  const done = await headgate('reconcile', '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({
    ...{ dryRun: false, failed: 0 },
    findings: [{ kind: 'unexplained', subject: dropped.fileId, done: true }],
  });
  expect(await headgate('reconcile')).toMatchObject({
    ...{ code: 0, stdout: expect.stringContaining('Everything is as the ledger says.') },
  });
});

describe('a dead letter', () => {
  test('is kept, listed, redriven once and resolved', async () => {
    const dropped = await unannounced('dead.csv', 2);
    const body = noticeOf(stack, dropped);
    await bury(stack, body);
    const { messageId } = await until('the letter', () => openLetter(stack, body));
    expect(await headgateJson('status')).toMatchObject({ openLetters: expect.any(Number) });
    const open = { messageId, outcome: 'open', code: 'E_UNTAKEN', fileId: dropped.fileId };
    expect(await headgateJson('redrive')).toContainEqual(expect.objectContaining(open));
    expect(await headgateJson('redrive', '--id', messageId)).toMatchObject([{ outcome: 'sent' }]);
    expect(await ended(stack, dropped)).toMatchObject({ state: 'PUBLISHED' });
    const again = await headgate('redrive', '--id', messageId);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('it is redriven') });
    await callReconcile(stack);
    expect(await stack.ledger.letter(messageId)).toMatchObject({ state: 'resolved' });
    expect(await rowsOf(dropped)).toEqual({ n: 2 });
  });
});
