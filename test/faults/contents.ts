import { orderHeader } from '../e2e/support/rows.ts';
import type { Random } from '../sim/random.ts';
import type { Row } from './reader.ts';

/** The datasets whose files a run lands. */
export const tables = ['orders', 'reviews', 'customers'] as const;
export type Table = (typeof tables)[number];

/** What a file holds, and what its promises make of it: written down before Headgate sees it. */
export type Content = {
  readonly table: Table;
  readonly text: string;
  readonly expect:
    | {
        readonly kind: 'rows';
        /** What is published of it, by the columns that are compared. */
        readonly rows: readonly Row[];
        /** Lines that are rejected, as they stand in the file. */
        readonly bad: readonly string[];
        readonly rowsIn: number;
      }
    | { readonly kind: 'refused' };
};

/** What is read of each table; the first column is its key. */
export const compared: Readonly<Record<Table, readonly string[]>> = {
  orders: ['order_id', 'quantity', 'unit_price', 'line_total', 'product_name'],
  reviews: ['review_id', 'stars', 'helpful'],
  customers: ['customer_id', 'full_name', 'country'],
};

/** A row of a file, good or bad, and what a table shows of a good one. */
type Line = { readonly line: string; readonly row?: Row };

const order = (random: Random, id: string): Line => {
  const quantity = random.whole(1, 10);
  const cents = random.whole(1, 100_000);
  const price = (amount: number): string => (amount / 100).toFixed(2);
  const line = [
    ...[id, 'C-000001', 'ana@example.com', 'P-0001', quantity, price(cents), 'EUR', 'paid'],
    ...['2025-03-04T05:06:07Z', 'de', ''],
  ].join(',');
  const total = price(cents * quantity);
  const names = { line_total: total, product_name: 'Product 1' };
  return {
    line,
    row: { order_id: id, quantity: `${quantity}`, unit_price: price(cents), ...names },
  };
};

const badOrder = (random: Random, id: string): Line => {
  const { line } = order(random, id);
  return { line: random.pick([line.replace('EUR', 'XXX'), line.replace('2025', '1999')]) };
};

const review = (random: Random, id: string): Line => {
  const [stars, helpful] = [random.whole(1, 6), random.whole(0, 100)];
  const line = `${id},P-0001,${stars},${helpful},2025-03-04,${id}@example.com,Bright enough.`;
  return { line, row: { review_id: id, stars: `${stars}`, helpful: `${helpful}` } };
};

const badReview = (random: Random, id: string): Line => ({
  line: `${id},P-0001,${random.whole(6, 99)},1,2025-03-04,${id}@example.com,`,
});

const customer = (random: Random, id: string): Line => {
  const name = `Ana ${random.whole(0, 1_000)}`;
  const row = { customer_id: id, full_name: name, country: 'DE' };
  return { line: `${id},${name},${id}@example.com,de,2024-01-01`, row };
};

const badCustomer = (random: Random, id: string): Line => ({
  line: `${id},Ana,${id}@example.com,de,2024-02-${random.whole(30, 32)}`,
});

const makers = {
  orders: { header: orderHeader, good: order, bad: badOrder },
  reviews: {
    header: 'review_id,product_id,stars,helpful,written_on,reviewer,body',
    good: review,
    bad: badReview,
  },
  customers: {
    header: 'customer_id,full_name,email,country,signed_up_on',
    good: customer,
    bad: badCustomer,
  },
} as const;

/**
 * A file of rows, of which some are bad and one may stand there twice: the first stays. `id` begins
 * the key of each. A few bad rows are as many as every dataset lets pass.
 */
export const rowsContent = (
  random: Random,
  table: Table,
  id: string,
  badRows: 'none' | 'few' | 'many',
): Content => {
  const { header, good, bad } = makers[table];
  const count = badRows === 'many' ? 8 : random.whole(30, 60);
  const lines = Array.from({ length: count }, (_, at) => good(random, `${id}r${at}`));
  const twice = random.chance(0.3) ? [{ line: good(random, `${id}r0`).line }] : [];
  const wrong = { none: 0, few: 1, many: 4 }[badRows];
  const rejected = Array.from({ length: wrong }, (_, at) => bad(random, `${id}b${at}`));
  const all = [...lines, ...rejected, ...twice].map(({ line }) => line);
  return {
    table,
    text: [header, ...all, ''].join('\n'),
    expect: {
      kind: 'rows',
      rows: lines.flatMap(({ row }) => (row === undefined ? [] : [row])),
      bad: rejected.map(({ line }) => line),
      rowsIn: all.length,
    },
  };
};

/** A file that nobody can read, or none at all. */
export const refusedContent = (random: Random, table: Table, id: string): Content => {
  // Another table's columns: reviews would only be held, as theirs come and go.
  const other = `one,two\n1,${id}\n`;
  const image = `\u0089PNG\r\n\u001a\n\u0000${id}`;
  const text = random.pick(['', image, table === 'orders' ? other : image]);
  return { table, text, expect: { kind: 'refused' } };
};
