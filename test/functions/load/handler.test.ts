import { expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import type { Ledger } from '../../../core/ports.ts';
import { memoryStack } from '../../support/memory-stack.ts';

const products = 'product_id,product_name,category,unit_cost\nP-0001,Lamp,home,12.50\n';

/** Another load has the turn of the dataset for so many questions. */
const withBusyTurns = (busy: number) => {
  const stack = memoryStack();
  const { takeTurn } = stack.ledger;
  const asked = { times: 0 };
  const ask: Ledger['takeTurn'] = async (...question) => {
    asked.times += 1;
    return asked.times <= busy ? 'busy' : await takeTurn(...question);
  };
  Object.assign(stack.ledger, { takeTurn: ask });
  return { stack, asked };
};

test('a load waits for its turn instead of failing', async () => {
  const { stack, asked } = withBusyTurns(limits.turnTriesMax - 1);
  await stack.land([['products/p.csv', products]]);
  const [run] = await stack.ledger.listRuns({ limit: 1 });
  expect(run).toMatchObject({ state: 'PUBLISHED', fence: 1 });
  expect(asked.times).toBe(limits.turnTriesMax);
});

test('a load that waits too long ends, and the pipeline tries it again', async () => {
  const { stack, asked } = withBusyTurns(limits.turnTriesMax);
  await stack.land([['products/p.csv', products]]);
  const [run] = await stack.ledger.listRuns({ limit: 1 });
  expect(run).toMatchObject({ state: 'PUBLISHED', fence: 1 });
  expect(asked.times).toBe(limits.turnTriesMax + 1);
});
