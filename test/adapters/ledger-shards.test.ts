import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { shardItem } from '../../adapters/ledger-items.ts';
import { dynamoShards } from '../../adapters/ledger-shards.ts';
import { firstEntry, type ShardEntry } from '../../core/stream/segment.ts';

const dynamo = mockClient(DynamoDBClient);
const shards = dynamoShards({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  name: 'ledger',
});

const shard = 'shardId-000000000000';
const key = { pk: { S: `SHARD#Events#${shard}` }, sk: { S: 'SHARD' } };
/** More digits than a number of DynamoDB has. */
const far = '4'.repeat(56);
const segment = { from: far, to: `${far}9`, records: 2, objects: ['a', 'b'], places: [1, 0, 1] };
const decided: ShardEntry = { ...firstEntry('Events', shard), segment, turn: 1 };
const ended: ShardEntry = { ...decided, segment: null, checkpoint: segment.to, turn: 2 };

const refused = (found?: ShardEntry) =>
  new ConditionalCheckFailedException({
    ...{ $metadata: {}, message: '' },
    ...(found === undefined ? {} : { Item: shardItem(found) }),
  });
const failure = (name: string) => Object.assign(new Error(), { name });

beforeEach(() => dynamo.reset());

describe('how far a shard has come', () => {
  test.each([
    ['at its first segment', decided],
    ['between two', ended],
    ['within one', { ...ended, segment, turn: 3 }],
  ])('is read as it was written, %s', async (_name, entry) => {
    dynamo.on(GetItemCommand).resolves({ Item: shardItem(entry) });
    expect(await shards.shard('Events', shard)).toEqual(entry);
    const [call] = dynamo.commandCalls(GetItemCommand);
    expect(call?.args[0].input).toEqual({ TableName: 'ledger', Key: key, ConsistentRead: true });
  });

  test('is not known of a shard that is new', async () => {
    dynamo.on(GetItemCommand).resolves({});
    expect(await shards.shard('Events', shard)).toBeUndefined();
  });

  test.each([
    ['a segment that is no JSON', { segment: { S: '{' } }],
    ['a segment without its places', { segment: { S: '{"from":"1","to":"2","records":1}' } }],
    ['a checkpoint that is no sequence number', { checkpoint: { S: 'x' } }],
    ['a turn below 0', { turn: { N: '-1' } }],
  ])('is not read from an item with %s', async (_name, more) => {
    dynamo.on(GetItemCommand).resolves({ Item: { ...shardItem(decided), ...more } });
    await expect(shards.shard('Events', shard)).rejects.toThrow();
  });
});

describe('a move', () => {
  const put = () => dynamo.commandCalls(PutItemCommand)[0]?.args[0].input;

  test('of a new shard asks for there being none', async () => {
    dynamo.on(PutItemCommand).resolves({});
    expect(await shards.move(0, decided)).toBe('written');
    expect(put()).toMatchObject({
      ...{ TableName: 'ledger', ConditionExpression: 'attribute_not_exists(pk)' },
      ...{ Item: key, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
    });
    expect(put()?.ExpressionAttributeValues).toBeUndefined();
  });

  test('from a turn asks for that turn', async () => {
    dynamo.on(PutItemCommand).resolves({});
    expect(await shards.move(1, ended)).toBe('written');
    expect(put()).toMatchObject({
      ...{ ConditionExpression: '#turn = :turn', ExpressionAttributeNames: { '#turn': 'turn' } },
      ExpressionAttributeValues: { ':turn': { N: '1' } },
      Item: { ...key, turn: { N: '2' }, checkpoint: { S: segment.to } },
    });
  });

  test.each<[string, ShardEntry, ShardEntry]>([
    ['a segment', decided, decided],
    ['the end of one', ended, ended],
    ['what another call wrote the same', decided, { ...decided, segment: { ...segment } }],
  ])('finds %s again whose reply was lost: it is written', async (_name, own, found) => {
    dynamo.on(PutItemCommand).rejects(refused(found));
    expect(await shards.move(own.turn - 1, own)).toBe('written');
  });

  test.each<[string, ShardEntry | undefined]>([
    ['another segment', { ...decided, segment: { ...segment, to: `${far}8` } }],
    ['other places', { ...decided, segment: { ...segment, places: [0, 0, 1] } }],
    ['a later turn', ended],
    ['the same at a later turn', { ...decided, turn: 3 }],
    ['no segment', { ...decided, segment: null }],
    ['nothing', undefined],
  ])('is fenced where %s stands', async (_name, found) => {
    dynamo.on(PutItemCommand).rejects(refused(found));
    expect(await shards.move(0, decided)).toBe('fenced');
  });

  test.each([
    ['ThrottlingException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
  ])('%s leaves as %s', async (name, ours) => {
    dynamo.on(PutItemCommand).rejects(failure(name));
    await expect(shards.move(0, decided)).rejects.toMatchObject({ name: ours });
  });
});
