import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { statusIndex } from '../../adapters/ledger-items.ts';
import { ledgerContract } from '../support/ledger-contract.ts';

const client = new DynamoDBClient();
const prefix = `ledger-contract-${process.pid}`;
let made = 0;

const keys = (hash: string, range: string): KeySchemaElement[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

const makeTable = async (): Promise<string> => {
  made += 1;
  const TableName = `${prefix}-${made}`;
  const attributes = ['pk', 'sk', 'status', 'at'];
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: keys('pk', 'sk'),
      AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: statusIndex,
          KeySchema: keys('status', 'at'),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
};

afterAll(async () => {
  for (let n = 1; n <= made; n += 1)
    await client.send(new DeleteTableCommand({ TableName: `${prefix}-${n}` }));
});

describe('the ledger in DynamoDB keeps the contract', () => {
  let table = '';
  beforeEach(async () => {
    table = await makeTable();
  });

  test.each(ledgerContract)('%s', async (_name, check) => {
    await check(dynamoLedger(client, table));
  });
});

test('a missing table is no reason to try again', async () => {
  const ledger = dynamoLedger(client, 'no-such-table');
  await expect(ledger.listRuns({ limit: 1 })).rejects.toMatchObject({ name: 'PermanentError' });
});
