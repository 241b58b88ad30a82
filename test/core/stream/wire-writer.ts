import { createHash } from 'node:crypto';

/** Protobuf as it is written; by hand, so that the reader is held to the format, not to itself. */
export const varint = (value: bigint | number): Buffer => {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  while (left >= 128n) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Buffer.from([...bytes, Number(left)]);
};

export const tag = (number: number, wire: number): Buffer => varint(BigInt(number * 8 + wire));

/** A field that is a number. */
export const counted = (number: number, value: bigint | number): Buffer =>
  Buffer.concat([tag(number, 0), varint(value)]);

/** A field that is a text, bytes or a message. */
export const sized = (number: number, value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes]);
};

/** A field of four or eight bytes. */
export const fixed = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([tag(number, bytes.length === 4 ? 5 : 1), bytes]);

export type Produced = {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Uint8Array;
};

const MAGIC = Buffer.from('f3899ac2', 'hex');

/** A body with the mark before it and its checksum behind it. */
export const sealed = (body: Uint8Array): Buffer =>
  Buffer.concat([MAGIC, body, createHash('md5').update(body).digest()]);

/** What the Kinesis Producer Library makes of some records: each key once, in tables. */
export const aggregated = (records: readonly Produced[]): Buffer => {
  const keys = [...new Set(records.map(({ partitionKey }) => partitionKey))];
  const hashes = [...new Set(records.flatMap(({ explicitHashKey: key }) => key ?? []))];
  const bodies = records.map(({ partitionKey, explicitHashKey: hash, data }) =>
    Buffer.concat([
      counted(1, keys.indexOf(partitionKey)),
      hash === undefined ? Buffer.alloc(0) : counted(2, hashes.indexOf(hash)),
      sized(3, data),
    ]),
  );
  return sealed(
    Buffer.concat([
      ...keys.map((key) => sized(1, key)),
      ...hashes.map((key) => sized(2, key)),
      ...bodies.map((body) => sized(3, body)),
    ]),
  );
};
