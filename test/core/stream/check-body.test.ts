import { describe, expect, test } from 'vitest';
import { append, type DatasetDefinition, defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { avro, type Body, protobuf } from '../../../core/stream/bodies.ts';
import { checkRoutes, fromStream, type StreamOptions } from '../../../core/stream/options.ts';

const declare = (stream: Partial<StreamOptions>, more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    ...{ name: 'orders', domain: 'tests', owner: 'tests@example.com', description: 'For tests.' },
    fields: { id: integer({ bits: 64 }), note: text({ optional: true, aliases: ['remark'] }) },
    write: append(),
    stream: fromStream(stream),
    ...more,
  });

const record = (...fields: readonly (readonly [string, unknown])[]): string =>
  JSON.stringify({
    ...{ type: 'record', name: 'Row' },
    fields: fields.map(([name, type]) => ({ name, type })),
  });
const sound = record(['id', 'long']);
const proto = (members: string): Body =>
  protobuf({ schema: `syntax = "proto3"; message Row { ${members} }`, message: 'Row' });
const maybe = ['null', 'string'];

describe('a dataset may declare bodies', () => {
  test.each<[string, Body]>([
    ['of Avro', avro({ schema: record(['id', 'long'], ['remark', maybe]) })],
    ['without an optional field', avro({ schema: sound })],
    ['with more that may be missing', avro({ schema: record(['id', 'long'], ['x', maybe]) })],
    [
      'of single objects',
      avro({ header: 'single-object', schemas: [sound, record(['id', 'int'])] }),
    ],
    ['of a registry', avro({ header: 'confluent', schemas: { 7: sound, 4294967295: sound } })],
    ['of Protobuf', proto('int64 id = 1; optional string note = 2; Row.X x = 3; message X {}')],
  ])('%s', (_name, body) => {
    expect(() => declare({ body })).not.toThrow();
    expect(() => declare({ body, envelope: 'cloudevents' })).not.toThrow();
  });

  test('whose other fields it takes as new columns', () => {
    const body = proto('int64 id = 1; string x = 2;');
    expect(() => declare({ body }, { evolution: { newColumns: 'evolve' } })).not.toThrow();
  });
});

describe('a dataset may not declare', () => {
  test.each<[string, Partial<StreamOptions>, string]>([
    [
      'bodies inside of a change',
      { body: avro({ schema: sound }), envelope: 'debezium' },
      'stream.body is avro, but the envelope debezium is JSON with the row in it',
    ],
    [
      'an attribute that no body has',
      { body: proto('int64 id = 1;'), when: { attribute: 'type', is: 'x' } },
      "stream.when asks for 'type', but a body of protobuf has no attributes",
    ],
    ['no schema of Avro', { body: avro({ schema: '{' }) }, 'the Avro schema cannot be read'],
    ['a schema of no record', { body: avro({ schema: '"long"' }) }, 'is of type long'],
    [
      'no schemas',
      { body: avro({ header: 'single-object', schemas: [] }) },
      'schemas is empty; declare at least one',
    ],
    [
      'a schema twice',
      { body: avro({ header: 'single-object', schemas: [sound, sound] }) },
      'the Avro schema 2 has the id or fingerprint of the Avro schema 1',
    ],
    [
      'an id of no registry',
      { body: avro({ header: 'confluent', schemas: { latest: sound } }) },
      'the Avro schema latest has an id that no registry gives',
    ],
    [
      'no message',
      { body: protobuf({ schema: 'syntax = "proto3";', message: 'M' }) },
      "no message 'M'",
    ],
    [
      'a schema without a required field',
      { body: avro({ header: 'confluent', schemas: { 7: sound, 8: record(['note', maybe]) } }) },
      'the Avro schema 8 has no \'id\', which is required; it has "note"',
    ],
    [
      'a field that is spelt otherwise',
      { body: proto('int64 id = 1; optional string Note = 2;') },
      "the message 'Row' spells 'note' as 'Note'; declare that as an alias of it",
    ],
    [
      'a schema with more in each record',
      { body: proto('int64 id = 1; string x = 2; repeated string y = 3;') },
      'has "x", "y" in each record, which no field takes',
    ],
  ])('%s', (_name, stream, problem) => {
    expect(() => declare(stream)).toThrow("dataset 'orders': ");
    expect(() => declare(stream)).toThrow(problem);
  });

  test('a second dataset of bodies without attributes', () => {
    const stream = fromStream({ body: avro({ schema: sound }) });
    const datasets = ['a', 'b'].map((name) => ({ name, stream }));
    expect(() => checkRoutes(datasets)).toThrow('send those of one as CloudEvents');
  });
});
