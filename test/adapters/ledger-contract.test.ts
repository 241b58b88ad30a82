import { describe, test } from 'vitest';
import { ledgerContract } from '../support/ledger-contract.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

// The same cases run on DynamoDB in test/e2e/ledger.test.ts, so that the fake cannot drift.
describe('the in-memory ledger keeps the contract', () => {
  test.each(ledgerContract)('%s', async (_name, check) => {
    await check(memoryLedger());
  });
});
