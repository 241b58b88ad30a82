import type { Scalar } from '../fields/value.ts';
import type { Comparison } from './expression.ts';

/**
 * Texts by their code points, which is the order of their UTF-8 bytes and DuckDB's; JavaScript's
 * own `<` goes by UTF-16 and puts U+1F4E6 before U+FF01.
 */
const compareTexts = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === length) return a.length - b.length;
  // The second half of a pair decides only when the first halves are equal: both are then low.
  return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
};

/** NaN equals itself and is larger than every other number, as in DuckDB. */
const compareNumbers = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Below, equal or above, of two values of one type. */
export const compareScalars = (a: Scalar, b: Scalar): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Whether an order of two values is the one that a comparison asks for. */
export const orderIs = (order: number, comparison: Comparison): boolean => {
  switch (comparison) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
};
