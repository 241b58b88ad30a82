import * as z from 'zod';
import { windowLimits } from './limits.ts';
import { mergeOrdered } from './merge-ordered.ts';

const Bins = z
  .array(z.tuple([z.number().int(), z.number().int().positive()]).readonly())
  .readonly();
type Bins = z.output<typeof Bins>;

/**
 * How many values lie in each of bins that are 2 % wide, by their size: the buckets of DDSketch
 * (Masson, Rim and Lee, 2019). Written here and not taken from `@datadog/sketches-js`, whose dense
 * stores hold counts as doubles and serialise as protocol buffers; these are whole numbers in plain
 * JSON, and two histograms of the same values are equal. Of more bins than the limit the lowest
 * become one: those kept are the highest of all values, so that order and parts make no difference.
 */
export const Histogram = z
  .object({ negative: Bins, zero: z.number().int().nonnegative(), positive: Bins })
  .readonly();
export type Histogram = z.output<typeof Histogram>;

const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

// Adding 0 turns -0 into 0.
const binOf = (size: number): number => Math.ceil(Math.log(size) / LOG_GAMMA) + 0;
/** No value of the bin is further from it than the error allowed. */
const sizeIn = (bin: number): number => (2 / (1 + 1 / GAMMA)) * Math.exp((bin - 1) * LOG_GAMMA);

/** A histogram of nothing. */
export const noValues: Histogram = { negative: [], zero: 0, positive: [] };

/** One value by itself. */
export const histogramOf = (value: number): Histogram => {
  if (value === 0) return { ...noValues, zero: 1 };
  const bins: Bins = [[binOf(Math.abs(value)), 1]];
  return value < 0 ? { ...noValues, negative: bins } : { ...noValues, positive: bins };
};

/** Many values at once. */
export const histogramOfAll = (values: readonly number[]): Histogram => {
  const bins = { negative: new Map<number, number>(), positive: new Map<number, number>() };
  let zero = 0;
  for (const value of values) {
    if (value === 0) {
      zero += 1;
      continue;
    }
    const own = value < 0 ? bins.negative : bins.positive;
    const bin = binOf(Math.abs(value));
    own.set(bin, (own.get(bin) ?? 0) + 1);
  }
  const inOrder = (own: ReadonlyMap<number, number>): Bins =>
    bothBins(
      [],
      [...own].sort(([one], [other]) => one - other),
    );
  return { negative: inOrder(bins.negative), zero, positive: inOrder(bins.positive) };
};

const bothBins = (a: Bins, b: Bins): Bins => {
  const bins = mergeOrdered(
    a,
    b,
    ([one], [other]) => one - other,
    ([bin, one], [, other]) => [bin, one + other] as const,
  );
  const kept = bins.slice(-windowLimits.quantileBinsMax);
  const [lowest] = kept;
  if (lowest === undefined || kept.length === bins.length) return bins;
  const below = bins.slice(0, -windowLimits.quantileBinsMax);
  const values = below.reduce((sum, [, each]) => sum + each, lowest[1]);
  return [[lowest[0], values], ...kept.slice(1)];
};

/** The values of both. */
export const bothOf = (a: Histogram, b: Histogram): Histogram => ({
  negative: bothBins(a.negative, b.negative),
  zero: a.zero + b.zero,
  positive: bothBins(a.positive, b.positive),
});

/** The value that this share of the others is at or below; null of no values. */
export const quantileIn = ({ negative, zero, positive }: Histogram, at: number): number | null => {
  const ascending = [
    ...negative.toReversed().map(([bin, values]) => [-sizeIn(bin), values] as const),
    ...(zero > 0 ? [[0, zero] as const] : []),
    ...positive.map(([bin, values]) => [sizeIn(bin), values] as const),
  ];
  const total = ascending.reduce((sum, [, values]) => sum + values, 0);
  const rank = Math.floor(at * (total - 1));
  let before = 0;
  for (const [value, values] of ascending) {
    before += values;
    if (before > rank) return value;
  }
  return null;
};
