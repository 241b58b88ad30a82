import { BatchWriteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { changesOf } from '../../adapters/entity-events.ts';
import { changeItem, dynamoEntities } from '../../adapters/entity-store.ts';
import { type Change, positionOf } from '../../core/entities/change.ts';
import { sha256 } from '../../core/hash.ts';
import { DatasetName } from '../../core/ids.ts';

const dynamo = mockClient(DynamoDBClient);
const entities = dynamoEntities({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  name: 'entities',
});

const keyHash = `0f${sha256('a').slice(2)}`;
const change: Change = {
  ...{ dataset: DatasetName.parse('accounts'), keyHash, key: '{"id":"a"}', op: 'upsert' },
  ...{ row: '{"id":"a","n":12.50}', order: '0007', at: 5, shard: 'shardId-0', sequence: '0042' },
  sub: null,
};
const position = '0007#shardId-0#00242#0000000000';
const failure = (name: string) => Object.assign(new Error(), { name });
const written = () =>
  dynamo.commandCalls(BatchWriteItemCommand).map((call) => {
    const requests = call.args[0].input.RequestItems?.entities ?? [];
    return requests.map(({ PutRequest }) => PutRequest?.Item?.sk?.S ?? '');
  });

beforeEach(() => dynamo.reset());

describe('changes', () => {
  test('lie beside each other by key, in an order that text has', async () => {
    dynamo.on(BatchWriteItemCommand).resolves({});
    await entities.append([change]);
    expect(changeItem(change)).toMatchObject({
      ...{ pk: { S: 'accounts#0f' }, sk: { S: `${keyHash}#${position}` } },
      ...{ row: { S: change.row }, at: { N: '5' }, sub: { NULL: true } },
    });
    expect(positionOf(change)).toBe(position);
    expect(written()).toEqual([[`${keyHash}#${position}`]]);
  });

  test('of one key are written one after the other, the older first', async () => {
    dynamo.on(BatchWriteItemCommand).resolves({});
    const other = { ...change, keyHash: sha256('b') };
    await entities.append([{ ...change, order: '0009' }, other, { ...change, order: '0008' }]);
    const orders = written().map((batch) => batch.map((sk) => sk.split('#')[1]));
    expect(orders).toEqual([['0007', '0008'], ['0009']]);
  });

  test('that a throttled table gives back are written again, and no others', async () => {
    const Item = changeItem(change);
    dynamo
      .on(BatchWriteItemCommand)
      .resolvesOnce({ UnprocessedItems: { entities: [{ PutRequest: { Item } }] } })
      .resolves({});
    await entities.append([change, { ...change, keyHash: sha256('b') }]);
    expect(written().map((batch) => batch.length)).toEqual([2, 1]);
  });

  test('that it gives back for ever are a transient failure', async () => {
    const requests = [{ PutRequest: { Item: changeItem(change) } }];
    dynamo.on(BatchWriteItemCommand).resolves({ UnprocessedItems: { entities: requests } });
    await expect(entities.append([change])).rejects.toMatchObject({ name: 'TransientError' });
  });

  test('are written 25 at a time', async () => {
    dynamo.on(BatchWriteItemCommand).resolves({});
    await entities.append(
      Array.from({ length: 60 }, (_, at) => ({ ...change, keyHash: sha256(`${at}`) })),
    );
    expect(written().map((batch) => batch.length)).toEqual([25, 25, 10]);
  });
});

describe('what is read', () => {
  test('is the newest by one consistent query from the end', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [changeItem(change)] });
    expect(await entities.newest(change)).toEqual(change);
    const [call] = dynamo.commandCalls(QueryCommand);
    expect(call?.args[0].input).toMatchObject({
      ...{ TableName: 'entities', ConsistentRead: true, ScanIndexForward: false, Limit: 1 },
      ExpressionAttributeValues: {
        ':pk': { S: 'accounts#0f' },
        ':from': { S: `${keyHash}# ` },
        ':to': { S: `${keyHash}$` },
      },
    });
  });

  test('passes over whole pages that a filter leaves empty', async () => {
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: { S: 'x' } } })
      .resolves({ Items: [changeItem(change)] });
    expect(await entities.newest(change, 7)).toEqual(change);
    expect(dynamo.commandCalls(QueryCommand)[1]?.args[0].input).toMatchObject({
      ...{ FilterExpression: '#at <= :madeTo', ExclusiveStartKey: { pk: { S: 'x' } } },
    });
  });

  test('asks for the last key of a page by itself, and goes on behind it', async () => {
    const other = { ...change, keyHash: `0e${keyHash.slice(2)}` };
    const newer = { ...change, order: '0009' };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({
        Items: [changeItem(other), changeItem(change)],
        LastEvaluatedKey: { pk: { S: 'x' } },
      })
      .resolves({ Items: [changeItem(newer)] });
    expect(await entities.states(change.dataset, '0f/')).toEqual({
      ...{ changes: [other, newer], next: `0f/${keyHash}$` },
    });
  });

  test.each([
    ['00/', '01/'],
    ['0f/', '10/'],
    ['ff/', null],
  ])('goes from the partition %s on to %s', async (after, next) => {
    dynamo.on(QueryCommand).resolves({ Items: [] });
    expect(await entities.states(change.dataset, after)).toEqual({ changes: [], next });
  });

  test.each([
    ['without a row', { row: { N: '1' } }],
    ['of another operation', { op: { S: 'merge' } }],
    ['without its hash', { keyHash: { S: 'x' } }],
  ])('is not read from an item %s', async (_name, more) => {
    dynamo.on(QueryCommand).resolves({ Items: [{ ...changeItem(change), ...more }] });
    await expect(entities.newest(change)).rejects.toThrow();
  });

  test.each([
    ['ThrottlingException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
  ])('%s leaves as %s', async (name, ours) => {
    dynamo.on(QueryCommand).rejects(failure(name));
    dynamo.on(BatchWriteItemCommand).rejects(failure(name));
    await expect(entities.newest(change)).rejects.toMatchObject({ name: ours });
    await expect(entities.append([change])).rejects.toMatchObject({ name: ours });
  });
});

test('the table’s stream tells of changes, and of what was taken away nothing', () => {
  const records = [{ dynamodb: { NewImage: changeItem(change) } }, { dynamodb: {} }, {}];
  expect(changesOf(records)).toEqual([change]);
});
