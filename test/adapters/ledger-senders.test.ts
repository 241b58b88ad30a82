import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { senderItem } from '../../adapters/ledger-items.ts';
import { dynamoSenders } from '../../adapters/ledger-senders.ts';
import { DatasetName, EpochMs } from '../../core/ids.ts';
import { keyHashOf, type Sender } from '../../core/push/sender.ts';

const dynamo = mockClient(DynamoDBClient);
const senders = dynamoSenders({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  name: 'ledger',
});

const at = EpochMs.parse(Date.UTC(2026, 10, 21, 5));
const shop: Sender = {
  ...{ keyHash: keyHashOf('secret'), keyId: 'k1', name: 'shop', createdAt: at, revokedAt: null },
  datasets: ['orders', 'reviews'].map((name) => DatasetName.parse(name)),
};
const key = { pk: { S: `SENDER#${shop.keyHash}` }, sk: { S: 'SENDER' } };
const failure = (name: string) => Object.assign(new Error(), { name });
const refused = new ConditionalCheckFailedException({ $metadata: {}, message: '' });

beforeEach(() => dynamo.reset());

describe('the holder of a key', () => {
  test('is found by the hash of it, as it is now', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: senderItem(shop) });
    expect(await senders.sender(shop.keyHash)).toEqual(shop);
    const [call] = dynamo.commandCalls(GetItemCommand);
    expect(call?.args[0].input).toEqual({ TableName: 'ledger', Key: key, ConsistentRead: true });
  });

  test('is nobody where there is no item', async () => {
    dynamo.on(GetItemCommand).resolves({});
    expect(await senders.sender(shop.keyHash)).toBeUndefined();
  });

  test.each([
    ['without datasets', { datasets: { L: [] } }],
    ['without a word on revocation', { revokedAt: { S: 'no' } }],
    ['with a hash of another form', { keyHash: { S: 'x' } }],
  ])('is not read from an item %s', async (_name, more) => {
    dynamo.on(GetItemCommand).resolves({ Item: { ...senderItem(shop), ...more } });
    await expect(senders.sender(shop.keyHash)).rejects.toThrow();
  });

  test.each([
    ['ProvisionedThroughputExceededException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
  ])('%s leaves as %s', async (name, ours) => {
    dynamo.on(GetItemCommand).rejects(failure(name));
    await expect(senders.sender(shop.keyHash)).rejects.toMatchObject({ name: ours });
  });
});

describe('a sender', () => {
  test('is added once, without its key', async () => {
    dynamo.on(PutItemCommand).resolves({});
    await senders.addSender(shop);
    const [call] = dynamo.commandCalls(PutItemCommand);
    expect(call?.args[0].input).toMatchObject({
      ...{ TableName: 'ledger', ConditionExpression: 'attribute_not_exists(pk)' },
      Item: { ...key, status: { S: 'SENDER#ACTIVE' }, at: { S: '2026-11-21T05:00:00.000Z#k1' } },
    });
    expect(JSON.stringify(call?.args[0].input)).not.toContain('secret');
  });

  test('that is there is left as it is', async () => {
    dynamo.on(PutItemCommand).rejects(refused);
    await expect(senders.addSender(shop)).resolves.toBeUndefined();
  });

  test('is revoked while it is active, so that the first revocation stands', async () => {
    dynamo.on(UpdateItemCommand).resolves({});
    await senders.revokeSender(shop.keyHash, at);
    const [call] = dynamo.commandCalls(UpdateItemCommand);
    expect(call?.args[0].input).toMatchObject({
      ...{ Key: key, UpdateExpression: 'SET #revokedAt = :set_revokedAt, #status = :set_status' },
      ConditionExpression: '#status = :active',
      ExpressionAttributeValues: {
        ':set_revokedAt': { N: String(at) },
        ':set_status': { S: 'SENDER#REVOKED' },
        ':active': { S: 'SENDER#ACTIVE' },
      },
    });
    dynamo.on(UpdateItemCommand).rejects(refused);
    await expect(senders.revokeSender(shop.keyHash, at)).resolves.toBeUndefined();
  });

  test('that was revoked is so in its own item', () => {
    const item = senderItem({ ...shop, revokedAt: at });
    expect(item.status).toEqual({ S: 'SENDER#REVOKED' });
  });

  test.each([
    ['ThrottlingException', 'TransientError'],
    ['AccessDeniedException', 'PermanentError'],
  ])('%s leaves as %s', async (name, ours) => {
    dynamo.on(PutItemCommand).rejects(failure(name));
    dynamo.on(UpdateItemCommand).rejects(failure(name));
    await expect(senders.addSender(shop)).rejects.toMatchObject({ name: ours });
    await expect(senders.revokeSender(shop.keyHash, at)).rejects.toMatchObject({ name: ours });
  });
});

test('those that may send are listed newest first, and no others', async () => {
  dynamo.on(QueryCommand).resolves({ Items: [senderItem(shop)] });
  expect(await senders.senders(7)).toEqual([shop]);
  const [call] = dynamo.commandCalls(QueryCommand);
  expect(call?.args[0].input).toMatchObject({
    ...{ TableName: 'ledger', IndexName: 'byStatus', ScanIndexForward: false, Limit: 7 },
    ExpressionAttributeValues: { ':status': { S: 'SENDER#ACTIVE' } },
  });
});
