import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { dynamoClaims } from '../../adapters/claims.ts';
import { EpochMs } from '../../core/ids.ts';

const dynamo = mockClient(DynamoDBClient);
const claims = dynamoClaims({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  name: 'claims',
});

const hour = 3_600_000;
const claim = {
  ...{ id: 'clicks#a', by: 'shardId-0/2' },
  ...{ arrivedAt: EpochMs.parse(10 * hour), until: EpochMs.parse(34 * hour) },
};
const now = EpochMs.parse(12 * hour);
const itemOf = (by: string, until: number) => marshall({ pk: claim.id, by, until });
const holder = async () => (await claims.claim([claim], now)).get(claim.id);
const puts = () => dynamo.commandCalls(PutItemCommand).map((call) => call.args[0].input);
const knowing = (...items: readonly ReturnType<typeof itemOf>[]) =>
  dynamo.on(BatchGetItemCommand).resolves({ Responses: { claims: [...items] } });

beforeEach(() => {
  dynamo.reset();
  dynamo.on(PutItemCommand).resolves({});
});

describe('a claim', () => {
  test('of a key that nobody has is written, where still nobody has it', async () => {
    knowing();
    expect(await holder()).toBe(claim.by);
    expect(puts()).toMatchObject([
      {
        ...{ TableName: 'claims', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
        ConditionExpression: 'attribute_not_exists(pk) OR #until <= :arrivedAt OR #by = :by',
        ExpressionAttributeValues: {
          ':arrivedAt': { N: String(claim.arrivedAt) },
          ':by': { S: claim.by },
        },
      },
    ]);
  });

  test('is forgotten only when no record that it is meant for can come any more', async () => {
    knowing();
    await holder();
    // A day of its own, and the week that Kinesis keeps a record, and one more day.
    const day = 24 * hour;
    expect(puts()[0]?.Item?.forgottenAt).toEqual({ N: String((now + 9 * day) / 1000) });
  });

  test.each([
    ['of another that is under way', itemOf('shardId-1/9', claim.arrivedAt + 1), 'shardId-1/9'],
    ['of its own record', itemOf(claim.by, claim.arrivedAt), claim.by],
  ])('%s is left as it is', async (_name, item, expected) => {
    knowing(item);
    expect(await holder()).toBe(expected);
    expect(puts()).toEqual([]);
  });

  test('takes the place of one whose time is over, though it is still there', async () => {
    knowing(itemOf('shardId-1/9', claim.arrivedAt));
    expect(await holder()).toBe(claim.by);
    expect(puts()).toHaveLength(1);
  });

  test('that another made meanwhile is that other’s', async () => {
    knowing();
    const Item = itemOf('shardId-1/9', claim.until);
    dynamo
      .on(PutItemCommand)
      .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: '', Item }));
    expect(await holder()).toBe('shardId-1/9');
  });

  test('is read a hundred at a time, and only what is free is written', async () => {
    knowing(itemOf('shardId-1/9', claim.until));
    const many = Array.from({ length: 250 }, (_, at) => ({ ...claim, id: `clicks#${at}` }));
    const held = await claims.claim([...many, claim], now);
    expect(dynamo.commandCalls(BatchGetItemCommand)).toHaveLength(3);
    expect(puts()).toHaveLength(250);
    expect(held.get(claim.id)).toBe('shardId-1/9');
    expect(held.get('clicks#7')).toBe(claim.by);
  });

  test.each([
    ['ThrottlingException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
  ])('%s leaves as %s', async (name, ours) => {
    knowing();
    dynamo.on(PutItemCommand).rejects(Object.assign(new Error(), { name }));
    await expect(holder()).rejects.toMatchObject({ name: ours });
  });
});
