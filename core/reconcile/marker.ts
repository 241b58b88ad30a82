import * as z from 'zod';

/**
 * What reconcile walks through, in this order. Runs under way are no step of the walk: they are few
 * and urgent, so that every call looks at them.
 */
export const walkSteps = ['letters', 'landing', 'published', 'tables'] as const;
export type WalkStep = (typeof walkSteps)[number];

/** Where a walk goes on: in a step, behind what that step itself has called `after`. */
export const Marker = z.object({ step: z.enum(walkSteps), after: z.string().nullable() });
export type Marker = z.infer<typeof Marker>;

/** Where a walk begins. */
export const firstMarker: Marker = { step: walkSteps[0], after: null };

/** Behind a page: the next of its step, or the next step; null after the last. */
export const markerBehind = (step: WalkStep, next: string | null): Marker | null => {
  if (next !== null) return { step, after: next };
  const following = walkSteps[walkSteps.indexOf(step) + 1];
  return following === undefined ? null : { step: following, after: null };
};

/** The walk that scheduled calls share. `turn` grows with each move: of two movers one is first. */
export type Cursor = { readonly marker: Marker; readonly turn: number };
