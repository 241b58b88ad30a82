import { daysOfText } from '../calendar.ts';
import type { Scalar } from '../fields/value.ts';
import type { IcebergType } from '../iceberg-type.ts';

/** Digits that DuckDB and Iceberg hold exactly. */
export const PRECISION_MAX = 38;

/** What is known of a value before any row is read. */
export type ValueType = {
  readonly type: IcebergType;
  /** Largest absolute value of a number, unscaled: 9.99 of a decimal(3, 2) is 999. */
  readonly largest?: bigint | undefined;
};

/** Numbers that are reckoned with exactly: int, long and decimals. */
export type NumberType = { readonly scale: number; readonly largest: bigint };

const DECIMAL = /^decimal\((\d+), (\d+)\)$/;
const NUMBER = /^-?(\d+)(?:\.(\d+))?$/;
const INT_LARGEST = 2n ** 31n;
const LONG_LARGEST = 2n ** 63n;

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Digits of the largest value of a number. */
export const digitsOf = ({ scale, largest }: NumberType): number =>
  Math.max(largest.toString().length, scale, 1);

/** The type of a decimal that holds all such numbers. */
export const decimalOf = (number: NumberType): string =>
  `decimal(${digitsOf(number)}, ${number.scale})`;

/** Scale and bound of an exact number; undefined for every other type. */
export const numberOf = ({ type, largest }: ValueType): NumberType | undefined => {
  if (type === 'int') return { scale: 0, largest: largest ?? INT_LARGEST };
  if (type === 'long') return { scale: 0, largest: largest ?? LONG_LARGEST };
  const [, precision, scale] = typeof type === 'string' ? (DECIMAL.exec(type) ?? []) : [];
  if (precision === undefined) return undefined;
  return { scale: Number(scale), largest: largest ?? 10n ** BigInt(precision) - 1n };
};

/** The narrowest type of a number written in plain digits; undefined where there is none. */
export const numberType = (text: string): string | undefined => {
  const [, whole, decimals = ''] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const number = { scale: decimals.length, largest: BigInt(whole + decimals) };
  if (number.scale === 0 && number.largest < INT_LARGEST) return 'int';
  return digitsOf(number) <= PRECISION_MAX ? decimalOf(number) : undefined;
};

const numberIn = (text: string, { scale, largest }: NumberType): bigint | undefined => {
  const [, whole, decimals = ''] = NUMBER.exec(text) ?? [];
  if (whole === undefined || decimals.length > scale) return undefined;
  const unscaled = BigInt(whole + decimals.padEnd(scale, '0'));
  if (unscaled > largest) return undefined;
  return text.startsWith('-') ? -unscaled : unscaled;
};

const DAY = /^\d{4}-\d\d-\d\d$/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/;
const DAY_MICROS = 86_400_000_000n;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DOUBLE = /^-?\d{1,300}(\.\d{1,300})?(e[+-]?\d{1,2})?$/;

const dayIn = (text: string): number | undefined =>
  DAY.test(text) && text >= '0001' ? daysOfText(text) : undefined;

const timeIn = (text: string): bigint | undefined => {
  const [, hour, minute, second, fraction = ''] = CLOCK.exec(text) ?? [];
  if (hour === undefined) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

const instantIn = (text: string): bigint | undefined => {
  const [day, time] = [dayIn(text.slice(0, 10)), timeIn(text.slice(11))];
  if (day === undefined || time === undefined || text[10] !== 'T') return undefined;
  return BigInt(day) * DAY_MICROS + time;
};

/** How a constant of each type is written, and what it is worth. */
const readers: Readonly<
  Record<string, { readonly like: string; readonly read: (text: string) => Scalar | undefined }>
> = {
  string: {
    like: 'any text without a NUL character',
    read: (text) => (text.isWellFormed() && !text.includes('\0') ? text : undefined),
  },
  boolean: {
    like: 'true or false',
    read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  },
  double: { like: '0.5', read: (text) => (DOUBLE.test(text) ? Number(text) + 0 : undefined) },
  date: { like: '2024-12-31', read: dayIn },
  time: { like: '23:59:59', read: timeIn },
  timestamptz: {
    like: '2024-12-31T23:59:59Z',
    read: (text) => (text.endsWith('Z') ? instantIn(text.slice(0, -1)) : undefined),
  },
  timestamp: { like: '2024-12-31T23:59:59', read: instantIn },
  uuid: {
    like: '00000000-0000-4000-8000-000000000000',
    read: (text) => (UUID.test(text) ? text : undefined),
  },
};

/** The value of a constant; undefined when the text is none of the type. */
export const constantIn = (text: string, type: string): Scalar | undefined => {
  const number = numberOf({ type });
  if (number === undefined) return readers[type]?.read(text);
  // Two's complement: only the negative end is a value, and nobody writes it.
  const whole = type === 'int' || type === 'long';
  const unscaled = numberIn(text, whole ? { ...number, largest: number.largest - 1n } : number);
  return unscaled !== undefined && type === 'int' ? Number(unscaled) : unscaled;
};

/** An example of a constant, for messages; undefined for types that have none. */
export const constantLike = (type: string): string | undefined =>
  numberOf({ type }) === undefined ? readers[type]?.like : '9.99';

/** A constant's type, with its own size as the bound of a number. */
export const constantType = (type: string, constant: Scalar): ValueType =>
  numberOf({ type }) === undefined ? { type } : { type, largest: magnitude(BigInt(constant)) };

const duckTypes: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamptz: 'TIMESTAMPTZ',
  timestamp: 'TIMESTAMP',
  uuid: 'UUID',
};

/** The type's name in DuckDB. */
export const duckTypeOf = (type: string): string => {
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  if (precision !== undefined) return `DECIMAL(${precision},${scale})`;
  const known = duckTypes[type];
  if (known !== undefined) return known;
  throw new Error(`no DuckDB type for '${type}'`);
};
