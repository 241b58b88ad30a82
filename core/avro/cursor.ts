import type { Buffer } from 'node:buffer';
import { Refused } from '../errors.ts';

/** Where reading stands in the bytes of a header or block. */
export type AvroCursor = { readonly bytes: Buffer; at: number };

export const damaged = (what: string): Refused => new Refused('E_CORRUPT', `the Avro file ${what}`);

/** Where so many bytes begin; they must be there. */
export const takeBytes = (cursor: AvroCursor, count: number): number => {
  const from = cursor.at;
  if (count > cursor.bytes.length - from) throw damaged('ends in the middle of a value');
  cursor.at = from + count;
  return from;
};

/** The groups of seven bits that fit in a number before bits are lost. */
const NUMBER_GROUPS = 4;
const LONG_GROUPS = 10;

/** An int or long: a number as long as it is short, else a bigint. */
export const readLong = (cursor: AvroCursor): number | bigint => {
  let low = 0;
  for (let group = 0; group < NUMBER_GROUPS; group++) {
    const byte = cursor.bytes[takeBytes(cursor, 1)] ?? 0;
    low |= (byte & 0x7f) << (7 * group);
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
  }
  let all = BigInt(low);
  for (let group = NUMBER_GROUPS; group < LONG_GROUPS; group++) {
    const byte = cursor.bytes[takeBytes(cursor, 1)] ?? 0;
    all |= BigInt(byte & 0x7f) << BigInt(7 * group);
    if (byte < 0x80) return BigInt.asIntN(64, (all >> 1n) ^ -(all & 1n));
  }
  throw damaged('has a number of more than 64 bits');
};

/** A count or length that may be negative only where the format says so. */
export const readCount = (cursor: AvroCursor): number => {
  const count = Number(readLong(cursor));
  if (!Number.isSafeInteger(count)) throw damaged('has a count that no file can have');
  return count;
};

/** Where the bytes of a text or bytes begin and end. */
export const readSized = (cursor: AvroCursor): { from: number; to: number } => {
  const length = readCount(cursor);
  if (length < 0) throw damaged('has a negative length');
  const from = takeBytes(cursor, length);
  return { from, to: cursor.at };
};
