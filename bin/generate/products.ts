import type { ReasonCount } from '../../core/documents.ts';
import type { Counts } from '../../core/ledger.ts';
import { categories } from './words.ts';

const PRODUCTS = 1000;

const productLine = (number: number): string => {
  const id = String(number).padStart(4, '0');
  const category = categories[number % categories.length];
  const cost = (((number * 37) % 9000) / 100 + 1).toFixed(2);
  return `P-${id},Product ${number},${category},${cost}\n`;
};

/** The products that orders refer to: the same thousand in every run, all sound. */
export const productsCsv = (): string =>
  [
    'product_id,product_name,category,unit_cost\n',
    ...Array.from({ length: PRODUCTS }, (_, at) => productLine(at + 1)),
  ].join('');

/** Rows a reader must not publish: no number, a field too few, a product for the second time. */
const dirtyLines = [
  'P-1001,Product 1001,garden,free\n',
  'P-1002,Product 1002,toys\n',
  productLine(1),
];

/** `productsCsv` with a few dirty rows behind it, and what must be found. */
export const dirtyProductsCsv = (): {
  readonly text: string;
  readonly expected: Counts & { readonly reasons: readonly ReasonCount[] };
} => ({
  text: productsCsv() + dirtyLines.join(''),
  expected: {
    rowsIn: PRODUCTS + dirtyLines.length,
    published: PRODUCTS,
    rejected: 2,
    deduplicated: 1,
    reasons: [
      { code: 'E_FIELD_COUNT', field: null, rows: 1 },
      { code: 'E_TYPE', field: 'unit_cost', rows: 1 },
    ],
  },
});
