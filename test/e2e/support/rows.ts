import { unique } from './drops.ts';

const orderFields = {
  order_id: '',
  customer_id: 'C-000001',
  email: 'ana@example.com',
  product_id: 'P-0001',
  quantity: '2',
  unit_price: '10.25',
  currency: 'EUR',
  status: 'paid',
  ordered_at: '2025-03-04T05:06:07Z',
  country: 'de',
  notes: '',
};

type Order = typeof orderFields;

/** Of a file of orders. */
export const orderHeader = Object.keys(orderFields).join(',');

/** One valid row of orders unless something is changed; its key is one that no other row has. */
export const order = (change: Partial<Order> = {}): string =>
  Object.values({ ...orderFields, order_id: unique(), ...change }).join(',');

/** Many of them. */
export const goodOrders = (count: number): string[] => Array.from({ length: count }, () => order());

/** Rows under a header, as a CSV file. */
export const csv = (rows: readonly string[], header: string = orderHeader): string =>
  [header, ...rows, ''].join('\n');

/** The whole list of customers, `count` of them. */
export const customersCsv = (count: number): string => {
  const tag = unique();
  const rows = Array.from(
    { length: count },
    (_, at) => `C-${tag}-${at},Ana ${at},ana${at}@example.com,de,2024-01-01`,
  );
  return csv(rows, 'customer_id,full_name,email,country,signed_up_on');
};
