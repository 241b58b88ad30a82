import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { fileItem, runItem, summaryItem } from '../../adapters/ledger-items.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { at, contentOf, fence, landed, orders } from '../support/landed.ts';

const dynamo = mockClient(DynamoDBClient);
const ledger = dynamoLedger(new DynamoDBClient({ region: 'us-east-1' }), 'ledger');
const file = landed('a');
const runId = runIdOf(orders, at(0), [file.fileId]);
const outcome = { state: 'GONE', detail: 'deleted' } as const;

const entry = (more: Partial<FileEntry> = {}): FileEntry => ({
  ...file,
  ...{ dataset: orders, state: 'CLAIMED', runId, fence: fence(1), updatedAt: at(0) },
  ...{ contentId: null, counts: null, reason: null },
  ...more,
});
const runEntry = (more: Partial<RunEntry> = {}): RunEntry => ({
  ...{ runId, dataset: orders, state: 'STARTED', fence: fence(1), contractVersion: 'c1' },
  ...{ files: [file.fileId], counts: null, quality: null, snapshotId: null, reason: null },
  ...{ createdAt: at(0), updatedAt: at(0) },
  ...more,
});

const refused = (Item?: Record<string, never> | ReturnType<typeof fileItem>) =>
  new ConditionalCheckFailedException({
    $metadata: {},
    message: '',
    ...(Item === undefined ? {} : { Item }),
  });
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: '',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const claim = () => ledger.claim({ runId, dataset: orders, contractVersion: 'c1' }, [file], at(0));

beforeEach(() => dynamo.reset());

describe('a claim', () => {
  test('is one transaction in which nothing may exist before', async () => {
    dynamo.on(TransactWriteItemsCommand).resolves({});
    expect(await claim()).toBe('claimed');
    const [call, ...others] = dynamo.commandCalls(TransactWriteItemsCommand);
    expect(others).toEqual([]);
    const puts = call?.args[0].input.TransactItems?.map(({ Put }) => Put) ?? [];
    expect(puts.map((put) => put?.Item?.pk?.S)).toEqual([`RUN#${runId}`, `FILE#${file.fileId}`]);
    expect(puts.map((put) => put?.ConditionExpression)).toEqual([
      'attribute_not_exists(pk)',
      'attribute_not_exists(pk)',
    ]);
    expect(puts.map((put) => put?.Item?.status?.S)).toEqual(['RUN#CREATED', 'FILE#CLAIMED']);
    expect(puts[1]?.Item?.at?.S).toBe(`2026-11-21T05:00:00.000Z#${file.fileId}`);
  });

  test('that was refused by its own earlier self is a claim', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejects(cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'));
    dynamo.on(GetItemCommand).resolves({ Item: runItem(runEntry()) });
    expect(await claim()).toBe('claimed');
  });

  test('that was refused by another run is taken', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('None', 'ConditionalCheckFailed'));
    dynamo.on(GetItemCommand).resolves({});
    expect(await claim()).toBe('taken');
  });

  test('that collided with another transaction is tried again by the queue', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('None', 'TransactionConflict'));
    await expect(claim()).rejects.toMatchObject({
      name: 'TransientError',
      message: `claim ${runId}: TransactionCanceledException (TransactionConflict)`,
    });
  });
});

describe('a write that was refused', () => {
  const settle = () => ledger.settleFile(runId, fence(1), file.fileId, outcome, at(1));

  test('is conditional on run, fence and state, and asks what stands there', async () => {
    dynamo.on(UpdateItemCommand).resolves({});
    expect(await settle()).toBe('written');
    const [call] = dynamo.commandCalls(UpdateItemCommand);
    expect(call?.args[0].input).toMatchObject({
      ConditionExpression: expect.stringMatching(
        /^#runId = :run AND #fence = :fence AND #state = :claimed AND /,
      ),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ExpressionAttributeValues: { ':set_status': { S: 'FILE#GONE' }, ':fence': { N: '1' } },
    });
  });

  test.each([
    ['by our own write, whose reply was lost, is written', entry({ state: 'GONE' }), 'written'],
    ['by another outcome is fenced', entry({ state: 'DUPLICATE' }), 'fenced'],
    [
      'by the same outcome of a newer attempt is fenced',
      entry({ state: 'GONE', fence: fence(2) }),
      'fenced',
    ],
  ])('%s', async (_name, found, result) => {
    dynamo.on(UpdateItemCommand).rejects(refused(fileItem(found)));
    expect(await settle()).toBe(result);
  });

  test('because nothing is there is fenced', async () => {
    dynamo.on(UpdateItemCommand).rejects(refused());
    expect(await settle()).toBe('fenced');
  });
});

