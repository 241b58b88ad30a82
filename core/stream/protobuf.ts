import type { RowCode } from '../codes.ts';
import { floatText, numberText } from '../json/number-text.ts';
import { toBase64 } from './base64.ts';
import { isUtf8, joined } from './bytes.ts';
import { rowLine } from './object.ts';
import { type ReadRow, refusedAs } from './opened.ts';
import {
  type ProtobufField,
  type ProtobufMessage,
  type ProtobufScalar,
  unknownName,
} from './protobuf-schema.ts';
import { packedVarints, type WireField, wireFields } from './wire.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A value as JSON, or the code of the first that is none of its type. */
type Text = { readonly text: string } | { readonly code: RowCode };
const MISFIT: Text = { code: 'E_ENVELOPE' };

/** Numbers that are written in groups of seven bits; undefined when one has too many. */
const varints: Readonly<Partial<Record<ProtobufScalar, (value: bigint) => bigint | undefined>>> = {
  int32: (value) => within(BigInt.asIntN(64, value), -(2n ** 31n), 2n ** 31n),
  int64: (value) => BigInt.asIntN(64, value),
  uint32: (value) => within(value, 0n, 2n ** 32n),
  uint64: (value) => value,
  sint32: (value) => within(unzigzag(value), -(2n ** 31n), 2n ** 31n),
  sint64: (value) => unzigzag(value),
};

const within = (value: bigint, from: bigint, below: bigint): bigint | undefined =>
  value >= from && value < below ? value : undefined;

const unzigzag = (value: bigint): bigint => (value >> 1n) ^ -(value & 1n);

type Fixed = { readonly size: number; readonly text: (view: DataView) => string };

/** Numbers of a fixed width, the lowest byte first. */
const fixeds: Readonly<Partial<Record<ProtobufScalar, Fixed>>> = {
  double: { size: 8, text: (view) => numberText(view.getFloat64(0, true)) },
  float: { size: 4, text: (view) => floatText(view.getFloat32(0, true)) },
  fixed32: { size: 4, text: (view) => String(view.getUint32(0, true)) },
  fixed64: { size: 8, text: (view) => String(view.getBigUint64(0, true)) },
  sfixed32: { size: 4, text: (view) => String(view.getInt32(0, true)) },
  sfixed64: { size: 8, text: (view) => String(view.getBigInt64(0, true)) },
};

const sizes = { fixed32: 4, fixed64: 8, sized: undefined } as const;

/**
 * Reads messages as rows: numbers keep every digit, bytes become base64, a field that is not
 * declared is kept as `field_<number>`, so that the dataset's evolution decides about it.
 */
export const protobufLine = (
  message: ProtobufMessage,
  body: Uint8Array,
  keepsControls = false,
): ReadRow => {
  const found = messageText(message, body);
  return 'code' in found
    ? refusedAs(found.code)
    : rowLine(encoder.encode(found.text), keepsControls);
};

const messageText = ({ fields }: ProtobufMessage, body: Uint8Array): Text => {
  const wire = wireFields(body);
  if (wire === undefined) return MISFIT;
  const byNumber = grouped(wire);
  const parts: string[] = [];
  for (const field of fields) {
    const value = fieldText(field, byNumber.get(field.number) ?? []);
    byNumber.delete(field.number);
    if (value === undefined) continue;
    if ('code' in value) return value;
    parts.push(`${JSON.stringify(field.name)}:${value.text}`);
  }
  for (const [number, found] of byNumber) {
    parts.push(`"${unknownName(number)}":${unknownText(found)}`);
  }
  return { text: `{${parts.join(',')}}` };
};

const grouped = (wire: readonly WireField[]): Map<number, WireField[]> => {
  const byNumber = new Map<number, WireField[]>();
  for (const field of wire) {
    const found = byNumber.get(field.number);
    if (found === undefined) byNumber.set(field.number, [field]);
    else found.push(field);
  }
  return byNumber;
};

