import type { RowCode } from '../codes.ts';
import { instantText } from '../instant-text.ts';
import { floatText, numberText } from '../json/number-text.ts';
import { limits } from '../limits.ts';
import { toBase64 } from './base64.ts';
import { isUtf8, joined } from './bytes.ts';
import { rowLine } from './object.ts';
import { type ReadRow, refusedAs } from './opened.ts';
import {
  type ProtobufField,
  type ProtobufMessage,
  type ProtobufScalar,
  scalars,
  unknownName,
} from './protobuf-schema.ts';
import { packedVarints, type WireField, wireFields } from './wire.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A value as JSON, or the code of the first that is none of its type. */
type Text = { readonly text: string } | { readonly code: RowCode };
const MISFIT: Text = { code: 'E_ENVELOPE' };
/** Few bytes can stand for many: what is absent has a text. So it is measured on the way. */
const TOO_LONG: Text = { code: 'E_ROW_SIZE' };

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
  if (body.length > limits.rowBytesMax) return refusedAs('E_ROW_SIZE');
  const found = messageText(message, body);
  return 'code' in found
    ? refusedAs(found.code)
    : rowLine(encoder.encode(found.text), keepsControls);
};

const messageText = ({ fields }: ProtobufMessage, body: Uint8Array): Text => {
  const wire = wireFields(body);
  if (wire === undefined) return MISFIT;
  const byNumber = grouped(wire, fields);
  const parts: string[] = [];
  let length = 0;
  for (const field of fields) {
    const value = fieldText(field, byNumber.get(field.number) ?? []);
    byNumber.delete(field.number);
    if (value === undefined) continue;
    if ('code' in value) return value;
    length += value.text.length;
    if (length > limits.rowBytesMax) return TOO_LONG;
    parts.push(`${JSON.stringify(field.name)}:${value.text}`);
  }
  for (const [number, found] of byNumber) {
    parts.push(`"${unknownName(number)}":${unknownText(found)}`);
  }
  return { text: `{${parts.join(',')}}` };
};

