import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AvroSchemas, avroDatum } from '../../../core/avro/datum.ts';
import { encoded, record, typeOf } from '../../adapters/prepare/avro-container.ts';

const order = record('long', [
  { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
  { name: 'note', type: ['null', 'string'] },
  { name: 'raw', type: { type: 'array', items: 'bytes' } },
]);
const row = {
  a: 9_007_199_254_740_993n,
  price: Buffer.from([4, 226]),
  note: 'é',
  raw: [Buffer.from([0, 255])],
};
const [datum = Buffer.alloc(0)] = encoded(order, [row]);

type Header = 'none' | 'confluent' | 'single-object';
const declared = (header: Header, ...schemas: readonly string[]): AvroSchemas => {
  if (header === 'none') return { header, schema: schemas[0] ?? '' };
  if (header === 'single-object') return { header, schemas };
  return { header, schemas: Object.fromEntries(schemas.map((schema, at) => [7 + at, schema])) };
};
const outcome = (schemas: AvroSchemas, body: Uint8Array): string => {
  const found = avroDatum(schemas)(body);
  return found.kind === 'row' ? Buffer.from(found.line).toString() : found.code;
};
const read = (schema: unknown, body: Uint8Array, header: Header = 'none'): string =>
  outcome(declared(header, JSON.stringify(schema)), body);
const confluent = (body: Buffer, id = 7): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
const glue = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(16, 9), body]);

