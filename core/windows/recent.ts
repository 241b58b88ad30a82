import * as z from 'zod';
import { ExactSum } from './exact-sum.ts';
import { BigText } from './json.ts';
import { windowLimits } from './limits.ts';

/** One event that a velocity alert reckons with; what it adds to a sum, if anything. */
const Recent = z.object({ at: BigText, id: z.string(), amount: ExactSum.nullable() }).readonly();
export type Recent = z.output<typeof Recent>;

/**
 * The newest events of a span, by their time. One more than are reckoned with, which says that
 * there were too many: the newest of a union are the newest of the parts' newest.
 */
export const Recents = z.array(Recent).readonly();
export type Recents = z.output<typeof Recents>;

const byTime = (a: Recent, b: Recent): number => {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
};

/** The events of both, each once, the oldest first. */
export const recentOf = (a: Recents, b: Recents): Recents => {
  const events = new Map([...a, ...b].map((each) => [each.id, each]));
  return [...events.values()].sort(byTime).slice(-(windowLimits.velocityEventsMax + 1));
};
