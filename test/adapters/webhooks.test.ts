import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { dynamoDeliveries } from '../../adapters/ledger-deliveries.ts';
import { webhookSecrets } from '../../adapters/webhook-secrets.ts';
import { EpochMs } from '../../core/ids.ts';

const dynamo = mockClient(DynamoDBClient);
const manager = mockClient(SecretsManagerClient);
const deliveries = dynamoDeliveries({
  ...{ client: new DynamoDBClient({ region: 'us-east-1' }), name: 'ledger' },
});
beforeEach(() => {
  dynamo.reset();
  manager.reset();
});

describe('a delivery', () => {
  const Key = { pk: { S: 'DELIVERY#shop#d-1' }, sk: { S: 'DELIVERY' } };

  test('is remembered once, until a second that DynamoDB understands', async () => {
    dynamo.on(PutItemCommand).resolves({});
    expect(await deliveries.remember('shop', 'd-1', EpochMs.parse(1_500))).toBe('new');
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input).toMatchObject({
      ...{ TableName: 'ledger', Item: { ...Key, expiresAt: { N: '2' } } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    const refused = new ConditionalCheckFailedException({ $metadata: {}, message: '' });
    dynamo.on(PutItemCommand).rejects(refused);
    expect(await deliveries.remember('shop', 'd-1', EpochMs.parse(1_500))).toBe('known');
  });

  test('is known as it is now', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: Key });
    expect(await deliveries.isKnown('shop', 'd-1')).toBe(true);
    const [call] = dynamo.commandCalls(GetItemCommand);
    expect(call?.args[0].input).toEqual({ TableName: 'ledger', Key, ConsistentRead: true });
    dynamo.on(GetItemCommand).resolves({});
    expect(await deliveries.isKnown('shop', 'd-1')).toBe(false);
  });
});

describe('the secret of a source', () => {
  test('is read once a minute, and only where it is declared', async () => {
    let now = 0;
    const clock = () => EpochMs.parse(now);
    manager.on(GetSecretValueCommand).resolves({ SecretString: 'old' });
    const secretOf = webhookSecrets(new SecretsManagerClient({}), { shop: 'arn:shop' }, clock);
    expect(await secretOf('shop')).toBe('old');
    manager.on(GetSecretValueCommand).resolves({ SecretString: 'new' });
    now = 59_999;
    expect(await secretOf('shop')).toBe('old');
    now = 60_000;
    expect(await secretOf('shop')).toBe('new');
    expect(manager.commandCalls(GetSecretValueCommand)).toHaveLength(2);
    expect(await secretOf('toString')).toBeUndefined();
  });
});
