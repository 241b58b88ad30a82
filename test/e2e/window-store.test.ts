import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamoWindows } from '../../adapters/window-store.ts';
import { windowsContract } from '../support/windows-contract.ts';

const client = new DynamoDBClient();
const prefix = `windows-contract-${process.pid}`;
let made = 0;

const makeTable = async (): Promise<string> => {
  made += 1;
  const TableName = `${prefix}-${made}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk'].map((name) => ({
        AttributeName: name,
        AttributeType: 'S' as const,
      })),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
};

afterAll(async () => {
  for (let n = 1; n <= made; n += 1)
    await client.send(new DeleteTableCommand({ TableName: `${prefix}-${n}` }));
});

describe('the windows in DynamoDB keep the contract', () => {
  let name = '';
  beforeEach(async () => {
    name = await makeTable();
  });

  test.each(windowsContract)('%s', async (_name, check) => {
    await check(dynamoWindows({ client, name }));
  });
});

test('a missing table is no reason to try again', async () => {
  const store = dynamoWindows({ client, name: 'no-such-table' });
  await expect(store.shards('any')).rejects.toMatchObject({ name: 'PermanentError' });
});
