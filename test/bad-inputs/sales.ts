import { type DatasetDefinition, defineDataset } from '../../core/define-dataset.ts';
import { decimal, integer, text, timestamp } from '../../core/fields/index.ts';

/** The contract that the catalogue of bad inputs is written for. */
export const sales = (more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales, as the catalogue of bad inputs knows them.',
    key: ['id'],
    fields: {
      id: integer(),
      sku: text({ max: 64 }),
      qty: integer({ min: 0 }),
      price: decimal({ precision: 12, scale: 2, min: '0.01' }),
      sold_at: timestamp(),
      note: text({ optional: true }),
    },
    ...more,
  });

export const header = 'id,sku,qty,price,sold_at,note';

/** A sound row, some cells of it replaced. */
export const row = (id: number, cells: Readonly<Record<string, string>> = {}): string => {
  const sound = {
    id: String(id),
    sku: `S-${id}`,
    qty: '2',
    price: '3.50',
    sold_at: '2026-03-05T10:00:00Z',
    note: '',
  };
  return Object.values({ ...sound, ...cells }).join(',');
};

/** A file of 100 rows, of which one, the fiftieth, may be another. */
export const file = (
  bad: string = row(50),
  shape: { readonly lineEnd?: string; readonly first?: string; readonly last?: string } = {},
): string => {
  const { lineEnd = '\n', first = header, last = lineEnd } = shape;
  const rows = Array.from({ length: 100 }, (_, at) => (at === 49 ? bad : row(at + 1)));
  return [first, ...rows].join(lineEnd) + last;
};
