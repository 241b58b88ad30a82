/** Runs that a robust comparison needs; with fewer, one odd run would be a third of the truth. */
export const historyRunsMin = 8;

/** How far a value lies from what earlier runs came to. */
export type Deviation = {
  readonly value: number;
  readonly median: number;
  /** Median of the distances from the median: one wild run does not move it. */
  readonly mad: number;
  /** Distance from the median in units that are a standard deviation where values are normal. */
  readonly deviations: number;
  /** Earlier runs compared with. */
  readonly runs: number;
};

/** Makes the median distance comparable with a standard deviation (Iglewicz and Hoaglin, 1993). */
const MAD_TO_DEVIATION = 1.4826;
/** No finding needs more, and JSON has no Infinity. */
const DEVIATIONS_MAX = 1_000_000;
/** DynamoDB holds no larger number, and none that is nearer to 0 than one by this. */
const MAGNITUDE_MAX = 1e120;

/** A number that every store can hold; the middle of none is 0. */
const storable = (value: number): number => {
  if (Number.isNaN(value) || Math.abs(value) < 1 / MAGNITUDE_MAX) return 0;
  return Math.min(Math.max(value, -MAGNITUDE_MAX), MAGNITUDE_MAX);
};

/** The middle value, or the mean of the two in the middle; 0 of none. */
export const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

/**
 * Compares a value with those of earlier runs; undefined with fewer than `historyRunsMin`. `floor`
 * is the least deviation taken as one: runs that were all the same would make any change endless.
 */
export const deviationOf = (
  found: number,
  earlier: readonly number[],
  floor: (median: number) => number,
): Deviation | undefined => {
  if (earlier.length < historyRunsMin) return undefined;
  const [value, before] = [storable(found), earlier.map(storable)];
  const median = storable(medianOf(before));
  const mad = storable(medianOf(before.map((each) => Math.abs(each - median))));
  const unit = Math.max(mad * MAD_TO_DEVIATION, floor(median), Number.MIN_VALUE);
  const deviations = Math.min(Math.abs(value - median) / unit, DEVIATIONS_MAX);
  return { value, median, mad, deviations: storable(deviations), runs: earlier.length };
};

/** The numbers of a finding. */
export const deviationNumbers = (found: Deviation, allowed: number) => ({
  ...found,
  threshold: allowed,
});

/** Short enough for a sentence, exact enough to be compared by eye. */
export const brief = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));

/** A finding's sentence, with everything that made it so. */
export const deviationText = (what: string, found: Deviation, allowed: number): string =>
  `${what} is ${brief(found.value)}; the median of ${found.runs} runs is ${brief(found.median)} ` +
  `(MAD ${brief(found.mad)}): ${found.deviations.toFixed(1)} deviations, ${allowed} are allowed`;

/** The problem of a limit in deviations that is none. */
export const deviationsProblem = (deviations: number): string | undefined =>
  deviations > 0 && Number.isFinite(deviations)
    ? undefined
    : `deviations is ${deviations}; allowed is a number above 0`;
