import { expect, test } from 'vitest';
import { columnsOf, contractVersion, describe as describeDataset } from '../../core/contract.ts';
import { type DatasetDefinition, defineDataset, replace } from '../../core/define-dataset.ts';
import { decimal, text, timestamp } from '../../core/fields/index.ts';
import { derive, join, product } from '../../core/transforms/index.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { orders } from '../../datasets/orders.ts';

const about = { domain: 'test', owner: 'test', description: 'For this test.' };
const define = (
  definition: Pick<DatasetDefinition, 'name' | 'fields'> & Partial<DatasetDefinition>,
) => defineDataset({ ...about, ...definition });

test('orders has its fields, what is derived, what is joined, and where it came from', () => {
  const columns = columnsOf(orders, datasetNamed);
  expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    ...['order_id string', 'customer_id string', 'email string', 'product_id string'],
    ...['quantity int', 'unit_price decimal(12, 2)', 'currency string', 'status string'],
    ...['ordered_at timestamptz', 'country string', 'notes string'],
    ...['line_total decimal(22, 2)', 'order_date date'],
    ...['product_name string', 'category string'],
    ...['_file string', '_row int', '_run string'],
  ]);
  const names = (chosen: (column: (typeof columns)[number]) => boolean) =>
    columns.filter(chosen).map(({ name }) => name);
  expect(names(({ required }) => !required)).toEqual(['notes', 'product_name', 'category']);
  expect(names(({ bounds }) => !bounds)).toEqual(['email']);
});

test('a join with a dataset that is not declared is refused', () => {
  expect(() => columnsOf(orders, () => undefined)).toThrow(
    "'orders' joins 'products', which is no dataset",
  );
});

test('datasets that join each other in a circle are refused', () => {
  const make = (name: string, other: string) =>
    define({
      name,
      fields: { id: text() },
      key: ['id'],
      write: replace(),
      transforms: [join(other, { on: 'id', take: [`${other}_name`] })],
    });
  const all = [make('a', 'b'), make('b', 'a')];
  const lookup = (name: string) => all.find((dataset) => dataset.name === name);
  expect(() => columnsOf(make('a', 'b'), lookup)).toThrow('in a circle: a, b, a');
});

test.each([
  [{ min: '-5.00' }, false],
  [{ max: '99.99' }, false],
  [{ min: '-100.02', max: '99.99' }, false],
  [{ min: '-99.99', max: '99.99' }, true],
])('a price within %j keeps a product of 8 digits from overflowing: %s', (bounds, fits) => {
  const lines = define({
    name: 'lines',
    fields: {
      price: decimal({ precision: 12, scale: 2, ...bounds }),
      rate: decimal({ precision: 4, scale: 4 }),
    },
    transforms: [derive('fee', product('price', 'rate', { precision: 8, scale: 6 }))],
  });
  const columns = () => columnsOf(lines, datasetNamed).map(({ type }) => type);
  if (fits) expect(columns()).toContain('decimal(8, 6)');
  else expect(columns).toThrow('can overflow');
});

test('the version stays while the definition does, and changes with each part of it', () => {
  const make = (change: Partial<DatasetDefinition>) =>
    contractVersion(define({ name: 'a', fields: { id: text(), at: timestamp() }, ...change }));
  const versions = [
    make({}),
    make({ name: 'b' }),
    make({ fields: { at: timestamp(), id: text() } }),
    make({ fields: { id: text({ max: 5 }), at: timestamp() } }),
    make({ fields: { id: text({ optional: true }), at: timestamp() } }),
    make({ fields: { id: text({ casing: 'lower' }), at: timestamp() } }),
    make({ fields: { id: text(), at: timestamp({ from: '2020-01-01T00:00:00Z' }) } }),
    make({ fields: { id: text(), at: timestamp({ from: '2021-01-01T00:00:00Z' }) } }),
    make({ key: ['id'] }),
    make({ write: replace() }),
    make({ rejects: { holdAbove: 0.1 } }),
  ];
  expect(new Set(versions).size).toBe(versions.length);
  expect(make({})).toBe(versions[0]);
  expect(make({})).toMatch(/^[0-9a-f]{12}$/);
});

test('a described dataset is plain JSON with values as their texts', () => {
  const described = describeDataset(orders);
  expect(JSON.parse(JSON.stringify(described))).toMatchObject({
    contractVersion: contractVersion(orders),
    name: 'orders',
    key: ['order_id'],
    rejects: { holdAbove: 0.05 },
  });
  expect(described.fields.find(({ name }) => name === 'unit_price')?.rules).toEqual([
    { kind: 'range', min: '0.00', code: 'E_RANGE' },
  ]);
});
