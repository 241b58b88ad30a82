import { md5 } from '../hash.ts';
import { isUtf8 } from './bytes.ts';
import { type RefusedRecord, refusedAs } from './opened.ts';
import { type WireField, wireFields } from './wire.ts';

const MAGIC = [0xf3, 0x89, 0x9a, 0xc2];
const CHECKSUM_BYTES = 16;
/** Fields of an AggregatedRecord, and of the records in it. */
const PARTITION_KEYS = 1;
const HASH_KEYS = 2;
const RECORDS = 3;
const PARTITION_KEY_INDEX = 1;
const HASH_KEY_INDEX = 2;
const DATA = 3;

/** One of the records that a producer's library has put into one. */
export type SubRecord = {
  /** Its place in the record, from 0: with the record's sequence number it names the row. */
  readonly subSequence: number;
  readonly partitionKey: string;
  readonly explicitHashKey: string | null;
  readonly payload: Uint8Array;
};

/** What a record is: itself, several, or damaged. */
export type Deaggregated =
  | { readonly kind: 'single' }
  | { readonly kind: 'records'; readonly records: readonly SubRecord[] }
  | RefusedRecord;

/** Whether bytes begin as an aggregated record of the Kinesis Producer Library does. */
export const isAggregate = (bytes: Uint8Array): boolean =>
  bytes[0] === MAGIC[0] && MAGIC.every((byte, at) => bytes[at] === byte);

/**
 * Takes a record of the Kinesis Producer Library apart. A damaged one is refused as a whole, and
 * never taken for a row: Amazon's own library hands such a record on as it is. A record takes six
 * bytes at least, so that their number is bounded by the bytes.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export const deaggregate = (bytes: Uint8Array): Deaggregated => {
  if (!isAggregate(bytes)) return { kind: 'single' };
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < MAGIC.length) return refusedAs('E_ENVELOPE');
  const body = bytes.subarray(MAGIC.length, end);
  const checksum = bytes.subarray(end);
  const isSound = md5(body).every((byte, at) => checksum[at] === byte);
  const records = isSound ? recordsIn(body) : undefined;
  return records === undefined ? refusedAs('E_ENVELOPE') : { kind: 'records', records };
};

/** An aggregate of no records is none: it would be a record that nothing became of. */
const recordsIn = (body: Uint8Array): readonly SubRecord[] | undefined => {
  const fields = wireFields(body);
  const partitionKeys = textsOf(fields, PARTITION_KEYS);
  const hashKeys = textsOf(fields, HASH_KEYS);
  const bodies = sizedOf(fields, RECORDS);
  if (!partitionKeys || !hashKeys || !bodies || bodies.length === 0) return undefined;
  const records: SubRecord[] = [];
  for (const [subSequence, each] of bodies.entries()) {
    const record = recordIn(each, subSequence, partitionKeys, hashKeys);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return records;
};

const recordIn = (
  body: Uint8Array,
  subSequence: number,
  partitionKeys: readonly string[],
  hashKeys: readonly string[],
): SubRecord | undefined => {
  const fields = wireFields(body);
  const payload = sizedOf(fields, DATA)?.at(-1);
  const keyIndex = indexOf(fields, PARTITION_KEY_INDEX);
  const hashIndex = indexOf(fields, HASH_KEY_INDEX);
  const partitionKey = typeof keyIndex === 'number' ? partitionKeys[keyIndex] : undefined;
  const explicitHashKey = typeof hashIndex === 'number' ? hashKeys[hashIndex] : hashIndex;
  if (payload === undefined || isAggregate(payload)) return undefined;
  if (partitionKey === undefined || explicitHashKey === undefined) return undefined;
  return { subSequence, partitionKey, explicitHashKey, payload };
};

type Fields = readonly WireField[] | undefined;

/** All values of a field of texts or messages; undefined when one is another thing. */
const sizedOf = (fields: Fields, number: number): readonly Uint8Array[] | undefined => {
  const found: Uint8Array[] = [];
  for (const field of fields ?? []) {
    if (field.number !== number) continue;
    if (field.wire !== 'sized') return undefined;
    found.push(field.bytes);
  }
  return fields === undefined ? undefined : found;
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const textsOf = (fields: Fields, number: number): readonly string[] | undefined => {
  const found = sizedOf(fields, number);
  return found?.every(isUtf8) ? found.map((bytes) => decoder.decode(bytes)) : undefined;
};

/** A place in a table; null where none is told, undefined where it is no number. */
const indexOf = (fields: Fields, number: number): number | null | undefined => {
  const field = fields?.findLast((each) => each.number === number);
  if (field === undefined) return null;
  return field.wire === 'varint' ? Number(field.value) : undefined;
};
