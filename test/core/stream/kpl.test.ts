import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deaggregate } from '../../../core/stream/kpl.ts';
import { aggregated, counted, fixed, sealed, sized, tag, varint } from './wire-writer.ts';

const refused = { kind: 'refused', code: 'E_ENVELOPE' };
const one = Buffer.concat([sized(1, 'k'), sized(3, Buffer.concat([counted(1, 0), sized(3, 'a')]))]);
const withRecord = (...parts: readonly Uint8Array[]): Buffer =>
  sealed(Buffer.concat([sized(1, 'k'), sized(3, Buffer.concat(parts))]));

describe('a record of the producer library', () => {
  test('is its records, in their order and with their own keys', () => {
    const produced = fc.record(
      {
        partitionKey: fc.string({ unit: 'binary', maxLength: 4 }),
        explicitHashKey: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
        data: fc
          .uint8Array({ maxLength: 300 })
          .filter((data) => !Buffer.from(data).toString('hex').startsWith('f3899ac2')),
      },
      { requiredKeys: ['partitionKey', 'data'] },
    );
    fc.assert(
      fc.property(fc.array(produced, { minLength: 1, maxLength: 20 }), (records) => {
        expect(deaggregate(aggregated(records))).toEqual({
          kind: 'records',
          records: records.map(({ partitionKey, explicitHashKey = null, data }, subSequence) => ({
            ...{ subSequence, partitionKey, explicitHashKey },
            payload: Buffer.from(data),
          })),
        });
      }),
    );
  });

  test('may have tags, and fields that are not known', () => {
    const record = Buffer.concat([
      ...[sized(3, 'a'), sized(4, sized(1, 'tag')), counted(1, 0)],
      ...[counted(9, 2n ** 64n - 1n), fixed(10, Buffer.alloc(8)), fixed(11, Buffer.alloc(4))],
    ]);
    expect(deaggregate(withRecord(record))).toMatchObject({
      records: [{ partitionKey: 'k', payload: Buffer.from('a') }],
    });
  });

  test.each([
    ['JSON', Buffer.from('{"a":1}')],
    ['nothing', Buffer.alloc(0)],
    ['a part of the mark', Buffer.from('f3899a', 'hex')],
  ])('%s is no aggregate', (_name, bytes) => {
    expect(deaggregate(bytes)).toEqual({ kind: 'single' });
  });

  test.each([
    ['the mark alone', Buffer.from('f3899ac2', 'hex')],
    ['a body without a checksum', sealed(one).subarray(0, -16)],
    ['a body that is cut off', sealed(one).subarray(0, -17)],
    ['a body that is cut off with a checksum of its own', sealed(one.subarray(0, -1))],
    ['a byte behind the checksum', Buffer.concat([sealed(one), Buffer.from([0])])],
    ['no records', sealed(sized(1, 'k'))],
    ['no body', sealed(Buffer.alloc(0))],
    ['a key that its table does not have', withRecord(counted(1, 1), sized(3, 'a'))],
    ['a key of no safe number', withRecord(counted(1, 2n ** 64n - 1n), sized(3, 'a'))],
    ['a hash key that its table lacks', withRecord(counted(1, 0), counted(2, 0), sized(3, 'a'))],
    ['a record without a key', withRecord(sized(3, 'a'))],
    ['a record without data', withRecord(counted(1, 0))],
    ['data that is a number', withRecord(counted(1, 0), counted(3, 1))],
    ['a key that is a text', withRecord(sized(1, 'k'), sized(3, 'a'))],
    ['a table of numbers', sealed(Buffer.concat([counted(1, 1), one]))],
    ['a key that is not UTF-8', sealed(Buffer.concat([one, sized(1, Buffer.from([0xff]))]))],
    ['an aggregate inside of one', withRecord(counted(1, 0), sized(3, sealed(one)))],
    ['a length behind the end', sealed(Buffer.concat([one, tag(3, 2), varint(2n ** 63n)]))],
    ['a number of eleven groups', sealed(Buffer.concat([one, tag(9, 0), Buffer.alloc(11, 128)]))],
    [
      'a number of more than 64 bits',
      sealed(Buffer.concat([one, tag(9, 0), Buffer.alloc(9, 255), Buffer.from([2])])),
    ],
    ['field number 0', sealed(Buffer.concat([one, varint(0), varint(0)]))],
    ['a group', sealed(Buffer.concat([one, tag(9, 3), tag(9, 4)]))],
  ])('%s is refused as a whole', (_name, bytes) => {
    expect(deaggregate(bytes)).toEqual(refused);
  });

  test('one bit anywhere behind the mark is noticed', () => {
    const sound = aggregated([
      { partitionKey: 'a', data: Buffer.from('{"a":1}') },
      { partitionKey: 'b', explicitHashKey: '7', data: Buffer.from('{"a":2}') },
    ]);
    for (let bit = 32; bit < sound.length * 8; bit++) {
      const bytes = Buffer.from(sound);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(deaggregate(bytes)).toEqual(refused);
    }
  });
});
