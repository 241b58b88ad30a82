import type { Clip, ClipOutliers, Fill, FillFrom, FillPrevious, Winsorise } from './uses.ts';

type Within = { readonly within?: readonly string[] };

/** What stands in for a missing value: a constant, or what the other rows of a group have. */
type Filling =
  | { readonly with: string }
  | ({ readonly take: 'mean' | 'median' | 'mode' } & Within)
  | ({ readonly take: 'previous'; readonly orderBy: readonly string[] } & Within);

/** Fills a column where it is missing: `fill('country', { with: 'DE' })`. */
export const fill = (column: string, filling: Filling): Fill | FillFrom | FillPrevious => {
  if ('with' in filling) return { kind: 'fill', column, with: filling.with };
  const { within = [] } = filling;
  return filling.take === 'previous'
    ? { kind: 'fillPrevious', column, within, orderBy: filling.orderBy }
    : { kind: 'fillFrom', column, within, take: filling.take };
};

/** Where a column's values end. */
type Bounds =
  | { readonly min?: string; readonly max?: string }
  | ({ readonly quartiles: number } & Within)
  | ({ readonly deviations: number } & Within);

/**
 * Keeps a column within bounds: constant ones, so many quartile distances beyond the quartiles
 * (1.5 is usual), or so many standard deviations around the mean.
 */
export const clip = (column: string, bounds: Bounds): Clip | ClipOutliers => {
  if ('quartiles' in bounds) {
    const { quartiles: factor, within = [] } = bounds;
    return { kind: 'clipOutliers', column, by: 'quartiles', factor, within };
  }
  if ('deviations' in bounds) {
    const { deviations: factor, within = [] } = bounds;
    return { kind: 'clipOutliers', column, by: 'deviations', factor, within };
  }
  return { kind: 'clip', column, min: bounds.min, max: bounds.max };
};

/** Moves values beyond two quantiles to them: `{ lower: 0.01, upper: 0.99 }`. */
export const winsorise = (
  column: string,
  { lower, upper, within = [] }: { readonly lower: number; readonly upper: number } & Within,
): Winsorise => ({ kind: 'winsorise', column, lower, upper, within });