describe('a body of Avro', () => {
  const text = '{"a":9007199254740993,"price":12.50,"note":"é","raw":["AP8="]}';
  test('is a row with every digit', () => {
    expect(read(order, datum)).toBe(text);
  });

  test('stands behind a header where the dataset says so', () => {
    expect(read(order, confluent(datum), 'confluent')).toBe(text);
  });

  test('may lie anywhere in its memory', () => {
    const body = new Uint8Array(Buffer.concat([Buffer.alloc(3), datum, Buffer.alloc(3)]));
    expect(read(order, body.subarray(3, -3))).toBe(text);
  });

  const texts = record('string', [{ name: 'b', type: 'string' }]);
  const long = record('long');
  test.each<[string, unknown, Buffer, Header, string]>([
    ['a header that is not declared', order, confluent(datum), 'none', 'E_ENVELOPE'],
    ['a header of Glue', order, glue(datum), 'none', 'E_ENVELOPE'],
    ['no header where one is declared', order, datum, 'confluent', 'E_ENVELOPE'],
    [
      'a header of Glue where Confluent’s is declared',
      order,
      glue(datum),
      'confluent',
      'E_ENVELOPE',
    ],
    ['half of a header', order, Buffer.alloc(4), 'confluent', 'E_ENVELOPE'],
    ['nothing', order, Buffer.alloc(0), 'none', 'E_ENVELOPE'],
    ['a body that is cut off', order, datum.subarray(0, -1), 'none', 'E_ENVELOPE'],
    ['a byte too many', order, Buffer.concat([datum, Buffer.alloc(1)]), 'none', 'E_ENVELOPE'],
    ['a text of another encoding', texts, Buffer.from([2, 0xe9, 2, 0x61]), 'none', 'E_ENCODING'],
    ['a control character', texts, Buffer.from([2, 1, 2, 0x61]), 'none', 'E_CONTROL_CHAR'],
    [
      'a branch that there is not',
      record(['null', 'long']),
      Buffer.from([4]),
      'none',
      'E_ENVELOPE',
    ],
    ['a number of more than 64 bits', long, Buffer.alloc(11, 255), 'none', 'E_ENVELOPE'],
    ['a length behind the end', texts, Buffer.from([126, 0x61]), 'none', 'E_ENVELOPE'],
    [
      'an array that grows without bytes',
      record({ type: 'array', items: 'null' }),
      typeOf('long').toBuffer(2n ** 40n),
      'none',
      'E_ROW_SIZE',
    ],
  ])('with %s is refused', (_name, schema, body, header, code) => {
    expect(read(schema, body, header)).toBe(code);
  });

  test('of another library, in a single object, has every digit', () => {
    // fastavro 1.13 for Python: schemaless_writer, and its fingerprint of the schema.
    const schema = {
      ...{ type: 'record', name: 'Order', namespace: 'shop' },
      fields: [
        { name: 'id', type: 'long' },
        { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
        { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'state', type: { type: 'enum', name: 'State', symbols: ['NEW', 'SOLD'] } },
        { name: 'note', type: ['null', 'string'], default: null },
        { name: 'raw', type: 'bytes' },
        { name: 'tags', type: { type: 'map', values: 'int' } },
      ],
    };
    const value = '828080808080802010eeddef0b82167eeb8080f2e8c1a38906020204c3a90400ff02026b0100';
    const body = Buffer.from(`c301b00ca783891310ae${value}`, 'hex');
    expect(read(schema, body, 'single-object')).toBe(
      '{"id":9007199254740993,"price":-12345678901234567.89,"at":"2024-02-29T23:59:59.123456Z",' +
        '"state":"SOLD","note":"é","raw":"AP8=","tags":{"k":-1}}',
    );
  });

  test.each<[string, Header, Buffer, string]>([
    ['an id that is not declared', 'confluent', confluent(datum, 9), 'E_SCHEMA_ID'],
    [
      'a fingerprint that is not declared',
      'single-object',
      Buffer.concat([Buffer.from([0xc3, 1]), Buffer.alloc(8), datum]),
      'E_SCHEMA_ID',
    ],
    ['half a fingerprint', 'single-object', Buffer.from([0xc3, 1, 0]), 'E_ENVELOPE'],
    ['another version of the mark', 'single-object', Buffer.alloc(20, 0xc3), 'E_ENVELOPE'],
  ])('with %s is refused, though it could be read', (_name, header, body, code) => {
    expect(read(order, body, header)).toBe(code);
  });

  test('is read with the schema that it names', () => {
    const versions = [JSON.stringify(order), JSON.stringify(record('string'))];
    const [later = Buffer.alloc(0)] = encoded(record('string'), [{ a: 'x' }]);
    expect(outcome(declared('confluent', ...versions), confluent(datum, 7))).toBe(text);
    expect(outcome(declared('confluent', ...versions), confluent(later, 8))).toBe('{"a":"x"}');
    expect(outcome(declared('confluent', ...versions), confluent(later, 7))).toBe('E_ENVELOPE');
  });

  test('that can be read with and without a header is refused', () => {
    // Two empty texts and one of five bytes; or a header before one of no bytes and two of one.
    const three = record('string', [
      { name: 'b', type: 'string' },
      { name: 'c', type: 'string' },
    ]);
    const both = Buffer.from([0, 0, 12, 0, 0, 0, 2, 97, 0]);
    expect(typeOf(three).fromBuffer(both)).toMatchObject({ a: '', b: '' });
    expect(typeOf(three).fromBuffer(both.subarray(5))).toMatchObject({ b: 'a' });
    expect(read(three, both)).toBe('E_ENVELOPE');
    expect(read(three, Buffer.from([0, 0, 2, 97]))).toBe('{"a":"","b":"","c":"a"}');
  });

  test('of any bytes is an outcome, never an exception', () => {
    const plain = avroDatum(declared('none', JSON.stringify(order)));
    const bytes = fc.tuple(fc.nat(datum.length), fc.uint8Array({ maxLength: 9 }), fc.nat(9));
    fc.assert(
      fc.property(bytes, ([at, middle, cut]) => {
        const body = Buffer.concat([datum.subarray(0, at), middle, datum.subarray(at + cut)]);
        expect(['row', 'refused']).toContain(plain(body).kind);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['no JSON', '{'],
    ['no record', '"long"'],
    [
      'of a type that is not known',
      '{"type":"record","name":"T","fields":[{"name":"a","type":"x"}]}',
    ],
  ])('cannot be declared with a schema that is %s', (_name, schema) => {
    expect(() => avroDatum(declared('none', schema))).toThrow('the Avro schema');
  });
});
