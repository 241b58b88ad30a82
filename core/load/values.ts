import { Buffer } from 'node:buffer';
import { toDays } from '../calendar.ts';
import { PermanentError } from '../errors.ts';

/**
 * Values as Iceberg's metadata knows them: int and date (days) are numbers; long, time and
 * timestamp (microseconds) and decimal (unscaled) are bigint; binary is lower case hex, uuid its
 * text: both have the order of their bytes.
 */
export type Value = string | number | bigint | boolean | null;

/** Digits behind the point of `decimal(p, s)`. */
const scaleOf = (type: string): number => {
  const scale = /^decimal\(\d+,\s*(\d+)\)$/.exec(type)?.[1];
  if (scale === undefined) throw new PermanentError(`not a decimal type: ${type}`);
  return Number(scale);
};

const datePattern = /^(\d{4,})-(\d\d)-(\d\d)$/;
const daysFromText = (text: string): number => {
  const match = datePattern.exec(text);
  if (match === null) throw new PermanentError('a date statistic is not YYYY-MM-DD');
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return toDays({ year, month, day });
};

// As DuckDB prints it with TimeZone='UTC': 2026-01-31 00:00:00.000088+00
const instantPattern =
  /^(\d{4,}-\d\d-\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|\+00(?::00)?)?$/;
const microsFromText = (text: string): bigint => {
  const match = instantPattern.exec(text);
  if (match === null) throw new PermanentError("a timestamp statistic is not UTC; TimeZone='UTC'?");
  const [, date = '', hour, minute, second, fraction = ''] = match;
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
  const days = BigInt(daysFromText(date));
  return (days * 86_400n + BigInt(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

const timePattern = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;
const timeFromText = (text: string): bigint => {
  const match = timePattern.exec(text);
  if (match === null) throw new PermanentError('a time statistic is not hh:mm:ss');
  const [, hour, minute, second, fraction = ''] = match;
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

const infinities: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

/** DuckDB prints as many digits as tell the number from its neighbours. */
const doubleFromText = (text: string): number => infinities.get(text) ?? Number(text);

const hexPattern = /^(?:[0-9A-Fa-f]{2})*$/;
const hexFromText = (text: string): string => {
  if (!hexPattern.test(text)) throw new PermanentError('a binary statistic is not hexadecimal');
  return text.toLowerCase();
};

const unscaledFromText = (type: string, text: string): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scaleOf(type), '0'));
};

/** DuckDB's text of a value (a statistic, a partition key) as a value of an Iceberg type. */
export function fromText(type: string, text: string): Value {
  if (type.startsWith('decimal')) return unscaledFromText(type, text);
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      // RETURN_STATS says 1 and 0 where a cast says true and false.
      return text === 'true' || text === '1';
    case 'int':
      return Number(text);
    case 'float':
    case 'double':
      return doubleFromText(text);
    case 'long':
      return BigInt(text);
    case 'time':
      return timeFromText(text);
    case 'uuid':
      return text;
    case 'binary':
      return hexFromText(text);
    case 'date':
      return daysFromText(text);
    case 'timestamp':
    case 'timestamptz':
      return microsFromText(text);
    default:
      throw new PermanentError(`columns of type ${type} have no text form here`);
  }
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};

/** Two's complement, big endian, in as few bytes as hold it: so asks the Iceberg spec. */
const decimalBytes = (unscaled: bigint): Buffer => {
  let size = 1;
  while (BigInt.asIntN(size * 8, unscaled) !== unscaled) size += 1;
  const hex = BigInt.asUintN(size * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(size * 2, '0'), 'hex');
};

const textBytes = (type: string, text: string): Buffer => {
  if (type === 'uuid') return Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(text, type === 'binary' ? 'hex' : 'utf8');
};

const numberBytes = (type: string, value: number): Buffer => {
  if (type === 'int' || type === 'date') return int32(value);
  const bytes = Buffer.alloc(type === 'float' ? 4 : 8);
  if (type === 'float') bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
};

/** Iceberg's single-value serialization, as bounds and partition summaries hold it. */
export function toBytes(type: string, value: NonNullable<Value>): Buffer {
  switch (typeof value) {
    case 'string':
      return textBytes(type, value);
    case 'boolean':
      return Buffer.from([value ? 1 : 0]);
    case 'number':
      return numberBytes(type, value);
    default:
      return type.startsWith('decimal') ? decimalBytes(value) : int64(value);
  }
}

/** Reads a bound. By length: one written before int → long or float → double is shorter. */
export function fromBytes(type: string, bytes: Buffer): NonNullable<Value> {
  if (type.startsWith('decimal')) {
    return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  }
  switch (type) {
    case 'string':
      return bytes.toString();
    case 'binary':
      return bytes.toString('hex');
    case 'uuid':
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'boolean':
      return bytes[0] === 1;
    case 'int':
    case 'date':
      return bytes.readInt32LE();
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return bytes.length === 4 ? BigInt(bytes.readInt32LE()) : bytes.readBigInt64LE();
    case 'float':
    case 'double':
      return bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
    default:
      throw new PermanentError(`bounds of type ${type} are not read here`);
  }
}

/** Iceberg's order: strings by their UTF-8 bytes, everything else by size. */
export const compareValues = (a: NonNullable<Value>, b: NonNullable<Value>): number => {
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  if (a < b) return -1;
  return a > b ? 1 : 0;
};

/** Code points that a string bound keeps, as in Iceberg's default metrics mode truncate(16). */
const BOUND_POINTS = 16;

const nextCodePoint = (point: string | undefined): string | undefined => {
  let next = (point?.codePointAt(0) ?? 0) + 1;
  if (next >= 0xd800 && next <= 0xdfff) next = 0xe000;
  return next > 0x10ffff ? undefined : String.fromCodePoint(next);
};

/** A lower bound may sink, so a plain cut will do. */
export const lowerBoundText = (text: string): string =>
  Array.from(text).slice(0, BOUND_POINTS).join('');

/** An upper bound must not sink: its last code point is raised. Undefined when none can be. */
export const upperBoundText = (text: string): string | undefined => {
  const points = Array.from(text);
  if (points.length <= BOUND_POINTS) return text;
  for (let last = BOUND_POINTS - 1; last >= 0; last -= 1) {
    const raised = nextCodePoint(points[last]);
    if (raised !== undefined) return points.slice(0, last).join('') + raised;
  }
  return undefined;
};
