import * as z from 'zod';
import type { Subscriber } from '../core/entities/subscriber.ts';

const Stock = z.object({ on_hand: z.number() });

/** Says in the log which article ran out. The example of somebody who is told of changes. */
export const stockRanOut: Subscriber = {
  name: 'stock-ran-out',
  dataset: 'inventory',
  handle: async ({ op, row, keyHash, isNewest }, log) => {
    if (op === 'delete' || row === null || !isNewest) return;
    if (Stock.parse(JSON.parse(row)).on_hand === 0) log('stock ran out', { keyHash });
  },
};
