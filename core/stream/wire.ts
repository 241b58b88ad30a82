/** A field of a Protobuf message as it stands on the wire: a number, or bytes. */
export type WireField = { readonly number: number } & (
  | { readonly wire: 'varint'; readonly value: bigint }
  | { readonly wire: 'fixed64' | 'sized' | 'fixed32'; readonly bytes: Uint8Array }
);

type Cursor = { readonly bytes: Uint8Array; at: number };

const GROUP_BITS = 7n;
const LONG_GROUPS = 10;
/** The largest field number of Protobuf. */
const NUMBER_MAX = 536_870_911n;

/** A number of up to 64 bits, in groups of seven, the lowest first. */
const readVarint = (cursor: Cursor): bigint | undefined => {
  let value = 0n;
  for (let group = 0; group < LONG_GROUPS; group++) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return undefined;
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << (GROUP_BITS * BigInt(group));
    if (byte < 0x80) return BigInt.asUintN(64, value) === value ? value : undefined;
  }
  return undefined;
};

const readBytes = (cursor: Cursor, count: bigint): Uint8Array | undefined => {
  const from = cursor.at;
  if (count > BigInt(cursor.bytes.length - from)) return undefined;
  cursor.at += Number(count);
  return cursor.bytes.subarray(from, cursor.at);
};

const readField = (cursor: Cursor): WireField | undefined => {
  const tag = readVarint(cursor);
  if (tag === undefined || tag >> 3n === 0n || tag >> 3n > NUMBER_MAX) return undefined;
  const number = Number(tag >> 3n);
  const kind = Number(tag & 7n);
  if (kind === 0) {
    const value = readVarint(cursor);
    return value === undefined ? undefined : { number, wire: 'varint', value };
  }
  const form = FORMS.get(kind);
  const count = form?.bytes ?? (form === undefined ? undefined : readVarint(cursor));
  const bytes = count === undefined ? undefined : readBytes(cursor, count);
  if (form === undefined || bytes === undefined) return undefined;
  return { number, wire: form.wire, bytes };
};

type Form = { readonly wire: 'fixed64' | 'sized' | 'fixed32'; readonly bytes: bigint | undefined };

/** Groups, which are older than any of today's schemas, are not among them. */
const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [1, { wire: 'fixed64', bytes: 8n }],
  [2, { wire: 'sized', bytes: undefined }],
  [5, { wire: 'fixed32', bytes: 4n }],
]);

/** The fields of a message in the order they were written; undefined when the bytes are none. */
export const wireFields = (bytes: Uint8Array): readonly WireField[] | undefined => {
  const cursor: Cursor = { bytes, at: 0 };
  const fields: WireField[] = [];
  while (cursor.at < bytes.length) {
    const field = readField(cursor);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
};

/** Numbers one behind the other, as a packed field has them; undefined when the bytes are none. */
export const packedVarints = (bytes: Uint8Array): readonly bigint[] | undefined => {
  const cursor: Cursor = { bytes, at: 0 };
  const values: bigint[] = [];
  while (cursor.at < bytes.length) {
    const value = readVarint(cursor);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
};
