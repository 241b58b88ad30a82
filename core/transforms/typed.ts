import { textOfDays } from '../calendar.ts';
import { compareScalars } from '../expressions/compare.ts';
import { constantIn, constantLike } from '../expressions/value-type.ts';
import { classifications } from '../fields/field.ts';
import type { Scalar, Value } from '../fields/value.ts';
import { duckType, type IcebergType, typeText } from '../iceberg-type.ts';
import { literal } from '../sql.ts';
import type { KnownColumn } from './transform.ts';

/** A value that may stand beside others, where no list or struct does. */
export const scalar = (value: Value | null | undefined): Scalar | null => {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  throw new Error('a step met a list or struct where its column has plain values');
};

/** By the order of DuckDB; a missing value comes last. */
export const compareValues = (a: Value | null | undefined, b: Value | null | undefined): number => {
  const [one, other] = [scalar(a), scalar(b)];
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return compareScalars(one, other);
};

/** True where DuckDB says IS NOT DISTINCT FROM. */
export const sameValue = (a: Value | null | undefined, b: Value | null | undefined): boolean =>
  compareValues(a, b) === 0;

/**
 * The UTC clock of a TIMESTAMPTZ, by its epoch: DuckDB's own way goes through ICU, which takes
 * 400 ms instead of 24 for the months of a million rows, and depends on the session's zone.
 */
export const utcOf = (timestampSql: string): string => `make_timestamp(epoch_us(${timestampSql}))`;

const isDecimal = (type: string): boolean => type.startsWith('decimal');

/** Types whose values can be compared, and equal ones told from different ones. */
const ORDERED = ['string', 'int', 'long', 'double', 'boolean', 'date', 'time', 'timestamptz'];
/** Whether values of the type have an order. */
export const isOrdered = (type: IcebergType): boolean =>
  typeof type === 'string' &&
  (ORDERED.includes(type) || type === 'timestamp' || type === 'uuid' || isDecimal(type));

/** Refuses a column that has no order, such as a list, with the step's own words. */
export const needOrder = (what: string, { name, type }: KnownColumn): void => {
  if (isOrdered(type)) return;
  throw new Error(`${what} compares values, and '${name}' is a ${typeText(type)}`);
};

/** Refuses what cannot be a group: doubles that look equal may differ in a digit nobody sees. */
export const needGroup = (what: string, { name, type }: KnownColumn): void => {
  if (isOrdered(type) && type !== 'double') return;
  throw new Error(`${what} groups by equal values, and '${name}' is a ${typeText(type)}`);
};

const MICROS = "'%Y-%m-%dT%H:%M:%S.%f'";

/** A value as text, in SQL; the same text as `textOfValue` gives. */
export const textSql = (sql: string, type: IcebergType): string => {
  switch (type) {
    case 'timestamptz':
      return `(strftime(${utcOf(sql)}, ${MICROS}) || 'Z')`;
    case 'timestamp':
      return `strftime(${sql}, ${MICROS})`;
    case 'time':
      return `strftime(make_timestamp(epoch_us(${sql})), '%H:%M:%S.%f')`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
};

/** Refuses a column whose values have no text. */
export const needText = (what: string, { name, type }: KnownColumn): void => {
  if (isOrdered(type)) return;
  throw new Error(`${what} writes values as text, and '${name}' is a ${typeText(type)}`);
};

const DAY_MICROS = 86_400_000_000n;

const two = (value: bigint): string => String(value).padStart(2, '0');

const clockOf = (micros: bigint): string => {
  const seconds = micros / 1_000_000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  return `${clock}.${String(micros % 1_000_000n).padStart(6, '0')}`;
};

const instantText = (micros: bigint): string => {
  const inDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  return `${textOfDays(Number((micros - inDay) / DAY_MICROS))}T${clockOf(inDay)}`;
};

const decimalText = (unscaled: bigint, scale: number): string => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
};

/** The shortest digits that are the number again, spelt as DuckDB spells them. */
const doubleText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.padEnd(power + 1, '0');
  return `${sign}${whole.slice(0, power + 1)}.${whole.slice(power + 1) || '0'}`;
};

/** A value as text, in the row engine; `constantIn` of its type reads it again. */
export const textOfValue = (value: Scalar, type: IcebergType): string => {
  const plain = typeText(type);
  if (isDecimal(plain)) return decimalText(BigInt(value), scaleOf(type));
  switch (plain) {
    case 'double':
      return doubleText(Number(value));
    case 'date':
      return textOfDays(Number(value));
    case 'time':
      return clockOf(BigInt(value));
    case 'timestamp':
      return instantText(BigInt(value));
    case 'timestamptz':
      return `${instantText(BigInt(value))}Z`;
    default:
      return String(value);
  }
};

/** Digits behind the point of a decimal; none for every other type. */
export const scaleOf = (type: IcebergType): number =>
  Number(/^decimal\(\d+, (\d+)\)$/.exec(typeText(type))?.[1] ?? '0');

/** A constant of a column's type, in both engines; throws with an example when it is none. */
export const constantOf = (text: string, { name, type }: KnownColumn, what: string) => {
  const plain = typeText(type);
  const value = constantIn(text, plain);
  if (value === undefined) {
    const like = constantLike(plain);
    const next = like === undefined ? 'no constant can be one' : `write it like ${like}`;
    throw new Error(`${what}: '${text}' is no ${plain}, which '${name}' is; ${next}`);
  }
  return { value, sql: `CAST(${literal(text)} AS ${duckType(type)})` };
};

/** As secret as the most secret source, and as revealing as each that is published masked. */
export const secrecyOf = (
  sources: readonly KnownColumn[],
): Pick<KnownColumn, 'classification' | 'revealing'> => {
  const classification = classifications.findLast((level) =>
    sources.some((source) => source.classification === level),
  );
  const revealing = sources.flatMap((source) => revealedBy(source) ?? [])[0];
  return { classification, ...(revealing === undefined ? {} : { revealing }) };
};

/** The masked column whose plain values a column holds. */
export const revealedBy = ({ mask, name, revealing }: KnownColumn): string | undefined =>
  mask === undefined ? revealing : name;

/** A column computed from others: there when all of them are. */
export const madeFrom = (
  use: { readonly column: string; readonly description?: string | undefined },
  sources: readonly KnownColumn[],
): Omit<KnownColumn, 'type'> => ({
  name: use.column,
  required: sources.every((source) => source.required),
  doc: use.description,
  ...secrecyOf(sources),
});

/** The same columns with one of them replaced. */
export const replaced = (
  columns: readonly KnownColumn[],
  name: string,
  change: (column: KnownColumn) => KnownColumn,
): readonly KnownColumn[] =>
  columns.map((column) => (column.name === name ? change(column) : column));
