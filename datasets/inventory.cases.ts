import { type CaseRow, cases } from '../core/cases/case.ts';
import { inventory } from './inventory.ts';

const article: CaseRow = { sku: 'SKU-1', on_hand: '12', unit_cost: '2.50' };

/** What the warehouse’s database may tell, by example. */
export const inventoryCases = cases(inventory, [
  {
    name: 'of two changes of an article in one run the last is published',
    rows: [article, { ...article, on_hand: '11' }],
    expect: { clean: [{ on_hand: 11 }] },
  },
  {
    name: 'less than nothing is rejected',
    rows: [article, { ...article, sku: 'SKU-2', on_hand: '-1' }],
    expect: { clean: [{ sku: 'SKU-1' }], rejected: [{ row: 2, reasons: ['E_RANGE on_hand'] }] },
  },
]);
