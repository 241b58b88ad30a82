import { DatasetName } from '../../../core/ids.ts';
import type { FileEntry } from '../../../core/ledger.ts';
import { drop, ended, runEnded, sample, unique } from './drops.ts';
import { csv, goodOrders } from './rows.ts';
import type { Stack } from './stack.ts';

const products = DatasetName.parse('products');
const orders = DatasetName.parse('orders');
const early = 'orders/before-any-products.csv';

/**
 * Orders are joined with products, so every test file begins here. Whichever is first in a stack
 * drops orders before there are any products, since that can be seen only once.
 */
export const withProducts = async (stack: Stack): Promise<void> => {
  const runs = await stack.ledger.listRuns({ dataset: products, limit: 10 });
  if (runs.some(({ state }) => state === 'PUBLISHED')) return;
  await ended(stack, await drop(stack, early, csv(goodOrders(5))));
  const key = `products/e2e/${unique()}.csv`;
  const file = await ended(stack, await drop(stack, key, await sample('products.csv')));
  const { state } = await runEnded(stack, file.runId);
  if (state !== 'PUBLISHED') throw new Error(`the products are ${state}`);
};

/** What became of the orders that came before there were products. */
export const earlyOrders = async ({ ledger }: Stack): Promise<FileEntry | undefined> => {
  const held = await ledger.listFiles({ dataset: orders, states: ['HELD'], limit: 100 });
  return held.findLast(({ key }) => key === early);
};

/** The run that published the products. */
export const productsRun = async ({ ledger }: Stack) =>
  (await ledger.listRuns({ dataset: products, limit: 10 })).find(
    ({ state }) => state === 'PUBLISHED',
  );
