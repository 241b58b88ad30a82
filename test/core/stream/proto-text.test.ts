import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import { bodyReader, protobuf } from '../../../core/stream/bodies.ts';
import { protoMessage } from '../../../core/stream/proto-text.ts';
import { counted, sized } from './wire-writer.ts';

const schema = `
syntax = "proto3"; // what protoc read to write the bytes below
package shop;
import "google/protobuf/timestamp.proto";
option java_package = "com.shop";
/* A comment
   of two lines */
message Order {
  option deprecated = true;
  reserved 13, 20 to 30;
  reserved "old";
  enum State { option allow_alias = true; NEW = 0; SOLD = 5; GONE = 5; LOST = -1; reserved 7; }
  message Part { string sku = 1; optional int32 count = 2 [deprecated = true, json_name = "n;}"]; }
  int64 id = 1;
  string note = 2;
  optional uint64 total = 3;
  State state = 4;
  repeated Part parts = 5;
  map<string, sint32> tags = 6;
  oneof by { string card = 7; bytes token = 8; }
  google.protobuf.Timestamp at = 9;
  repeated double weights = 10;
  repeated int32 loose = 11 [packed = false];
  map<int32, .shop.Order.Part> shelves = 12;
}
service Orders { rpc Send(Order) returns (Order) { option idempotency_level = IDEMPOTENT; } }
`;
const reader = bodyReader(protobuf({ schema, message: 'shop.Order' }));
const read = (body: Uint8Array): string => {
  const found = reader?.(body);
  return found?.kind === 'row' ? Buffer.from(found.line).toString() : String(found?.code);
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('a message as Google’s Python library writes it', () => {
  // protobuf 7.36 for Python, of the same .proto text; SerializeToString(deterministic=True).
  const full =
    '0881808080808080101202c3a918ffffffffffffffffff0120052a050a016110002a0032050a016b1005' +
    '32040a001000420200ff4a0b08ffb484af06108094ef3a52109a9999999999b93f00000000000004c0' +
    '580158ffffffffffffffffff01621008f9ffffffffffffffff0112030a0178620408081200';
  test.each([
    [
      'every kind of field',
      full,
      '{"id":9007199254740993,"note":"é","total":18446744073709551615,"state":"SOLD",' +
        '"parts":[{"sku":"a","count":0},{"sku":""}],"tags":{"k":-3,"":0},"token":"AP8=",' +
        '"at":"2024-02-29T23:59:59.123456Z","weights":[0.1,-2.5],"loose":[1,-1],' +
        '"shelves":{"-7":{"sku":"x"},"8":{"sku":""}}}',
    ],
    [
      'nothing: the zeros of proto3, and no optional ones',
      '',
      '{"id":0,"note":"","state":"NEW","parts":[],"tags":{},"weights":[],"loose":[],"shelves":{}}',
    ],
    [
      'the smallest id, and an instant before 1970',
      '088080808080808080800120ffffffffffffffffff013a01634a0d08ffffffffffffffffff011001',
      '{"id":-9223372036854775808,"note":"","state":"LOST","parts":[],"tags":{},"card":"c",' +
        '"at":"1969-12-31T23:59:59.000000001Z","weights":[],"loose":[],"shelves":{}}',
    ],
    [
      'a state of a newer schema',
      '08012009',
      '{"id":1,"note":"","state":9,"parts":[],"tags":{},"weights":[],"loose":[],"shelves":{}}',
    ],
  ])('%s', (_name, body, row) => {
    expect(read(hex(body))).toBe(row);
  });

  test('cut off anywhere is an outcome, never an exception', () => {
    const whole = hex(full);
    for (let end = 0; end < whole.length; end++) {
      expect(read(whole.subarray(0, end))).toMatch(/^\{|^E_ENVELOPE$/);
    }
  });

  test('changed anywhere is an outcome, never an exception', () => {
    const whole = hex(full);
    const change = fc.tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 9 }), fc.nat(9));
    fc.assert(
      fc.property(change, ([at, middle, cut]) => {
        const parts = [whole.subarray(0, at), middle, whole.subarray(at + cut)];
        expect(read(Buffer.concat(parts))).toMatch(/^\{|^E_[A-Z_]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('of a message', () => {
  const entry = (...parts: readonly Buffer[]): Buffer => sized(6, Buffer.concat(parts));
  test.each<[string, readonly Buffer[], string]>([
    ['the last of a oneof counts', [sized(7, 'c'), sized(8, 't')], '"token":"dA=="'],
    ['the first of a oneof again', [sized(7, 'c'), sized(8, 't'), sized(7, 'd')], '"card":"d"'],
    [
      'the last of equal keys counts',
      [entry(sized(1, 'k'), counted(2, 1)), entry(sized(1, 'k'), counted(2, 2))],
      '"tags":{"k":1}',
    ],
    ['an entry of nothing has zeros', [entry()], '"tags":{"":0}'],
    ['an instant of nothing is the first', [sized(9, '')], '"at":"1970-01-01T00:00:00Z"'],
  ])('%s', (_name, parts, expected) => {
    expect(read(Buffer.concat(parts))).toContain(expected);
    expect(read(Buffer.concat(parts)).match(/"(card|token)"/g)?.length ?? 0).toBeLessThan(2);
  });

  test.each<[string, readonly Buffer[], string]>([
    ['an entry that is a number', [counted(6, 1)], 'E_ENVELOPE'],
    ['an entry of other bytes', [entry(Buffer.from([255]))], 'E_ENVELOPE'],
    ['an entry with more in it', [entry(counted(3, 1))], 'E_ENVELOPE'],
    ['a key of another encoding', [entry(sized(1, Buffer.from([0xe9])))], 'E_ENCODING'],
    ['a value of another type', [entry(sized(2, 'x'))], 'E_ENVELOPE'],
    ['an instant with more in it', [sized(9, counted(3, 1))], 'E_ENVELOPE'],
    ['too many nanoseconds', [sized(9, counted(2, 1_000_000_000))], 'E_ENVELOPE'],
    ['an instant behind the year 9999', [sized(9, counted(1, 253_402_300_800n))], 'E_ENVELOPE'],
    ['many small messages of large zeros', Array(60_000).fill(sized(5, '')), 'E_ROW_SIZE'],
    ['a body over the limit', [Buffer.alloc(limits.rowBytesMax + 1)], 'E_ROW_SIZE'],
  ])('%s is refused', (_name, parts, code) => {
    expect(read(Buffer.concat(parts))).toBe(code);
  });
});

test('a row that few bytes stand for is given up before it is made', () => {
  const fields = Array.from({ length: 500 }, (_, at) => `int32 quite_long_name_${at} = ${at + 1};`);
  const text = `syntax = "proto3"; message M { repeated N all = 1; message N { ${fields.join(' ')} } }`;
  // 120 000 messages of nothing, each of 12 KB as a row: more than a text of JavaScript can be.
  const body = Buffer.concat(Array(120_000).fill(sized(1, '')));
  const found = bodyReader(protobuf({ schema: text, message: 'M' }))?.(body);
  expect(found).toEqual({ kind: 'refused', code: 'E_ROW_SIZE' });
});

describe('a .proto text', () => {
  const proto = (rest: string): string => `syntax = "proto3";\n${rest}`;
  test.each([
    ['nothing', '', "line 1 has the end, not 'syntax'"],
    ['proto2', 'syntax = "proto2";', "its syntax is 'proto2'"],
    ['another file', proto('import "a.proto";'), 'it imports "a.proto"'],
    ['a group', proto('message M { group G = 1 {} }'), "it has 'group'"],
    ['a required field', proto('message M { required int32 a = 1; }'), "it has 'required'"],
    ['no such message', proto('message A {} message B {}'), 'its messages are A, B'],
    ['an enum of that name', proto('enum M { A = 0; }'), "no message 'M'"],
    ['a type that is nowhere', proto('message M { N a = 1; }'), "the type 'N'"],
    ['itself', proto('message M { N a = 1; } message N { M b = 1; }'), "'M' holds itself"],
    ['a map of doubles', proto('message M { map<double, int32> a = 1; }'), 'keys of double'],
    ['a number twice', proto('message M { int32 a = 1; int32 b = 1; }'), 'declared twice'],
    ['a name twice', proto('message M {} message M {}'), "declares 'M' twice"],
    ['number 0', proto('message M { int32 a = 0; }'), 'cannot be read'],
    ['no end', proto('message M { int32 a = 1;'), 'line 2 has the end'],
    ['no number', proto('message M {\n int32 a = x; }'), "line 3 has 'x', not a number"],
    ['no name', proto('message M { int32 = 1; }'), "line 2 has '=', not the name of a field"],
    ['another word', proto('extend M {}'), "line 2 has 'extend', not 'message'"],
    ['an open option', proto('option a = { b: "'), "not ';' or '}'"],
  ])('with %s is refused', (_name, text, problem) => {
    expect(() => protoMessage(text, 'M')).toThrow(problem);
  });

  test('of any characters is read or refused, and always to its end', () => {
    const words = fc.constantFrom(
      ...'message enum M { } = ; 1 int32 map < > , oneof " /* // ['.split(' '),
    );
    fc.assert(
      fc.property(fc.array(words), (all) => {
        try {
          protoMessage(proto(all.join(' ')), 'M');
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
