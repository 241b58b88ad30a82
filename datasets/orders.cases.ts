import { type CaseRow, cases } from '../core/cases/case.ts';
import { orders } from './orders.ts';

const order: CaseRow = {
  order_id: 'ORD-1',
  customer_id: 'C-1',
  email: 'Ana@Example.com',
  product_id: 'P-1',
  quantity: '2',
  unit_price: '9.99',
  currency: 'EUR',
  status: 'paid',
  ordered_at: '2025-03-01T00:30:00+01:00',
  country: 'de',
  notes: null,
};

const products: readonly CaseRow[] = [
  { product_id: 'P-1', product_name: 'Kettle', category: 'kitchen', unit_cost: '4.20' },
];

/** What the shop and its readers agreed on about orders, by example. */
export const ordersCases = cases(orders, [
  {
    name: 'a sound order is published with its total, its day in UTC and its product',
    rows: [order],
    partners: { products },
    expect: {
      clean: [
        {
          order_id: 'ORD-1',
          email: 'ana@example.com',
          quantity: 2,
          unit_price: '9.99',
          ordered_at: '2025-02-28T23:30:00Z',
          country: 'DE',
          notes: null,
          line_total: '19.98',
          order_date: '2025-02-28',
          product_name: 'Kettle',
          category: 'kitchen',
        },
      ],
      score: 97.4,
    },
  },
  {
    name: 'an order of a product that the catalogue does not have is published without its name',
    rows: [{ ...order, product_id: 'P-2' }],
    partners: { products },
    expect: { clean: [{ product_id: 'P-2', product_name: null, category: null }] },
  },
  {
    name: 'a returned piece counts below zero, a price never does',
    rows: [
      { ...order, quantity: '-1' },
      { ...order, order_id: 'ORD-2', unit_price: '-0.01' },
    ],
    expect: {
      clean: [{ line_total: '-9.99' }],
      rejected: [{ row: 2, reasons: ['E_RANGE unit_price'] }],
    },
  },
  {
    name: 'nothing is rounded: a third decimal rejects the row',
    rows: [{ ...order, unit_price: '9.999' }],
    expect: { rejected: [{ row: 1, reasons: ['E_SCALE unit_price'] }] },
  },
  {
    name: 'a row is told all its faults at once',
    rows: [{ ...order, customer_id: ' ', quantity: 'two', currency: 'eur', email: 'ana' }],
    expect: {
      rejected: [
        {
          row: 1,
          reasons: [
            'E_REQUIRED customer_id',
            'E_TYPE email',
            'E_TYPE quantity',
            'E_ONE_OF currency',
          ],
        },
      ],
    },
  },
  {
    name: 'of an order that comes twice, the first row is published',
    rows: [order, { ...order, quantity: '3' }],
    expect: {
      clean: [{ quantity: 2 }],
      rejected: [{ row: 2, reasons: ['E_DUPLICATE_KEY'] }],
    },
  },
  {
    name: 'an order before the shop opened, or without a zone, is rejected',
    rows: [
      { ...order, ordered_at: '2019-12-31T23:59:59Z' },
      { ...order, ordered_at: '2025-03-01T00:30:00' },
    ],
    expect: {
      rejected: [
        { row: 1, reasons: ['E_RANGE ordered_at'] },
        { row: 2, reasons: ['E_TYPE ordered_at'] },
      ],
    },
  },
  {
    name: 'a note of 500 code points is kept, one more rejects the row',
    rows: [
      { ...order, notes: '\u{1f4e6}'.repeat(500) },
      { ...order, order_id: 'ORD-2', notes: 'x'.repeat(501) },
    ],
    expect: {
      clean: [{ notes: '\u{1f4e6}'.repeat(500) }],
      rejected: [{ row: 2, reasons: ['E_LENGTH notes'] }],
    },
  },
]);
