import { digitsOf, type NumberType, numberOf, PRECISION_MAX } from '../expressions/value-type.ts';
import { duckType, type IcebergType, typeText } from '../iceberg-type.ts';
import type { KnownColumn } from './transform.ts';
import { scaleOf } from './typed.ts';

/**
 * Sums are reckoned in whole numbers of the smallest unit, cents for a price: exact, and so the
 * same in whatever order rows and threads come.
 */
const ROWS_MAX_DIGITS = 11;

/** A column, or what is to become one. */
type Numbers = Pick<KnownColumn, 'name' | 'type' | 'largest'>;

/** An exact number's type; undefined for a double; throws for what is no number. */
export const exactOrDouble = (what: string, column: Numbers): NumberType | undefined => {
  if (column.type === 'double') return undefined;
  const number = numberOf(column);
  if (number !== undefined) return number;
  throw new Error(`${what} needs numbers, and '${column.name}' is a ${typeText(column.type)}`);
};

/** The type of a sum of as many rows as a run can have; throws where it could overflow. */
export const sumType = (what: string, column: KnownColumn, rows = ROWS_MAX_DIGITS): string => {
  const number = exactOrDouble(what, column);
  if (number === undefined) return 'double';
  const { scale } = number;
  const digits = digitsOf(number) + rows;
  if (digits + scale + 1 > PRECISION_MAX) {
    throw new Error(
      `${what} of '${column.name}' can overflow: it needs ${digits} digits and ${scale} decimals, ` +
        `together at most ${PRECISION_MAX - 1}. Give the field a min and a max, or less precision`,
    );
  }
  return `decimal(${digits}, ${scale})`;
};

/** A number in units of its last decimal, as a HUGEINT. */
export const unscaledSql = (sql: string, type: IcebergType): string => {
  const scale = scaleOf(type);
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`;
  const unit = `CAST(1${'0'.repeat(scale)} AS DECIMAL(${scale + 1},0))`;
  return `CAST(${sql} * ${unit} AS HUGEINT)`;
};

/** The number of a type that so many units of its last decimal are. */
export const scaledSql = (sql: string, type: IcebergType): string => {
  const scale = scaleOf(type);
  if (scale === 0) return `CAST(${sql} AS ${duckType(type)})`;
  const [, precision] = /^decimal\((\d+), /.exec(typeText(type)) ?? [];
  const unit = `CAST('0.${'0'.repeat(scale - 1)}1' AS DECIMAL(${scale},${scale}))`;
  return `CAST(CAST(${sql} AS DECIMAL(${precision},0)) * ${unit} AS ${duckType(type)})`;
};

/** Whether numbers of the type pass through `unscaledSql` and back without an overflow. */
export const needUnits = (what: string, column: Numbers): void => {
  const number = exactOrDouble(what, column);
  if (number === undefined) return;
  const precision = Number(/^decimal\((\d+), /.exec(typeText(column.type))?.[1] ?? '19');
  if (precision + number.scale + 1 <= PRECISION_MAX) return;
  throw new Error(
    `${what} needs a decimal whose precision and scale are together at most ` +
      `${PRECISION_MAX - 1}; '${column.name}' is a ${typeText(column.type)}`,
  );
};

/** A whole number divided, rounded half to even. `below` is positive. */
export const divided = (above: bigint, below: bigint): bigint => {
  const size = above < 0n ? -above : above;
  const [whole, rest] = [size / below, (size % below) * 2n];
  const up = rest > below || (rest === below && whole % 2n === 1n);
  const rounded = whole + (up ? 1n : 0n);
  return above < 0n ? -rounded : rounded;
};

/** The same in SQL, over two HUGEINT expressions. */
export const dividedSql = (above: string, below: string): string => {
  const size = `abs(${above})`;
  const whole = `(${size} // ${below})`;
  const rest = `((${size} % ${below}) * 2)`;
  const up = `(${rest} > ${below} OR (${rest} = ${below} AND ${whole} % 2 = 1))`;
  return `(sign(${above})::HUGEINT * (${whole} + CASE WHEN ${up} THEN 1 ELSE 0 END))`;
};

/** A whole number divided, rounded down. `below` is positive. */
export const floored = (above: bigint, below: bigint): bigint =>
  (above - (((above % below) + below) % below)) / below;

/** The same in SQL. */
export const flooredSql = (above: string, below: string): string =>
  `((${above} - (((${above} % ${below}) + ${below}) % ${below})) // ${below})`;

/** A value of the row engine as one in units of its last decimal, and back. */
export const asNumber = (units: bigint, type: IcebergType): number | bigint =>
  type === 'int' ? Number(units) : units;

/** The power of ten that so many decimals are. */
export const tenTo = (decimals: number): bigint => 10n ** BigInt(decimals);

/** A share such as 0.05 in millionths; throws when it is none, or finer than that. */
export const millionths = (what: string, share: number): bigint => {
  const whole = Math.round(share * 1e6);
  if (share >= 0 && share <= 1 && Math.abs(share * 1e6 - whole) < 1e-6) return BigInt(whole);
  throw new Error(`${what}: ${share} is no share from 0 to 1 with at most six decimals`);
};
