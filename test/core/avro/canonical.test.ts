import { expect, test } from 'vitest';
import { canonicalSchema, fingerprintOf } from '../../../core/avro/canonical.ts';

const order = {
  ...{ type: 'record', name: 'Order', namespace: 'shop', doc: 'x' },
  fields: [
    { name: 'id', type: { type: 'long', logicalType: 'timestamp-micros' } },
    {
      name: 'state',
      type: { type: 'enum', name: 'State', symbols: ['NEW', 'SOLD'], default: 'NEW' },
      default: 'NEW',
    },
    { name: 'again', type: ['null', 'State'], default: null },
    { name: 'raw', type: { type: 'fixed', name: 'other.Raw', size: 4 } },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    {
      name: 'by',
      type: {
        type: 'map',
        values: {
          type: 'record',
          name: 'Part',
          fields: [{ name: 'n', type: 'int', aliases: ['m'] }],
        },
      },
    },
  ],
};

// What fastavro 1.13 for Python says of the same schemas.
test('a schema has the canonical form that another reader gives it', () => {
  expect(canonicalSchema(JSON.stringify(order))).toBe(
    '{"name":"shop.Order","type":"record","fields":[{"name":"id","type":"long"},' +
      '{"name":"state","type":{"name":"shop.State","type":"enum","symbols":["NEW","SOLD"]}},' +
      '{"name":"again","type":["null","shop.State"]},' +
      '{"name":"raw","type":{"name":"other.Raw","type":"fixed","size":4}},' +
      '{"name":"tags","type":{"type":"array","items":"string"}},{"name":"by","type":' +
      '{"type":"map","values":{"name":"shop.Part","type":"record","fields":[{"name":"n","type":"int"}]}}}]}',
  );
});

test.each([
  ['a record', JSON.stringify(order), '4235c29e6a9296a0'],
  [
    'a small one',
    '{"fields":[{"type":"long","name":"id"}],"name":"T","type":"record"}',
    '0f6f862915e8c6ed',
  ],
  ['int, as Avro’s own tests have it', '"int"', '8f5c393f1ad57572'],
])('%s has its fingerprint, the lowest byte first', (_name, schema, print) => {
  expect(fingerprintOf(schema).toString('hex')).toBe(print);
});