/** What has no declared type is shown as the wire has it: digits, or bytes. */
const unknownText = (found: readonly WireField[]): string => {
  const texts = found.map((field) =>
    field.wire === 'varint' ? String(field.value) : `"${toBase64(field.bytes)}"`,
  );
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(',')}]`;
};

/** The value of a field; undefined when it is missing. */
const fieldText = (field: ProtobufField, found: readonly WireField[]): Text | undefined => {
  if (field.repeated === true) {
    return listed(found.map((each) => unpacked(field, each)));
  }
  if (field.type === 'message') {
    if (found.length === 0) return undefined;
    return mergedText(field, found);
  }
  // A writer may repeat a value: the last one counts.
  const last = found.at(-1);
  if (last !== undefined) return valueText(field, last);
  return field.optional === true ? undefined : { text: zeroText(field) };
};

/** Several texts as one, parted by commas. */
const listed = (all: readonly Text[]): Text => {
  const texts: string[] = [];
  for (const each of all) {
    if ('code' in each) return each;
    if (each.text !== '') texts.push(each.text);
  }
  return { text: `[${texts.join(',')}]` };
};

/** Parts of a message that is written in pieces are one message when they are put together. */
const mergedText = (message: ProtobufMessage, found: readonly WireField[]): Text => {
  const pieces = found.flatMap((each) => (each.wire === 'sized' ? [each.bytes] : []));
  if (pieces.length < found.length) return MISFIT;
  return messageText(message, joined(pieces));
};

/** One entry of a repeated field, which may hold many numbers: their texts, parted by commas. */
const unpacked = (field: ProtobufField, found: WireField): Text => {
  if (found.wire !== 'sized' || !isPackable(field)) return valueText(field, found);
  const entries = packedEntries(field, found.bytes);
  if (entries === undefined) return MISFIT;
  const all = listed(entries.map((entry) => valueText(field, entry)));
  return 'code' in all ? all : { text: all.text.slice(1, -1) };
};

const isPackable = ({ type }: ProtobufField): boolean =>
  type !== 'string' && type !== 'bytes' && type !== 'message';

const packedEntries = (
  { number, type }: ProtobufField,
  bytes: Uint8Array,
): readonly WireField[] | undefined => {
  const size = fixedOf(type)?.size;
  if (size === undefined) {
    return packedVarints(bytes)?.map((value) => ({ number, wire: 'varint', value }));
  }
  if (bytes.length % size !== 0) return undefined;
  return Array.from({ length: bytes.length / size }, (_, at) => ({
    number,
    wire: size === sizes.fixed32 ? 'fixed32' : 'fixed64',
    bytes: bytes.subarray(at * size, (at + 1) * size),
  }));
};

const fixedOf = (type: ProtobufField['type']): Fixed | undefined =>
  type === 'enum' || type === 'message' ? undefined : fixeds[type];

/** One value of the field's type. */
const valueText = (field: ProtobufField, found: WireField): Text => {
  if (found.wire === 'varint') return varintText(field, found.value);
  const { type } = field;
  const { bytes, wire } = found;
  const fixed = fixedOf(type);
  if (fixed !== undefined) {
    if (sizes[wire] !== fixed.size) return MISFIT;
    return { text: fixed.text(new DataView(bytes.buffer, bytes.byteOffset, bytes.length)) };
  }
  if (wire !== 'sized') return MISFIT;
  if (type === 'bytes') return { text: `"${toBase64(bytes)}"` };
  if (field.type === 'message') return messageText(field, bytes);
  if (type !== 'string') return MISFIT;
  return isUtf8(bytes) ? { text: JSON.stringify(decoder.decode(bytes)) } : { code: 'E_ENCODING' };
};

const varintText = (field: ProtobufField, value: bigint): Text => {
  if (field.type === 'bool') return { text: String(value !== 0n) };
  if (field.type === 'enum') return enumText(field.values, value);
  const number = field.type === 'message' ? undefined : varints[field.type]?.(value);
  return number === undefined ? MISFIT : { text: String(number) };
};

/** A number without a name stays a number: a newer writer may have more of them. */
const enumText = (values: Readonly<Record<string, number>>, value: bigint): Text => {
  const number = varints.int32?.(value);
  if (number === undefined) return MISFIT;
  const name = Object.keys(values).find((each) => values[each] === Number(number));
  return { text: name === undefined ? String(number) : JSON.stringify(name) };
};

const zeroText = (field: ProtobufField): string => {
  if (field.type === 'string' || field.type === 'bytes') return '""';
  if (field.type === 'bool') return 'false';
  const zero = field.type === 'enum' ? enumText(field.values, 0n) : { text: '0' };
  return 'text' in zero ? zero.text : '0';
};
