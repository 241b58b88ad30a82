import { describe, test } from 'vitest';
import { memoryWindows } from '../support/memory-windows.ts';
import { windowsContract } from '../support/windows-contract.ts';

// The same cases run on DynamoDB in test/e2e/window-store.test.ts, so that the fake cannot drift.
describe('the in-memory store of windows keeps the contract', () => {
  test.each(windowsContract)('%s', async (_name, check) => {
    await check(memoryWindows().windows);
  });
});
