import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../../core/dataset.ts';
import { odcsOf } from '../../../core/derive/odcs.ts';
import { col } from '../../../core/expressions/build.ts';
import { datasetNamed, datasets } from '../../../datasets/index.ts';
import { everyKind, lookupEvery } from '../../support/every-kind.ts';

const path = join(import.meta.dirname, '../../fixtures/odcs-v3.1.0.schema.json');
const ajv = new Ajv2019({ strict: false, allErrors: true });
addFormats.default(ajv);
const valid = ajv.compile(JSON.parse(readFileSync(path, 'utf8')));

const problems = (document: unknown) => (valid(document) ? [] : valid.errors);

describe.each([...datasets, everyKind].map((each) => [each.name, each] as const))(
  '%s as a data contract',
  (_name, dataset) => {
    test('is valid by the standard’s own schema', () => {
      expect(problems(odcsOf(dataset, lookupEvery))).toEqual([]);
    });
  },
);

test('the standard’s schema refuses what it does not know', () => {
  const contract = odcsOf(everyKind, lookupEvery);
  expect(problems({ ...contract, apiVersion: 'v9' })).not.toEqual([]);
  const [table] = contract.schema;
  expect(problems({ ...contract, schema: [{ ...table, nix: 1 }] })).not.toEqual([]);
});

test('orders says what its readers may rely on', () => {
  const orders = datasetNamed('orders');
  if (orders === undefined) throw new Error('no orders');
  const [table] = odcsOf(orders, datasetNamed).schema;
  const property = (name: string) => table?.properties.find((each) => each.name === name);
  expect(property('order_id')).toMatchObject({ primaryKey: true, required: true });
  expect(property('unit_price')).toMatchObject({
    logicalType: 'number',
    physicalType: 'decimal(12, 2)',
    logicalTypeOptions: { minimum: 0 },
  });
  expect(property('ordered_at')).toMatchObject({
    logicalType: 'timestamp',
    partitioned: true,
    logicalTypeOptions: { timezone: true, minimum: '2020-01-01T00:00:00Z' },
  });
  expect(property('email')).toMatchObject({ classification: 'confidential' });
  expect(property('category')).toMatchObject({ transformSourceObjects: ['products'] });
  expect(table).toMatchObject({ relationships: [{ from: 'orders.product_id' }] });
});

test('checks of a run become quality rules and agreements on service', () => {
  const orders = datasetNamed('orders');
  if (orders === undefined) throw new Error('no orders');
  const checked: Dataset = {
    ...orders,
    quality: [
      { kind: 'completeness', column: 'notes', min: 0.25, severity: 'warn' },
      { kind: 'uniqueness', columns: ['order_id', 'product_id'], min: 0.99, severity: 'hold' },
      { kind: 'freshness', column: 'ordered_at', maxAgeMs: 7_200_000, severity: 'hold' },
      { kind: 'volume', deviations: 3, severity: 'warn' },
      {
        kind: 'custom',
        name: 'sold',
        holds: { op: '>', left: col('quantity'), right: col('quantity') },
        min: 1,
        severity: 'hold',
      },
    ],
    rules: [{ kind: 'references', column: 'product_id', dataset: 'products', severity: 'warn' }],
  };
  const contract = odcsOf(checked, datasetNamed, { servers: [] });
  expect(problems(contract)).toEqual([]);
  expect(contract.slaProperties).toEqual([
    { property: 'freshness', value: 2, unit: 'h', element: 'orders.ordered_at' },
  ]);
  const texts = contract.schema[0]?.quality.map((each) => String(each.description ?? each.metric));
  expect(texts).toMatchObject([
    'A run with more than 5 % rejected rows is held.',
    'product_id, where the row has it, is a key of products (a warning)',
    'duplicateValues',
    expect.stringContaining('deviations'),
    expect.stringContaining('quantity > quantity'),
  ]);
});