const grouped = (
  wire: readonly WireField[],
  fields: readonly ProtobufField[],
): Map<number, WireField[]> => {
  const oneofs = new Map(
    fields.flatMap(({ number, oneof }) => (oneof === undefined ? [] : [[number, oneof] as const])),
  );
  const chosen = new Map<string, number>();
  const byNumber = new Map<number, WireField[]>();
  for (const field of wire) {
    const oneof = oneofs.get(field.number);
    const other = oneof === undefined ? undefined : chosen.get(oneof);
    if (other !== undefined && other !== field.number) byNumber.delete(other);
    if (oneof !== undefined) chosen.set(oneof, field.number);
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
  if (field.repeated === true) return listed(found, (each) => unpacked(field, each));
  if (field.type === 'map') return mapText(field, found);
  if (field.type === 'message' || field.type === 'timestamp') {
    return found.length === 0 ? undefined : mergedText(field, found);
  }
  // A writer may repeat a value: the last one counts.
  const last = found.at(-1);
  if (last !== undefined) return valueText(field, last);
  return field.optional === true ? undefined : { text: zeroText(field) };
};

/** Several texts as one, parted by commas. */
const listed = <T>(all: readonly T[], textOf: (each: T) => Text): Text => {
  const texts: string[] = [];
  let length = 0;
  for (const each of all) {
    const found = textOf(each);
    if ('code' in found) return found;
    length += found.text.length;
    if (length > limits.rowBytesMax) return TOO_LONG;
    if (found.text !== '') texts.push(found.text);
  }
  return { text: `[${texts.join(',')}]` };
};

/** Parts of a message that is written in pieces are one message when they are put together. */
const mergedText = (
  field: Extract<ProtobufField, { type: 'message' | 'timestamp' }>,
  found: readonly WireField[],
): Text => {
  const pieces = found.flatMap((each) => (each.wire === 'sized' ? [each.bytes] : []));
  if (pieces.length < found.length) return MISFIT;
  const bytes = joined(pieces);
  return field.type === 'message' ? messageText(field, bytes) : timestampText(bytes);
};

const PER_SECOND = 1_000_000_000n;

/** Seconds since 1970 and the nanoseconds behind them, as one instant. */
const timestampText = (bytes: Uint8Array): Text => {
  const parts = [0n, 0n];
  for (const field of wireFields(bytes) ?? [undefined]) {
    if (field?.wire !== 'varint' || field.number > parts.length) return MISFIT;
    parts[field.number - 1] = BigInt.asIntN(64, field.value);
  }
  const [seconds = 0n, nanos = 0n] = parts;
  if (nanos < 0n || nanos >= PER_SECOND) return MISFIT;
  const text = instantText(seconds * PER_SECOND + nanos, PER_SECOND);
  return text === undefined ? MISFIT : { text: `"${text}Z"` };
};

type MapField = Extract<ProtobufField, { type: 'map' }>;

/** A map is an object; of two entries of one key the last counts. */
const mapText = (field: MapField, found: readonly WireField[]): Text => {
  const entries = new Map<string, string>();
  let length = 0;
  for (const each of found) {
    const entry = each.wire === 'sized' ? entryIn(field, each.bytes) : MISFIT;
    if ('code' in entry) return entry;
    length += entry.key.length + entry.text.length;
    if (length > limits.rowBytesMax) return TOO_LONG;
    entries.set(entry.key, entry.text);
  }
  return { text: `{${[...entries].map((entry) => entry.join(':')).join(',')}}` };
};

type Entry = { readonly key: string; readonly text: string } | { readonly code: RowCode };

const entryIn = ({ key, value }: MapField, bytes: Uint8Array): Entry => {
  const wire = wireFields(bytes);
  if (wire?.every(({ number }) => number === key.number || number === value.number) !== true) {
    return MISFIT;
  }
  const of = ({ number }: ProtobufField) => wire.filter((each) => each.number === number);
  const name = fieldText(key, of(key)) ?? MISFIT;
  if ('code' in name) return name;
  const held = fieldText(value, of(value)) ?? emptyText(value);
  if ('code' in held) return held;
  return { key: name.text.startsWith('"') ? name.text : `"${name.text}"`, text: held.text };
};

/** What an entry holds whose value is a message that nobody wrote. */
const emptyText = (value: ProtobufField): Text =>
  value.type === 'message' || value.type === 'timestamp'
    ? mergedText(value, [{ number: value.number, wire: 'sized', bytes: new Uint8Array() }])
    : MISFIT;

/** One entry of a repeated field, which may hold many numbers: their texts, parted by commas. */
const unpacked = (field: ProtobufField, found: WireField): Text => {
  if (found.wire !== 'sized' || !isPackable(field)) return valueText(field, found);
  const entries = packedEntries(field, found.bytes);
  if (entries === undefined) return MISFIT;
  const all = listed(entries, (entry) => valueText(field, entry));
  return 'code' in all ? all : { text: all.text.slice(1, -1) };
};

const isPackable = ({ type }: ProtobufField): boolean =>
  type === 'enum' || scalars.some((each) => each === type && !['string', 'bytes'].includes(each));

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

const fixedOf = (type: ProtobufField['type']): Fixed | undefined => {
  const scalar = scalars.find((each) => each === type);
  return scalar === undefined ? undefined : fixeds[scalar];
};

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
  if (field.type === 'timestamp') return timestampText(bytes);
  if (type !== 'string') return MISFIT;
  return isUtf8(bytes) ? { text: JSON.stringify(decoder.decode(bytes)) } : { code: 'E_ENCODING' };
};

const varintText = (field: ProtobufField, value: bigint): Text => {
  if (field.type === 'bool') return { text: String(value !== 0n) };
  if (field.type === 'enum') return enumText(field.values, value);
  const scalar = scalars.find((each) => each === field.type);
  const number = scalar === undefined ? undefined : varints[scalar]?.(value);
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
