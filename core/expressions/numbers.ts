import { list } from '../sql.ts';
import { type Compiled, named, scalarOf } from './compiled.ts';
import type { Arithmetic } from './expression.ts';
import {
  decimalOf,
  digitsOf,
  duckTypeOf,
  type NumberType,
  numberOf,
  PRECISION_MAX,
} from './value-type.ts';

/** DuckDB reckons with decimals of up to so many digits in 64 bits. */
const NARROW_DIGITS = 18;

const power = (scale: number): bigint => 10n ** BigInt(scale);

const largestOf = (op: Arithmetic, a: NumberType, b: NumberType): NumberType => {
  if (op === 'times') return { scale: a.scale + b.scale, largest: a.largest * b.largest };
  const scale = Math.max(a.scale, b.scale);
  const largest = a.largest * power(scale - a.scale) + b.largest * power(scale - b.scale);
  return { scale, largest };
};

const exact = (side: Compiled, what: string): NumberType => {
  const number = numberOf(side);
  if (number !== undefined) return number;
  throw new Error(`${what} needs integers and decimals, and ${named(side)} is none`);
};

/**
 * Each side as a decimal that is wide enough, so that no row can fail the query. Of two narrow
 * decimals DuckDB makes a result of at most 18 digits; where that is too few, one side is widened.
 */
const sidesSql = (op: Arithmetic, a: NumberType, b: NumberType, all: NumberType) => {
  if (op === 'times') {
    const [forA, forB] = [digitsOf(a), digitsOf(b)];
    const widthOfA = forA + forB > NARROW_DIGITS ? Math.max(forA, NARROW_DIGITS + 1) : forA;
    return [`DECIMAL(${widthOfA},${a.scale})`, `DECIMAL(${forB},${b.scale})`];
  }
  const wide = duckTypeOf(decimalOf(all));
  return [wide, wide];
};

const signs = { plus: '+', minus: '-', times: '*' } as const;

const compute = (op: Arithmetic, a: bigint, b: bigint): bigint => {
  if (op === 'times') return a * b;
  return op === 'plus' ? a + b : a - b;
};

/** A sum, difference or product: refused when a row of the columns' types could overflow it. */
export const arithmeticOf = (
  op: Arithmetic,
  text: string,
  left: Compiled,
  right: Compiled,
): Compiled => {
  const [a, b] = [exact(left, op), exact(right, op)];
  const all = largestOf(op, a, b);
  if (digitsOf(all) > PRECISION_MAX) {
    throw new Error(
      `${text} can overflow: it reaches ${digitsOf(all)} digits, and ${PRECISION_MAX} are held ` +
        'exactly. Declare its fields with less precision',
    );
  }
  const type = decimalOf(all);
  const [castA, castB] = sidesSql(op, a, b, all);
  const [timesA, timesB] =
    op === 'times' ? [1n, 1n] : [power(all.scale - a.scale), power(all.scale - b.scale)];
  return {
    text,
    type,
    largest: all.largest,
    evaluate: (row) => {
      const [one, other] = [scalarOf(left.evaluate(row)), scalarOf(right.evaluate(row))];
      if (one === null || other === null) return null;
      return compute(op, BigInt(one) * timesA, BigInt(other) * timesB);
    },
    toSql: (columnSql) =>
      `CAST(CAST(${left.toSql(columnSql)} AS ${castA}) ${signs[op]} ` +
      `CAST(${right.toSql(columnSql)} AS ${castB}) AS ${duckTypeOf(type)})`,
  };
};

/** A number without its sign; as a decimal, since an INTEGER's smallest has no opposite. */
export const absOf = (text: string, of: Compiled): Compiled => {
  const number = exact(of, 'abs');
  const type = decimalOf(number);
  return {
    text,
    type,
    largest: number.largest,
    evaluate: (row) => {
      const value = scalarOf(of.evaluate(row));
      if (value === null) return null;
      const whole = BigInt(value);
      return whole < 0n ? -whole : whole;
    },
    toSql: (columnSql) => `abs(CAST(${of.toSql(columnSql)} AS ${duckTypeOf(type)}))`,
  };
};

/** Numbers brought to one scale, so that they can be compared exactly. */
export const alignNumbers = (text: string, parts: readonly Compiled[]): readonly Compiled[] => {
  const numbers = parts.map((part) => exact(part, text));
  const scale = Math.max(...numbers.map((number) => number.scale));
  const scaled = numbers.map(({ scale: own, largest }) => largest * power(scale - own));
  const largest = scaled.reduce((a, b) => (a > b ? a : b));
  if (digitsOf({ scale, largest }) > PRECISION_MAX) {
    throw new Error(
      `${text} needs ${digitsOf({ scale, largest })} digits to compare ` +
        `${list(parts.map(named))}, and ${PRECISION_MAX} are held exactly. Declare them with less precision`,
    );
  }
  const type = commonType(parts, { scale, largest });
  return parts.map((part, index) => {
    const factor = power(scale - (numbers[index]?.scale ?? 0));
    return {
      ...part,
      type,
      evaluate: (row) => {
        const value = scalarOf(part.evaluate(row));
        return value === null ? null : BigInt(value) * factor;
      },
      toSql: (columnSql) =>
        part.type === type
          ? part.toSql(columnSql)
          : `CAST(${part.toSql(columnSql)} AS ${duckTypeOf(type)})`,
    };
  });
};

/** A type that one of them has, where it holds them all: that one then needs no cast. */
const commonType = (parts: readonly Compiled[], all: NumberType): string => {
  if (parts.every(({ type }) => type === 'int')) return 'int';
  if (parts.every(({ type }) => type === 'int' || type === 'long')) return 'long';
  for (const { type } of parts) {
    const held = numberOf({ type });
    if (typeof type !== 'string' || !type.startsWith('decimal')) continue;
    if (held?.scale === all.scale && held.largest >= all.largest) return type;
  }
  return decimalOf(all);
};
