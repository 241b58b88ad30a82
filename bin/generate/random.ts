/** Numbers that look random and are the same on every machine for the same seed. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  pick<const T>(list: readonly [T, ...T[]]): T;
};

/**
 * mulberry32: 32 bits of state, integer arithmetic only. Math.random has no seed, and a file that
 * cannot be made again cannot be checked against what was planted in it.
 */
export const seededRandom = (seed: number): Random => {
  // The golden ratio's bits: neighbouring seeds must not start in neighbouring states.
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <const T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];
  return { next, below, pick };
};
