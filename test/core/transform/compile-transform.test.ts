import { expect, test } from 'vitest';
import { compileTransform, transformRow } from '../../../core/transform/compile-transform.ts';
import { datasetNamed } from '../../../datasets/index.ts';
import { orders } from '../../../datasets/orders.ts';
import { products } from '../../../datasets/products.ts';

test('orders is joined with products, multiplied without overflow and partitioned by month', () => {
  const { joins, key, partition, references, select } = compileTransform(orders, datasetNamed);
  expect(references).toMatchObject([
    { dataset: 'products', on: 'product_id', take: ['product_name', 'category'] },
  ]);
  expect(joins).toBe('LEFT JOIN r0 ON r0."product_id" = s."product_id"');
  expect(key).toEqual(['"order_id"']);
  const utc = 'make_timestamp(epoch_us(s."ordered_at"))';
  expect(partition).toEqual([`CAST((year(${utc}) - 1970) * 12 + month(${utc}) - 1 AS INTEGER)`]);
  expect(select).toContain(
    'CAST(CAST(s."quantity" AS DECIMAL(19,0)) * CAST(s."unit_price" AS DECIMAL(12,2)) ' +
      'AS DECIMAL(22,2)) AS "line_total"',
  );
  expect(select).toContain(`CAST(${utc} AS DATE) AS "order_date"`);
});

test('a dataset without steps is its clean rows', () => {
  const { joins, partition, references, select } = compileTransform(products, datasetNamed);
  expect({ joins, partition, references }).toEqual({ joins: '', partition: [], references: [] });
  expect(select).toBe(
    's."product_id" AS "product_id", s."product_name" AS "product_name", ' +
      's."category" AS "category", s."unit_cost" AS "unit_cost"',
  );
});

test('a row without a partner keeps its own columns', () => {
  const clean = { product_id: 'P', quantity: 2, unit_price: 150n, ordered_at: 0n };
  expect(transformRow(orders, datasetNamed, clean, () => undefined)).toMatchObject({
    ...clean,
    line_total: 300n,
    order_date: 0,
    product_name: null,
    category: null,
  });
});
