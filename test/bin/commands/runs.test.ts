import { expect, test } from 'vitest';
import { newestRuns } from '../../../bin/commands/runs.ts';
import { DatasetName, EpochMs } from '../../../core/ids.ts';
import type { RunEntry } from '../../../core/ledger.ts';
import { aRun, runIdOf } from '../fake-stack.ts';

const dataset = DatasetName.parse('orders');

/** A ledger of many runs, newest first, of which few were held. */
const manyRuns = (count: number, heldAt: readonly number[]): RunEntry[] =>
  Array.from({ length: count }, (_, at) =>
    aRun({
      runId: runIdOf('orders', 0, String(at).padStart(10, '0')),
      dataset,
      state: heldAt.includes(at) ? 'HELD' : 'PUBLISHED',
      createdAt: EpochMs.parse(10_000 - at),
    }),
  );

const listing = (runs: readonly RunEntry[]) => {
  const asked: number[] = [];
  return {
    asked,
    listRuns: async ({ limit }: { limit: number }) => {
      asked.push(limit);
      return runs.slice(0, limit);
    },
  };
};

test.each([
  ['in the first hundred', manyRuns(300, [50]), 1, [100]],
  ['behind many others', manyRuns(3_000, [2_500]), 1, [100, 400, 1_600, 6_400]],
  ['nowhere', manyRuns(300, []), 0, [100, 400]],
])('a rare state is found %s', async (_name, runs, found, asked) => {
  const ledger = listing(runs);
  expect(await newestRuns(ledger, { state: 'HELD', limit: 1 })).toHaveLength(found);
  expect(ledger.asked).toEqual(asked);
});

test('without a state the ledger is asked once', async () => {
  const ledger = listing(manyRuns(50, []));
  expect(await newestRuns(ledger, { limit: 20 })).toHaveLength(20);
  expect(ledger.asked).toEqual([20]);
});
