import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protobufLine } from '../../../core/stream/protobuf.ts';
import { ProtobufMessage } from '../../../core/stream/protobuf-schema.ts';
import { counted, fixed, sized, tag, varint } from './wire-writer.ts';

const line = (fields: unknown, ...parts: readonly Uint8Array[]): string => {
  const found = protobufLine(ProtobufMessage.parse({ fields }), Buffer.concat(parts));
  return found.kind === 'row' ? Buffer.from(found.line).toString() : found.code;
};

/** The value of a field `a` with number 1. */
const valueIn = (type: string, more: object, ...parts: readonly Uint8Array[]): string =>
  line([{ number: 1, name: 'a', type, ...more }], ...parts).replace(/^\{"a":(.*)\}$/, '$1');

const bytes = (size: number, write: (to: Buffer) => void): Buffer => {
  const to = Buffer.alloc(size);
  write(to);
  return to;
};
const double = (value: number): Buffer => bytes(8, (to) => to.writeDoubleLE(value));
const float = (value: number): Buffer => bytes(4, (to) => to.writeFloatLE(value));
const many = { repeated: true };
const states = { values: { NEW: 0, SOLD: 5, LOST: -1 } };
const inner = {
  fields: [
    { number: 1, name: 'b', type: 'int32' },
    { number: 2, name: 'c', type: 'string' },
  ],
};

describe('a value of Protobuf', () => {
  test.each<[string, string, object, readonly Uint8Array[], string]>([
    ['150, as the guide writes it', 'int32', {}, [Buffer.from('089601', 'hex')], '150'],
    [
      '"testing", as the guide writes it',
      'string',
      {},
      [Buffer.from('0a0774657374696e67', 'hex')],
      '"testing"',
    ],
    ['2^53 + 1', 'int64', {}, [counted(1, 2n ** 53n + 1n)], '9007199254740993'],
    ['the smallest long', 'int64', {}, [counted(1, -(2n ** 63n))], '-9223372036854775808'],
    ['the largest unsigned', 'uint64', {}, [counted(1, 2n ** 64n - 1n)], '18446744073709551615'],
    ['a negative int', 'int32', {}, [counted(1, -2)], '-2'],
    ['the smallest int', 'int32', {}, [counted(1, -(2n ** 31n))], '-2147483648'],
    ['the largest uint', 'uint32', {}, [counted(1, 2n ** 32n - 1n)], '4294967295'],
    ['zigzag 1', 'sint32', {}, [counted(1, 1)], '-1'],
    ['zigzag 2', 'sint64', {}, [counted(1, 2)], '1'],
    ['the smallest zigzag', 'sint64', {}, [counted(1, 2n ** 64n - 1n)], '-9223372036854775808'],
    ['fixed32', 'fixed32', {}, [fixed(1, Buffer.from('ffffffff', 'hex'))], '4294967295'],
    ['sfixed32', 'sfixed32', {}, [fixed(1, Buffer.from('feffffff', 'hex'))], '-2'],
    ['fixed64', 'fixed64', {}, [fixed(1, Buffer.alloc(8, 255))], '18446744073709551615'],
    ['sfixed64', 'sfixed64', {}, [fixed(1, Buffer.alloc(8, 255))], '-1'],
    ['a double', 'double', {}, [fixed(1, double(0.1))], '0.1'],
    ['a large double', 'double', {}, [fixed(1, double(1e300))], '1e+300'],
    ['no number', 'double', {}, [fixed(1, double(Number.NaN))], '"NaN"'],
    ['a negative zero', 'double', {}, [fixed(1, double(-0))], '-0'],
    ['a float', 'float', {}, [fixed(1, float(0.1))], '0.1'],
    ['true', 'bool', {}, [counted(1, 1)], 'true'],
    ['a true of another number', 'bool', {}, [counted(1, 2n ** 63n)], 'true'],
    ['a text', 'string', {}, [sized(1, '"é📦\n')], '"\\"é📦\\n"'],
    ['a mark of byte order in a text', 'string', {}, [sized(1, '\ufeffx')], '"\ufeffx"'],
    ['bytes', 'bytes', {}, [sized(1, Buffer.from([0, 255, 1, 2]))], '"AP8BAg=="'],
    ['a name', 'enum', states, [counted(1, 5)], '"SOLD"'],
    ['a negative name', 'enum', states, [counted(1, -1)], '"LOST"'],
    ['a number without a name', 'enum', states, [counted(1, 6)], '6'],
    [
      'a message',
      'message',
      inner,
      [sized(1, Buffer.concat([counted(1, 7), sized(2, 'x')]))],
      '{"b":7,"c":"x"}',
    ],
    [
      'a message in two pieces',
      'message',
      inner,
      [sized(1, counted(1, 7)), sized(1, sized(2, 'x'))],
      '{"b":7,"c":"x"}',
    ],
    ['the last of two', 'int32', {}, [counted(1, 1), counted(1, 2)], '2'],
    ['numbers', 'int32', many, [counted(1, 1), counted(1, -2)], '[1,-2]'],
    [
      'packed numbers',
      'sint32',
      many,
      [sized(1, Buffer.concat([varint(1), varint(300)]))],
      '[-1,150]',
    ],
    [
      'packed and single ones',
      'int32',
      many,
      [counted(1, 1), sized(1, varint(2)), sized(1, ''), counted(1, 3)],
      '[1,2,3]',
    ],
    [
      'packed doubles',
      'double',
      many,
      [sized(1, Buffer.concat([double(1.5), double(-2)]))],
      '[1.5,-2]',
    ],
    ['packed floats', 'float', many, [sized(1, float(1.5))], '[1.5]'],
    ['packed names', 'enum', { ...states, ...many }, [sized(1, varint(5))], '["SOLD"]'],
    ['texts', 'string', many, [sized(1, ''), sized(1, 'x')], '["","x"]'],
    [
      'messages',
      'message',
      { ...inner, ...many },
      [sized(1, ''), sized(1, counted(1, 2))],
      '[{"b":0,"c":""},{"b":2,"c":""}]',
    ],
    ['no value of a list', 'int64', many, [], '[]'],
    ['no number: zero', 'int64', {}, [], '0'],
    ['no text: an empty one', 'string', {}, [], '""'],
    ['no bytes: none', 'bytes', {}, [], '""'],
    ['no boolean: false', 'bool', {}, [], 'false'],
    ['no name: that of 0', 'enum', states, [], '"NEW"'],
    ['no name, and none of 0', 'enum', { values: {} }, [], '0'],
    ['no message: nothing', 'message', inner, [], '{}'],
    ['no optional number: nothing', 'int64', { optional: true }, [], '{}'],
    ['an optional zero', 'int64', { optional: true }, [counted(1, 0)], '0'],
  ])('%s', (_name, type, more, parts, expected) => {
    expect(valueIn(type, more, ...parts)).toBe(expected);
  });

  test.each<[string, string, object, readonly Uint8Array[], string]>([
    ['a number for a text', 'string', {}, [counted(1, 1)], 'E_ENVELOPE'],
    ['a text for a number', 'int32', {}, [sized(1, 'x')], 'E_ENVELOPE'],
    ['a number for a message', 'message', inner, [counted(1, 1)], 'E_ENVELOPE'],
    ['eight bytes for a float', 'float', {}, [fixed(1, double(1))], 'E_ENVELOPE'],
    ['four bytes for a text', 'string', {}, [fixed(1, float(1))], 'E_ENVELOPE'],
    ['groups for a double', 'double', {}, [counted(1, 1)], 'E_ENVELOPE'],
    ['an int of 33 bits', 'int32', {}, [counted(1, 2n ** 31n)], 'E_ENVELOPE'],
    ['a uint of 33 bits', 'uint32', {}, [counted(1, 2n ** 32n)], 'E_ENVELOPE'],
    [
      'a packed number that is cut off',
      'int32',
      many,
      [sized(1, Buffer.from([128]))],
      'E_ENVELOPE',
    ],
    ['packed doubles of seven bytes', 'double', many, [sized(1, Buffer.alloc(7))], 'E_ENVELOPE'],
    ['packed texts of numbers', 'string', many, [counted(1, 1)], 'E_ENVELOPE'],
    ['a message that is none', 'message', inner, [sized(1, Buffer.from([255]))], 'E_ENVELOPE'],
    ['bytes that are no message', 'int32', {}, [Buffer.from('{"a":1}')], 'E_ENVELOPE'],
    [
      'a field that is cut off',
      'string',
      {},
      [tag(1, 2), varint(5), Buffer.from('x')],
      'E_ENVELOPE',
    ],
    ['a text of another encoding', 'string', {}, [sized(1, Buffer.from([0xe9]))], 'E_ENCODING'],
    ['a control character', 'string', {}, [sized(1, '\0')], 'E_CONTROL_CHAR'],
    ['a row over the limit', 'string', {}, [sized(1, 'x'.repeat(300_000))], 'E_ROW_SIZE'],
  ])('%s is refused', (_name, type, more, parts, code) => {
    expect(valueIn(type, more, ...parts)).toBe(code);
  });
});

