import type { Scalar } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import { scalarText } from './json.ts';
import { windowLimits } from './limits.ts';
import { ascending, mergeOrdered } from './merge-ordered.ts';

/**
 * The smallest hashes of the values, in order (a KMV sketch, "k minimum values"). One more than are
 * counted exactly: when it is full there were too many, and how densely the smallest lie tells how
 * many. The smallest of a union are the smallest of the parts' smallest, so that order, repeats and
 * parts make no difference.
 */
export type Hashes = readonly string[];

const HASHES_MAX = windowLimits.distinctExactMax + 1;
/** 64 bits: of a million different values the chance that two are taken for one is 1 in 10^7. */
const HASH_DIGITS = 16;
const HASH_SPACE = 2 ** 64;

/** One value by itself. */
export const hashesOf = (value: Scalar): Hashes => [
  sha256(scalarText(value)).slice(0, HASH_DIGITS),
];

/** Many values at once. */
export const hashesOfAll = (values: readonly Scalar[]): Hashes =>
  [...new Set([...new Set(values)].flatMap(hashesOf))].sort(ascending).slice(0, HASHES_MAX);

/** The values of both. */
export const unionOf = (a: Hashes, b: Hashes): Hashes =>
  mergeOrdered(a, b, ascending, (hash) => hash).slice(0, HASHES_MAX);

/** How many values: exact up to the limit, estimated above. */
export const distinctCount = (hashes: Hashes): bigint => {
  const last = hashes[HASHES_MAX - 1];
  if (last === undefined) return BigInt(hashes.length);
  const share = Number(BigInt(`0x${last}`)) / HASH_SPACE;
  return BigInt(Math.round((HASHES_MAX - 1) / share));
};
