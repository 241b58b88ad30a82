import { append, defineDataset, month } from '../core/define-dataset.ts';
import { decimal, email, integer, oneOf, text, timestamp } from '../core/fields/index.ts';
import { dateOf, derive, join, product } from '../core/transforms/index.ts';

/** What the shop sold, line by line. */
export const orders = defineDataset({
  name: 'orders',
  domain: 'sales',
  owner: 'sales-data@example.com',
  description: 'One row per order line, as the shop exports it every hour.',
  fields: {
    order_id: text({ description: 'Number of the order line, unique in the shop.' }),
    customer_id: text({ classification: 'internal' }),
    email: email({ classification: 'confidential', casing: 'lower' }),
    product_id: text(),
    quantity: integer(),
    unit_price: decimal({
      precision: 12,
      scale: 2,
      min: '0',
      description: 'Price of one piece, in the currency of the order.',
    }),
    currency: oneOf(['USD', 'EUR', 'GBP', 'JPY', 'CAD', 'AUD']),
    status: oneOf(['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded']),
    ordered_at: timestamp({ from: '2020-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' }),
    country: text({ casing: 'upper', description: 'Two letters, ISO 3166.' }),
    notes: text({ optional: true, max: 500, description: 'What the customer asked for.' }),
  },
  key: ['order_id'],
  write: append(),
  partition: [month('ordered_at')],
  transforms: [
    derive('line_total', product('quantity', 'unit_price', { precision: 22, scale: 2 }), {
      description: 'quantity times unit_price, in the currency of the order.',
    }),
    derive('order_date', dateOf('ordered_at'), { description: 'Day of the order in UTC.' }),
    join('products', { on: 'product_id', take: ['product_name', 'category'] }),
  ],
  rejects: { holdAbove: 0.05 },
});
