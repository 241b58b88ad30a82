import { type CaseRow, cases } from '../core/cases/case.ts';
import { products } from './products.ts';

const product: CaseRow = {
  product_id: 'P-0001',
  product_name: 'Kettle',
  category: 'kitchen',
  unit_cost: '4.2',
};

/** What the catalogue's keepers agreed on, by example. */
export const productsCases = cases(products, [
  {
    name: 'a cost keeps two decimals, and spaces around a text are no part of it',
    rows: [{ ...product, product_name: '  Kettle, red ' }],
    expect: {
      clean: [{ product_id: 'P-0001', product_name: 'Kettle, red', unit_cost: '4.20' }],
      score: 100,
    },
  },
  {
    name: 'a product may cost nothing, but never less',
    rows: [
      { ...product, unit_cost: '0' },
      { ...product, product_id: 'P-0002', unit_cost: '-0.01' },
    ],
    expect: {
      clean: [{ unit_cost: '0.00' }],
      rejected: [{ row: 2, reasons: ['E_RANGE unit_cost'] }],
    },
  },
  {
    name: 'a product is listed once',
    rows: [product, { ...product, unit_cost: '5' }],
    expect: {
      clean: [{ unit_cost: '4.20' }],
      rejected: [{ row: 2, reasons: ['E_DUPLICATE_KEY'] }],
    },
  },
  {
    name: 'a product without a name is rejected',
    rows: [{ ...product, product_name: '' }],
    expect: { rejected: [{ row: 1, reasons: ['E_REQUIRED product_name'] }] },
  },
]);
