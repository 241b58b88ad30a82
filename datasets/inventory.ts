import { defineDataset } from '../core/define-dataset.ts';
import { decimal, integer, text } from '../core/fields/index.ts';
import { fromStream } from '../core/stream/options.ts';

/** A table of the warehouse’s own database, as its changes. The example of keys with a state. */
export const inventory = defineDataset({
  name: 'inventory',
  domain: 'warehouse',
  owner: 'warehouse-data@example.com',
  description: 'What lies in the warehouse: one row per change that its database tells of.',
  fields: {
    sku: text({ max: 40 }),
    on_hand: integer({ min: 0 }),
    unit_cost: decimal({ precision: 10, scale: 2, min: '0', classification: 'internal' }),
  },
  key: ['sku'],
  deduplicate: { keep: 'last' },
  stream: fromStream({
    envelope: 'debezium',
    when: { attribute: 'source.table', is: 'inventory' },
    entities: true,
  }),
});
