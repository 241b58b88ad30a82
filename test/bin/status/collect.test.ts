import { expect, test } from 'vitest';
import { collectStatus } from '../../../bin/status/collect.ts';
import { RunId } from '../../../core/ids.ts';
import { datasets } from '../../../datasets/index.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';
import { runA, runEntry } from '../start/settled.ts';

const outputs = {
  LandingBucket: 'l',
  CleanBucket: 'c',
  CuratedBucket: 'u',
  QuarantineBucket: 'q',
  LedgerTable: 't',
  PipelineArn: 'p',
  NoticeQueueUrl: 'notices',
  DeadLetterQueueUrl: 'dead',
  CatalogDatabase: 'd',
  ApiId: 'a',
  ApiUrl: 'https://api.example/v1/',
  UsagePlanId: 'p',
};

test('status tells last runs, what moves and what needs a look', async () => {
  const held = runEntry({ state: 'HELD' });
  const moving = runEntry({
    runId: RunId.parse('orders-20261121T050009Z-cccccccccc'),
    state: 'LOADING',
  });
  const ledger = {
    ...memoryLedger(),
    listRuns: async ({ dataset }: { dataset?: string }) =>
      dataset === 'orders' ? [moving, held] : [],
  };
  const status = await collectStatus({
    stack: { name: 'Headgate', where: 'here', outputs, ledger },
    datasets,
    depthOf: async (url) =>
      url === 'dead' ? { waiting: 2, inFlight: 1 } : { waiting: 5, inFlight: 0 },
  });
  expect(status.queue).toEqual({ waiting: 5, inFlight: 0 });
  expect(status.deadLetters).toBe(3);
  expect(status.underWay).toEqual([moving]);
  expect(status.needLook.map(({ runId }) => runId)).toEqual([runA]);
  expect(status.datasets.find(({ name }) => name === 'orders')?.lastRun).toEqual(moving);
  expect(status.datasets.find(({ name }) => name === 'products')?.lastRun).toBeNull();
});
