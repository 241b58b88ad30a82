import { append, defineDataset, month, replace } from '../../core/define-dataset.ts';
import { decimal, email, integer, oneOf, text, timestamp } from '../../core/fields/index.ts';
import { dateOf, derive, join, product } from '../../core/transforms/index.ts';

/** The contract that orders.ts beside this says by hand. It stays, whatever datasets/ become. */
const orders = defineDataset({
  name: 'orders',
  domain: 'sales',
  owner: 'sales@example.com',
  description: 'Orders, for the tests that know every row.',
  fields: {
    order_id: text(),
    customer_id: text({ classification: 'internal' }),
    email: email({ classification: 'confidential', casing: 'lower' }),
    product_id: text(),
    quantity: integer({ min: 1, max: 100_000 }),
    unit_price: decimal({ precision: 12, scale: 2, min: '0' }),
    currency: oneOf(['USD', 'EUR', 'GBP', 'JPY', 'CAD', 'AUD']),
    status: oneOf(['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded']),
    ordered_at: timestamp({ from: '2020-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' }),
    country: text({ casing: 'upper' }),
    notes: text({ optional: true, max: 500 }),
  },
  key: ['order_id'],
  write: append(),
  partition: [month('ordered_at')],
  transforms: [
    derive('line_total', product('quantity', 'unit_price', { precision: 18, scale: 2 })),
    derive('order_date', dateOf('ordered_at')),
    join('products', { on: 'product_id', take: ['product_name', 'category'] }),
  ],
});

const products = defineDataset({
  name: 'products',
  domain: 'sales',
  owner: 'sales@example.com',
  description: 'Products, for the tests that know every row.',
  fields: {
    product_id: text(),
    product_name: text(),
    category: text(),
    unit_cost: decimal({ precision: 10, scale: 2, min: '0' }),
  },
  key: ['product_id'],
  write: replace(),
});

export const oracleDatasets = { orders, products };

export const oracleDataset = (name: string) =>
  [orders, products].find((dataset) => dataset.name === name);