describe('a message of Protobuf', () => {
  const fields = [
    { number: 2, name: 'id', type: 'int64' },
    { number: 1, name: 'note', type: 'string', optional: true },
  ];

  test('has the declared order and names, whatever order it was written in', () => {
    expect(line(fields, sized(1, 'x'), counted(2, 7))).toBe('{"id":7,"note":"x"}');
    expect(line(fields)).toBe('{"id":0}');
  });

  test('keeps fields that are not declared, as they were written', () => {
    const strangers = [
      counted(7, 2n ** 60n),
      sized(9, 'x'),
      sized(9, 'y'),
      fixed(8, Buffer.alloc(4)),
    ];
    expect(line(fields, counted(2, 1), ...strangers)).toBe(
      '{"id":1,"field_7":1152921504606846976,"field_9":["eA==","eQ=="],"field_8":"AAAAAA=="}',
    );
  });

  test('gives the values that were written', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 9 });
    fc.assert(
      fc.property(long, fc.option(text), (id, note) => {
        const parts = note === null ? [] : [sized(1, note)];
        const told = note === null ? '' : `,"note":${JSON.stringify(note)}`;
        expect(line(fields, counted(2, id), ...parts)).toBe(`{"id":${id}${told}}`);
      }),
    );
  });

  test.each([
    ['a number twice', [...fields, { number: 2, name: 'x', type: 'bool' }]],
    ['a name twice', [...fields, { number: 3, name: 'id', type: 'bool' }]],
    ['the name of an unknown field', [{ number: 1, name: 'field_2', type: 'bool' }]],
    ['a type that is not known', [{ number: 1, name: 'a', type: 'group' }]],
    ['number 0', [{ number: 0, name: 'a', type: 'bool' }]],
    ['an empty name', [{ number: 1, name: '', type: 'bool' }]],
    ['a message without fields', [{ number: 1, name: 'a', type: 'message' }]],
    ['two names of a number', [{ number: 1, name: 'a', type: 'enum', values: { A: 0, B: 0 } }]],
    ['a word that is not known', [{ number: 1, name: 'a', type: 'bool', packed: true }]],
    ['a fault inside', [{ number: 1, name: 'a', type: 'message', fields: [{ number: 1 }] }]],
  ])('cannot be declared with %s', (_name, declared) => {
    expect(ProtobufMessage.safeParse({ fields: declared }).success).toBe(false);
  });
});
