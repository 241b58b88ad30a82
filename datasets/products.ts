import { defineDataset, replace } from '../core/define-dataset.ts';
import { decimal, text } from '../core/fields/index.ts';

/** What the shop sells. Orders are joined with it. */
export const products = defineDataset({
  name: 'products',
  domain: 'sales',
  owner: 'sales-data@example.com',
  description: 'One row per product; each file is the whole catalogue.',
  fields: {
    product_id: text(),
    product_name: text(),
    category: text(),
    unit_cost: decimal({ precision: 10, scale: 2, min: '0', classification: 'internal' }),
  },
  key: ['product_id'],
  write: replace(),
});
