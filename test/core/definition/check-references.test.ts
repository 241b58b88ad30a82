import { expect, test } from 'vitest';
import { columnsOf } from '../../../core/contract.ts';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { decimal, integer, text } from '../../../core/fields/index.ts';
import { references } from '../../../core/rules/index.ts';

const define = (name: string, more: Partial<DatasetDefinition>) =>
  defineDataset({
    name,
    domain: 'test',
    owner: 'test',
    description: 'For this test.',
    fields: { id: text(), number: integer(), price: decimal({ precision: 5, scale: 2 }) },
    ...more,
  });

const others = [
  define('items', { key: ['id'] }),
  define('lines', { key: ['id', 'number'] }),
  define('events', {}),
];
const lookup = (name: string) => others.find((dataset) => dataset.name === name);

test.each([
  ['the dataset itself', references('id', 'sales'), 'refers to the dataset itself'],
  ['a dataset that is not there', references('id', 'goods'), "refers to 'goods', which is no data"],
  ['a key of two columns', references('id', 'lines'), "'lines', whose key has 2 columns"],
  ['a dataset without a key', references('id', 'events'), "'events', whose key has 0 columns"],
  ['a key of another type', references('number', 'items'), 'number (int) with items.id (string)'],
])('refuses a reference to %s', (_name, rule, problem) => {
  const sales = define('sales', { rules: [rule] });
  expect(() => columnsOf(sales, lookup)).toThrow(problem);
});

test('takes a reference to a key of the same type', () => {
  const sales = define('sales', { rules: [references('id', 'items')] });
  expect(columnsOf(sales, lookup).map(({ name }) => name)).toContain('price');
});
