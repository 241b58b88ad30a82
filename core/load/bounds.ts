import { Buffer } from 'node:buffer';
import { fromText, lowerBoundText, toBytes, upperBoundText } from './values.ts';

/** Which end of a column's values a bound is. */
export type Side = 'lower' | 'upper';

/** Bytes that a binary bound keeps; of texts it is as many code points. */
const BOUND_BYTES = 16;

/**
 * A statistic of DuckDB as Iceberg's bound. Undefined where there is none to be given: readers
 * order UUIDs in two ways (Java by signed halves, others by bytes), so a bound that is right for
 * one hides rows from the other.
 */
export const boundBytes = (type: string, text: string | undefined, side: Side) => {
  if (text === undefined || type === 'uuid') return undefined;
  if (type === 'string') {
    const bound = side === 'lower' ? lowerBoundText(text) : upperBoundText(text);
    return bound === undefined ? undefined : toBytes(type, bound);
  }
  const value = fromText(type, text);
  if (value === null || Number.isNaN(value)) return undefined;
  if (value === 0 && (type === 'double' || type === 'float')) return toBytes(type, zero(side));
  const bytes = toBytes(type, value);
  return type === 'binary' ? binaryBound(bytes, side) : bytes;
};

/** Iceberg orders -0 before 0, Parquet's writers take either for both: the wider one is right. */
const zero = (side: Side): number => (side === 'lower' ? -0 : 0);

const binaryBound = (bytes: Buffer, side: Side): Buffer | undefined => {
  if (bytes.length <= BOUND_BYTES) return bytes;
  const cut = Buffer.from(bytes.subarray(0, BOUND_BYTES));
  return side === 'lower' ? cut : raised(cut);
};

/** An upper bound must not sink: its last byte that can be raised is. */
const raised = (bytes: Buffer): Buffer | undefined => {
  const last = bytes.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  bytes[last] = (bytes[last] ?? 0) + 1;
  return bytes.subarray(0, last + 1);
};
