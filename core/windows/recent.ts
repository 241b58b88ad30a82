import * as z from 'zod';
import { ExactSum } from './exact-sum.ts';
import { BigText } from './json.ts';
import { windowLimits } from './limits.ts';
import { ascending, mergeOrdered } from './merge-ordered.ts';

/** One event that a velocity alert reckons with; what it adds to a sum, if anything. */
const Recent = z.object({ at: BigText, id: z.string(), amount: ExactSum.nullable() }).readonly();
export type Recent = z.output<typeof Recent>;

/**
 * The newest events of a span, by their time. One more than are reckoned with, which says that
 * there were too many: the newest of a union are the newest of the parts' newest.
 */
export const Recents = z.array(Recent).readonly();
export type Recents = z.output<typeof Recents>;

/** The events of both, each once, the oldest first. */
export const recentOf = (a: Recents, b: Recents): Recents =>
  mergeOrdered(
    a,
    b,
    (one, other) => ascending(one.at, other.at) || ascending(one.id, other.id),
    (event) => event,
  ).slice(-(windowLimits.velocityEventsMax + 1));
