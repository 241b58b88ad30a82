import * as z from 'zod';
import { compareScalars } from '../expressions/compare.ts';
import type { Scalar } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import { type BoundRule, type BoundVelocity, RECENT } from './bound-rule.ts';
import { cellsOf } from './cells.ts';
import type { WindowEvent } from './event.ts';
import { compareSums, exactOf, minus, nearestOf, noSum, plus, wholeOf } from './exact-sum.ts';
import { BigText, Group, ScalarJson } from './json.ts';
import { windowLimits } from './limits.ts';
import { groupKey, type Pane, panesIn, totalOf } from './pane.ts';
import type { Recent } from './recent.ts';
import { paneAt, type Span } from './span.ts';

/** One thing that somebody should look at now. */
export const Alert = z
  .object({
    /** A hash of what it is about: who publishes each id once publishes each alert once. */
    id: z.string(),
    rule: z.string(),
    alert: z.string(),
    group: Group,
    /** The event that went over the limit: its id, and its time in microseconds. */
    event: z.string(),
    at: BigText,
    /** What was found; null of more events than are added up. */
    found: ScalarJson,
  })
  .readonly();
export type Alert = z.output<typeof Alert>;

/** An alert as JSON. */
export const encodeAlert = (alert: Alert): z.input<typeof Alert> => z.encode(Alert, alert);

const ID_DIGITS = 32;
const idOf = (...parts: readonly string[]): string =>
  sha256(JSON.stringify(parts)).slice(0, ID_DIGITS);

/** Events whose values are out of bounds. */
export const thresholdAlerts = (
  { rule, thresholds }: BoundRule,
  events: readonly WindowEvent[],
): readonly Alert[] =>
  thresholds.flatMap(({ alert, above, below }) =>
    events.flatMap(({ id, at, group, values }) => {
      const found = values[alert.of] ?? null;
      if (found === null || typeof found === 'object') return [];
      const isAbove = above !== null && compareScalars(found, above) > 0;
      const isBelow = below !== null && compareScalars(found, below) < 0;
      if (!isAbove && !isBelow) return [];
      const about = { rule: rule.name, alert: alert.name, group };
      return [{ id: idOf(rule.name, alert.name, id), ...about, event: id, at, found }];
    }),
  );

/** The spans of the alert that lie before, around and behind an event. */
export const spansAround = ({ series }: BoundVelocity, at: bigint) => {
  const around = paneAt(series.window, at);
  const length = around.end - around.start;
  return {
    before: { start: around.start - length, end: around.start },
    around,
    behind: { start: around.end, end: around.end + length },
  };
};

type Excess = { readonly event: Recent; readonly found: Scalar | null };

/** What the events of a span come to, when that is too much. */
const excessOf = (
  { alert, series, above }: BoundVelocity,
  events: number,
  sum: typeof noSum,
): { readonly found: Scalar | null } | undefined => {
  if (alert.limit.kind === 'events') return events > above ? { found: BigInt(events) } : undefined;
  if (events > windowLimits.velocityEventsMax) return { found: null };
  if (compareSums(sum, exactOf(above)) <= 0) return undefined;
  return { found: series.measures[RECENT]?.scale === null ? nearestOf(sum) : wholeOf(sum) };
};

/**
 * The first event from `since` on that ends a span with too much in it. The span of an event
 * reaches back from it, and holds all that is less than its length older.
 */
const firstExcess = (
  velocity: BoundVelocity,
  events: readonly Recent[],
  { start: since, end }: Span,
): Excess | undefined => {
  const length = end - since;
  let [oldest, sum] = [0, noSum];
  for (const [at, event] of events.entries()) {
    sum = plus(sum, event.amount ?? noSum);
    for (let first = events[oldest]; first !== undefined; first = events[oldest]) {
      if (first.at > event.at - length) break;
      sum = minus(sum, first.amount ?? noSum);
      oldest += 1;
    }
    const excess = event.at < since ? undefined : excessOf(velocity, at - oldest + 1, sum);
    if (excess !== undefined) return { event, ...excess };
  }
  return undefined;
};

const recentIn = (
  { series }: BoundVelocity,
  group: Group,
  span: Span,
  panes: readonly Pane[],
): readonly Recent[] => {
  const found = totalOf(series, panesIn(series, group, span, panes))[RECENT];
  return found?.kind === 'recent' ? found.events : [];
};

/**
 * Groups that are too fast. Time is cut into pieces as long as the span, and there is one alert for
 * each piece in which a span with too much in it ends: a thousand events too many are one alert. An
 * event that comes late can complete the span of a later one, so that the piece behind it is looked
 * at too. With amounts that are never negative, which pieces these are is independent of the order.
 */
export const velocityAlerts = (
  { rule }: BoundRule,
  velocity: BoundVelocity,
  panes: readonly Pane[],
  events: readonly WindowEvent[],
): readonly Alert[] => {
  const pieces = new Map<string, { readonly group: Group; readonly span: Span }>();
  for (const { group, span: own } of cellsOf(velocity.series.window, events)) {
    const key = groupKey(group);
    const { around, behind } = spansAround(velocity, own.start);
    for (const span of [around, behind]) pieces.set(`${key}/${span.start}`, { group, span });
  }
  return [...pieces].flatMap(([key, { group, span }]) => {
    const { before } = spansAround(velocity, span.start);
    const found = [before, span].flatMap((each) => recentIn(velocity, group, each, panes));
    const excess = firstExcess(velocity, found, span);
    if (excess === undefined) return [];
    const about = { rule: rule.name, alert: velocity.alert.name, group };
    const { event } = excess;
    const id = idOf(velocity.series.id, key);
    return [{ id, ...about, event: event.id, at: event.at, found: excess.found }];
  });
};
