import { type CaseRow, cases } from '../core/cases/case.ts';
import { inventory } from './inventory.ts';

const article: CaseRow = { sku: 'SKU-1', on_hand: '12', unit_cost: '2.50' };

/** What the warehouse’s database may tell, by example. */
export const inventoryCases = cases(inventory, [
  {
    name: 'less than nothing is rejected',
    rows: [article, { ...article, sku: 'SKU-2', on_hand: '-1' }],
    expect: { clean: [{ sku: 'SKU-1' }], rejected: [{ row: 2, reasons: ['E_RANGE on_hand'] }] },
  },
]);
