import * as z from 'zod';
import { BigText } from './json.ts';

/**
 * A sum of whole numbers, decimals' digits or doubles without any rounding: `units` times two to
 * the power of `exponent`. Every finite double is such a number, so that the sum of many is the
 * same in whatever order they come and wherever they are added up. Shewchuk's partials are exact
 * as well, but one sum has many of them, and which ones depends on the order; of this there is one,
 * as `units` is odd or the sum is 0.
 */
export const ExactSum = z.object({ units: BigText, exponent: z.number().int() }).readonly();
export type ExactSum = z.output<typeof ExactSum>;

const WORD_BITS = 32;
const WORD = BigInt(WORD_BITS);
const WORD_MASK = (1n << WORD) - 1n;

const lowWordOf = (units: bigint): number => Number(units & WORD_MASK);

const normal = (units: bigint, exponent: number): ExactSum => {
  if (units === 0n) return noSum;
  let [rest, power, low] = [units, exponent, lowWordOf(units)];
  while (low === 0) {
    rest >>= WORD;
    power += WORD_BITS;
    low = lowWordOf(rest);
  }
  const zeros = WORD_BITS - 1 - Math.clz32(low & -low);
  return { units: rest >> BigInt(zeros), exponent: power + zeros };
};

/** The sum of nothing. */
export const noSum: ExactSum = { units: 0n, exponent: 0 };

const MANTISSA_BITS = 52n;
const EXPONENT_MASK = 0x7ff;
/** Of the last bit of a double whose exponent field is 1, and of those below it. */
const LEAST_EXPONENT = -1074;

/** One number by itself; throws on NaN and infinities, which no sum could take back. */
export const exactOf = (value: number | bigint): ExactSum => {
  if (typeof value === 'bigint') return normal(value, 0);
  if (Number.isSafeInteger(value)) return normal(BigInt(value), 0);
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be summed up`);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const field = Number(bits >> MANTISSA_BITS) & EXPONENT_MASK;
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n);
  const units = field === 0 ? fraction : fraction | (1n << MANTISSA_BITS);
  const exponent = LEAST_EXPONENT + Math.max(field, 1) - 1;
  return normal(value < 0 ? -units : units, exponent);
};

/** Doubles as whole numbers of this size: what is no whole number then is added by itself. */
const STEP_EXPONENT = -60;
const STEPS = 2 ** -STEP_EXPONENT;
/** Such numbers in two parts, each with room to add up a great many. */
const PART_BITS = 40;
const PART = 2 ** PART_BITS;
const STEPS_MAX = 2 ** (2 * PART_BITS);
/** As many parts as a double adds up without rounding. */
const PARTS_MAX = 2 ** (53 - PART_BITS);

/** Many at once: the same as one by one, and quicker where their last bits are not too small. */
export const sumOf = (values: readonly (number | bigint)[]): ExactSum => {
  let [whole, rest] = [0n, noSum];
  for (let from = 0; from < values.length; from += PARTS_MAX) {
    let [high, low] = [0, 0];
    for (const value of values.slice(from, from + PARTS_MAX)) {
      const steps = typeof value === 'bigint' ? Number.NaN : value * STEPS;
      if (Number.isInteger(steps) && Math.abs(steps) < STEPS_MAX) {
        const part = Math.floor(steps / PART);
        high += part;
        low += steps - part * PART;
      } else rest = plus(rest, exactOf(value));
    }
    whole += (BigInt(high) << BigInt(PART_BITS)) + BigInt(low);
  }
  return plus(rest, normal(whole, STEP_EXPONENT));
};

/** Both together. */
export const plus = (a: ExactSum, b: ExactSum): ExactSum => {
  if (a.units === 0n) return b;
  if (b.units === 0n) return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const unitsAt = (sum: ExactSum): bigint => sum.units << BigInt(sum.exponent - exponent);
  return normal(unitsAt(a) + unitsAt(b), exponent);
};

/** The first without the second. */
export const minus = (a: ExactSum, b: ExactSum): ExactSum =>
  plus(a, { units: -b.units, exponent: b.exponent });

/** Below 0, 0, or above 0 as the first is below, equal to or above the second. */
export const compareSums = (a: ExactSum, b: ExactSum): number => {
  const { units } = minus(a, b);
  if (units === 0n) return 0;
  return units < 0n ? -1 : 1;
};

/** The sum of whole numbers. */
export const wholeOf = ({ units, exponent }: ExactSum): bigint => units << BigInt(exponent);

/** More than a double holds, so that what is cut off only decides a tie. */
const KEPT_BITS = 64;

/** The nearest double, ties to even; a sum beyond the largest is infinite. */
export const nearestOf = ({ units, exponent }: ExactSum): number => {
  const size = units < 0n ? -units : units;
  const cut = Math.max(0, size.toString(2).length - KEPT_BITS);
  const kept = size >> BigInt(cut);
  const sticky = kept << BigInt(cut) === size ? 0n : 1n;
  // No exponent is below that of the least double, so that the product is exact where it is small.
  const nearest = Number(kept | sticky) * 2 ** (exponent + cut);
  return units < 0n ? -nearest : nearest;
};
