import type { Buffer } from 'node:buffer';
import { assertNever } from '../assert.ts';
import { Refused } from '../errors.ts';
import { dayText, instantText, timeText } from '../instant-text.ts';
import { floatText, numberText } from '../json/number-text.ts';
import { limits } from '../limits.ts';
import { type AvroCursor, damaged, readCount, readLong, readSized, takeBytes } from './cursor.ts';
import { type AvroType, asBytes, type Meaning } from './schema.ts';

/** Reads one value as JSON, whose UTF-8 bytes are the characters of the text. */
export type AvroReader = (cursor: AvroCursor, depth: number) => string;

/** Units of one second in the logical types that count them. */
const perSecond = { millis: 1_000n, micros: 1_000_000n, nanos: 1_000_000_000n };
/** A decimal of more bytes is kept as base64: its digits would take longer than they are worth. */
const DECIMAL_BYTES_MAX = 256;
const DECIMAL_SCALE_MAX = 1_000;
const UUID_BYTES = 16;

const tooLarge = (): Refused =>
  new Refused('E_SIZE', `an Avro row of more than ${limits.recordCharsMax} bytes, the limit`);

const checked = (text: string): string => {
  if (text.length > limits.recordCharsMax) throw tooLarge();
  return text;
};

/** The reader of a type. A record may hold itself, so its reader is made before its fields are. */
export const readerOf = (
  type: AvroType,
  known: Map<AvroType, AvroReader> = new Map(),
): AvroReader => {
  const made = known.get(type);
  if (made !== undefined) return made;
  switch (type.kind) {
    case 'record':
      return recordReader(type.fields, type, known);
    case 'union':
      return unionReader(type.branches.map((branch) => readerOf(branch, known)));
    case 'array':
      return manyReader('[', ']', readerOf(type.of, known));
    case 'map':
      return manyReader('{', '}', entryReader(readerOf(type.of, known)));
    case 'enum':
      return enumReader(type.symbols.map((symbol) => asBytes(JSON.stringify(symbol))));
    case 'fixed':
      return (cursor) => {
        const from = takeBytes(cursor, type.size);
        return bytesText(cursor.bytes.subarray(from, cursor.at), type.means);
      };
    case 'null':
      return () => 'null';
    case 'boolean':
      return (cursor) => (cursor.bytes[takeBytes(cursor, 1)] === 0 ? 'false' : 'true');
    case 'int':
    case 'long':
      return longReader(type.means);
    case 'float':
      return (cursor) => floatText(cursor.bytes.readFloatLE(takeBytes(cursor, 4)));
    case 'double':
      return (cursor) => numberText(cursor.bytes.readDoubleLE(takeBytes(cursor, 8)));
    case 'string':
      return stringText;
    case 'bytes':
      return (cursor) => {
        const { from, to } = readSized(cursor);
        return bytesText(cursor.bytes.subarray(from, to), type.means);
      };
    default:
      return assertNever(type);
  }
};

const recordReader = (
  fields: readonly { readonly name: string; readonly type: AvroType }[],
  type: AvroType,
  known: Map<AvroType, AvroReader>,
): AvroReader => {
  const parts: { readonly key: string; readonly read: AvroReader }[] = [];
  const read: AvroReader = (cursor, depth) => {
    if (depth > limits.treeDepthMax) {
      throw new Refused('E_FORMAT', `an Avro row nests more than ${limits.treeDepthMax} deep`);
    }
    let text = '{';
    for (const part of parts) text += part.key + part.read(cursor, depth + 1);
    return checked(`${text}}`);
  };
  known.set(type, read);
  for (const { name, type: of } of fields) {
    const comma = parts.length === 0 ? '' : ',';
    parts.push({ key: `${comma}${asBytes(JSON.stringify(name))}:`, read: readerOf(of, known) });
  }
  return read;
};

const unionReader =
  (branches: readonly AvroReader[]): AvroReader =>
  (cursor, depth) => {
    const branch = branches[readCount(cursor)];
    if (branch === undefined) throw damaged('names a branch that its union does not have');
    return branch(cursor, depth);
  };

/** Arrays and maps come in blocks, the last of them empty. */
const manyReader =
  (open: string, close: string, item: AvroReader): AvroReader =>
  (cursor, depth) => {
    let text = open;
    for (let count = readBlock(cursor); count > 0; count = readBlock(cursor)) {
      for (let left = count; left > 0; left--) {
        text = checked(`${text}${text.length > 1 ? ',' : ''}${item(cursor, depth + 1)}`);
      }
    }
    return `${text}${close}`;
  };

/** A negative count has the block's bytes behind it, for readers that want to skip them. */
const readBlock = (cursor: AvroCursor): number => {
  const count = readCount(cursor);
  if (count < 0) readLong(cursor);
  return Math.abs(count);
};

const entryReader =
  (value: AvroReader): AvroReader =>
  (cursor, depth) =>
    `${stringText(cursor)}:${value(cursor, depth)}`;

const enumReader =
  (symbols: readonly string[]): AvroReader =>
  (cursor) => {
    const symbol = symbols[readCount(cursor)];
    if (symbol === undefined) throw damaged('names a symbol that its enum does not have');
    return symbol;
  };

/** The bytes stay as they are, even when they are not UTF-8: that is for the row's rules to say. */
const stringText = (cursor: AvroCursor): string => {
  const { from, to } = readSized(cursor);
  if (to - from > limits.recordCharsMax) throw tooLarge();
  return checked(JSON.stringify(cursor.bytes.toString('latin1', from, to)));
};

const longReader = ({ logical = '' }: Meaning): AvroReader => {
  if (logical === 'date') {
    return (cursor) => {
      const days = readLong(cursor);
      return quoted(dayText(Number(days)), days);
    };
  }
  const [, what, unit] =
    /^(time|timestamp|local-timestamp)-(millis|micros|nanos)$/.exec(logical) ?? [];
  if (what === undefined || (unit !== 'millis' && unit !== 'micros' && unit !== 'nanos')) {
    return (cursor) => String(readLong(cursor));
  }
  const units = perSecond[unit];
  const zone = what === 'timestamp' ? 'Z' : '';
  return (cursor) => {
    const value = BigInt(readLong(cursor));
    const text = what === 'time' ? timeText(value, units) : instantText(value, units);
    return quoted(text === undefined ? undefined : text + zone, value);
  };
};

/** A text, or the number where there is none: the field then refuses it as it is. */
const quoted = (text: string | undefined, value: number | bigint): string =>
  text === undefined ? String(value) : `"${text}"`;

const bytesText = (bytes: Buffer, { logical, scale }: Meaning): string => {
  if (logical === 'decimal' && bytes.length <= DECIMAL_BYTES_MAX && scale <= DECIMAL_SCALE_MAX) {
    return decimalText(bytes, scale);
  }
  if (logical === 'uuid' && bytes.length === UUID_BYTES) {
    const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString('hex')) ?? [];
    return `"${parts.slice(1).join('-')}"`;
  }
  if (bytes.length > limits.recordCharsMax) throw tooLarge();
  return `"${bytes.toString('base64')}"`;
};

/** Big-endian two's complement, with the point so many digits from the right. */
const decimalText = (bytes: Buffer, scale: number): string => {
  const all = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
  const value = BigInt.asIntN(bytes.length * 8, all);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`;
  return `${value < 0n ? '-' : ''}${whole}${fraction}`;
};