test('a throttle is transient, a missing right is permanent', async () => {
  const throttled = Object.assign(new Error(), { name: 'ThrottlingException' });
  dynamo.on(GetItemCommand).rejectsOnce(throttled);
  await expect(ledger.file(file.fileId)).rejects.toMatchObject({ name: 'TransientError' });
  const denied = Object.assign(new Error(), { name: 'AccessDeniedException' });
  dynamo.on(GetItemCommand).rejectsOnce(denied);
  await expect(ledger.file(file.fileId)).rejects.toMatchObject({ name: 'PermanentError' });
});

test('an entry is read as it is now, and one of another shape is refused', async () => {
  dynamo.on(GetItemCommand).resolves({ Item: marshall({ fileId: 'x' }) });
  await expect(ledger.file(file.fileId)).rejects.toMatchObject({ name: 'ZodError' });
  expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
});

test('content whose owner gave way between read and write is looked at again', async () => {
  const [first, second] = [landed('b').fileId, landed('c').fileId];
  const ownedBy = (owner: string) => refused(marshall({ owner, claimedAt: 7 }));
  dynamo.on(UpdateItemCommand).resolves({});
  dynamo.on(PutItemCommand).rejectsOnce(ownedBy(first)).rejectsOnce(ownedBy(second));
  dynamo
    .on(GetItemCommand)
    .resolvesOnce({ Item: fileItem(entry({ fileId: first, state: 'GONE' })) })
    .resolvesOnce({ Item: fileItem(entry({ fileId: second, state: 'CLAIMED' })) });
  const result = await ledger.claimContent(orders, contentOf('x'), file.fileId, at(0));
  expect(result).toEqual({ kind: 'duplicate', of: second });
  const conditions = dynamo
    .commandCalls(PutItemCommand)
    .map((call) => call.args[0].input.ConditionExpression);
  expect(conditions).toEqual([
    'attribute_not_exists(pk) OR #owner = :me',
    '#owner = :old AND #claimedAt = :at',
  ]);
});

describe('a release', () => {
  const held = { fence: fence(2), state: 'HELD' } as const;
  const contentId = contentOf('x');
  const release = () => ledger.release(runId, 'ana', at(5));
  const found = (owner = file.fileId) => {
    dynamo.on(GetItemCommand).callsFake(({ Key }) => {
      const isRun = String(Key?.pk?.S).startsWith('RUN#');
      return { Item: isRun ? runItem(runEntry(held)) : marshall({ owner, claimedAt: 7 }) };
    });
    const files = [fileItem(entry({ ...held, contentId }))];
    dynamo.on(BatchGetItemCommand).resolves({ Responses: { ledger: files } });
  };

  test('is one transaction over the held run, its held files and what they own', async () => {
    found();
    dynamo.on(TransactWriteItemsCommand).resolves({});
    expect(await release()).toMatchObject({ kind: 'released', run: { fence: 3 } });
    const [call] = dynamo.commandCalls(TransactWriteItemsCommand);
    const updates = call?.args[0].input.TransactItems?.map(({ Update }) => Update) ?? [];
    expect(updates.map((update) => [update?.Key?.pk?.S, update?.ConditionExpression])).toEqual([
      [`RUN#${runId}`, '#fence = :fence AND #state = :held'],
      [`FILE#${file.fileId}`, '#runId = :run AND #fence = :old AND #state = :held'],
      [`CONTENT#orders#${contentId}`, '#owner = :me'],
    ]);
    expect(updates.map((update) => update?.UpdateExpression).at(-1)).toContain('#claimedAt');
  });

  test('of content that another file took changes nothing', async () => {
    const by = landed('b').fileId;
    found(by);
    expect(await release()).toEqual({ kind: 'taken', fileId: file.fileId, by });
    expect(dynamo.commandCalls(TransactWriteItemsCommand)).toEqual([]);
  });

  test('that is refused again and again is tried again by whoever asked', async () => {
    found();
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('ConditionalCheckFailed'));
    await expect(release()).rejects.toMatchObject({ name: 'TransientError' });
  });
});

test('the history is read to its limit over pages, and each item is one text', async () => {
  const summary = {
    ...{ runId, dataset: orders, at: at(0), rowsIn: 1, published: 1, rejectedShare: 0 },
    ...{ score: 1e-310, sampled: 1, released: false, columns: {} },
  };
  const Items = [summaryItem(summary)];
  const page = { Items, LastEvaluatedKey: { pk: { S: 'p' } } };
  dynamo.on(QueryCommand).resolvesOnce(page).resolves({ Items });
  expect(await ledger.history(orders, 3)).toEqual([summary, summary]);
  const asked = dynamo.commandCalls(QueryCommand).map((call) => call.args[0].input);
  expect(asked.map(({ Limit }) => Limit)).toEqual([3, 2]);
  expect(asked[0]).toMatchObject({ ScanIndexForward: false, ConsistentRead: true });
});
