import { describe, expect, test } from 'vitest';
import { type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { double, integer, text } from '../../../core/fields/index.ts';
import { fromStream, type StreamOptions } from '../../../core/stream/options.ts';
import { maskColumn } from '../../../core/transforms/index.ts';

const define = (stream: Partial<StreamOptions>, rest: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    ...{ name: 'accounts', domain: 'tests', owner: 'tests@example.com', description: 'All.' },
    fields: {
      ...{ id: text(), version: integer(), size: double(), at: integer({ optional: true }) },
    },
    ...{ key: ['id'], stream: fromStream(stream), ...rest },
  });
const masked = { fields: { id: text(), name: text({ mask: { how: 'redact' } }) } };
const changes = { envelope: 'debezium', entities: true } as const;

describe('a definition is refused', () => {
  test.each<[string, Partial<StreamOptions>, Partial<DatasetDefinition>, RegExp]>([
    ['entities without a key', changes, { key: [] }, /there is no key/],
    ['entities with a masked field', changes, masked, /'name' as it is, which is published masked/],
    [
      'entities with a step that masks',
      changes,
      { transforms: [maskColumn('id', { how: 'redact' })] },
      /what a step masks/,
    ],
    [
      'an order beside that of the source',
      { ...changes, entities: { order: 'version' } },
      {},
      /debezium says the order itself/,
    ],
    ['no order where nobody says one', { entities: true }, {}, /json says no order/],
    ['an order by no field', { entities: { order: 'x' } }, {}, /'x', which is no field/],
    ['an order by a double', { entities: { order: 'size' } }, {}, /a double; allowed are integer/],
    ['an order that can be missing', { entities: { order: 'at' } }, {}, /can be missing/],
    ['repeats without a key', { repeats: { within: '1d' } }, { key: [] }, /by the key/],
    ['repeats of changes', { envelope: 'dynamodb', repeats: { within: '1d' } }, {}, /set changes/],
    [
      'repeats beside entities',
      { entities: { order: 'version' }, repeats: { within: '1d' } },
      {},
      /set changes/,
    ],
    ['repeats within nothing', { repeats: { within: '0s' } }, {}, /allowed is more than 0/],
    ['repeats within no time', { repeats: { within: 'a day' } }, {}, /duration 'a day'/],
  ])('%s', (_name, stream, rest, problem) => {
    expect(() => define(stream, rest)).toThrow(problem);
  });

  test.each<[string, Partial<StreamOptions>]>([
    ['entities of changes', changes],
    ['entities by a field', { entities: { order: 'version' } }],
    ['repeats', { repeats: { within: '1d' } }],
  ])('not with %s', (_name, stream) => {
    expect(define(stream).stream).toMatchObject(stream);
  });
});
