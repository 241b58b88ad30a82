import type { EpochMs } from '../ids.ts';
import { compareSequences } from '../stream/sequence.ts';
import { advanceSeries } from './advance-series.ts';
import { type Alert, spansAround, thresholdAlerts, velocityAlerts } from './alerts.ts';
import type { BoundRule } from './bound-rule.ts';
import { cellsOf, spansOf } from './cells.ts';
import { microsOf } from './duration.ts';
import type { WindowEvent } from './event.ts';
import type { Group } from './json.ts';
import { groupText, type Pane } from './pane.ts';
import type { ShardState } from './shard-state.ts';
import { hullOf, type Span } from './span.ts';

/** An event that came behind its shard's watermark. It is in its window all the same. */
export type LateEvent = {
  readonly id: string;
  /** How far behind, in microseconds. */
  readonly behind: bigint;
  /** Whether that is more than the rule allows. */
  readonly tooLate: boolean;
};

/** An event that is ahead of the clock by more than the rule allows. It is in its window, too. */
export type FutureEvent = {
  readonly id: string;
  /** How far ahead of the clock, in microseconds. */
  readonly ahead: bigint;
};

/**
 * What one batch of a shard comes to. Write the panes, remove what is to be removed, tell the rest,
 * each of which may be done twice; then write the shard's state on the condition that nobody else
 * did. Who crashes in between is given the same events again, and comes to the same.
 */
export type Step = {
  readonly shard: ShardState;
  readonly put: readonly Pane[];
  readonly remove: readonly Pane[];
  readonly late: readonly LateEvent[];
  readonly future: readonly FutureEvent[];
  readonly alerts: readonly Alert[];
};

/** Panes that a step has to see: those of a series and group that lie in a span, even in part. */
export type Need = {
  readonly series: string;
  readonly group: Group;
  readonly span: Span;
  /** Of the shard itself, or also what the others know; those are only looked at. */
  readonly of: 'shard' | 'stream';
};

/** What must be loaded before `advanceShard`. */
export const neededPanes = (
  { series, velocities }: BoundRule,
  events: readonly WindowEvent[],
): readonly Need[] => {
  const own = cellsOf(series.window, events).flatMap((cell) =>
    spansOf(series.window, cell).map(
      (span): Need => ({ series: series.id, group: cell.group, span, of: 'shard' }),
    ),
  );
  const others = velocities.flatMap((velocity) =>
    cellsOf(velocity.series.window, events).map(({ group, span: { start } }): Need => {
      const { before, behind } = spansAround(velocity, start);
      return { series: velocity.series.id, group, span: hullOf(before, behind), of: 'stream' };
    }),
  );
  return [...own, ...others];
};

/** Events that the shard has not taken yet, each once, by their sequence numbers. */
const freshEvents = (
  { checkpoint }: ShardState,
  events: readonly WindowEvent[],
): readonly WindowEvent[] => {
  const ordered = areInOrder(events) ? events : inOrder(events);
  if (checkpoint === null) return ordered;
  const first = ordered.findIndex(({ sequence }) => compareSequences(sequence, checkpoint) > 0);
  return first < 0 ? [] : ordered.slice(first);
};

/** As a shard usually brings them: each record behind the one before, and of one row each. */
const areInOrder = (events: readonly WindowEvent[]): boolean =>
  events.every(({ sequence }, at) => {
    const before = events[at - 1];
    return before === undefined || compareSequences(before.sequence, sequence) < 0;
  });

const inOrder = (events: readonly WindowEvent[]): readonly WindowEvent[] => {
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()].sort((a, b) => compareSequences(a.sequence, b.sequence));
};

type Timed = Pick<Step, 'shard' | 'late' | 'future'>;

/**
 * The watermark, event by event, so that it is the same however they come in batches: the latest
 * event time so far. An event ahead of the clock moves none: one wrong clock among the senders
 * would close every window, and make everybody else late.
 */
const timed = (
  { rule }: BoundRule,
  before: ShardState,
  events: readonly WindowEvent[],
  now: EpochMs,
): Timed => {
  const latest = microsOf(now + rule.futureLimitMs);
  const late: LateEvent[] = [];
  const future: FutureEvent[] = [];
  let { watermark } = before;
  for (const { id, at } of events) {
    const behind = watermark === null ? 0n : watermark - at;
    if (at > latest) future.push({ id, ahead: at - microsOf(now) });
    else if (behind > 0n)
      late.push({ id, behind, tooLate: behind > microsOf(rule.allowedLatenessMs) });
    else watermark = at;
  }
  const last = events.at(-1);
  const shard: ShardState = {
    ...before,
    checkpoint: last === undefined ? before.checkpoint : BigInt(last.sequence).toString(),
    watermark,
    // A shard that only brings events ahead of the clock says nothing about the time it is at.
    seenAt: events.length > future.length ? now : before.seenAt,
    events: before.events + events.length,
    late: before.late + late.length,
    tooLate: before.tooLate + late.filter(({ tooLate }) => tooLate).length,
    future: before.future + future.length,
  };
  return { shard, late, future };
};

const after = (loaded: readonly Pane[], { put, remove }: Pick<Step, 'put' | 'remove'>) => {
  const textOf = ({ series, shard, group, start }: Pane): string =>
    `${series}/${shard}/${start}/${groupText(group)}`;
  const panes = new Map(loaded.map((pane) => [textOf(pane), pane]));
  for (const pane of remove) panes.delete(textOf(pane));
  for (const pane of put) panes.set(textOf(pane), pane);
  return [...panes.values()];
};

/**
 * Takes a batch of one shard's events into the panes of that shard, which is all it writes. Events
 * up to the checkpoint are repeats, and skipped; a shard brings the others in the order of their
 * sequence numbers, batch by batch. Every event is in its window, however late or far ahead.
 */
export const advanceShard = (
  rule: BoundRule,
  state: ShardState,
  loaded: readonly Pane[],
  events: readonly WindowEvent[],
  now: EpochMs,
): Step => {
  const fresh = freshEvents(state, events);
  const main = advanceSeries(rule.series, state.shard, loaded, fresh);
  const others = rule.velocities.map((velocity) => {
    const changes = advanceSeries(velocity.series, state.shard, loaded, fresh);
    return { changes, alerts: velocityAlerts(rule, velocity, after(loaded, changes), fresh) };
  });
  return {
    ...timed(rule, state, fresh, now),
    put: [main, ...others.map(({ changes }) => changes)].flatMap(({ put }) => put),
    remove: [main, ...others.map(({ changes }) => changes)].flatMap(({ remove }) => remove),
    alerts: [...thresholdAlerts(rule, fresh), ...others.flatMap(({ alerts }) => alerts)],
  };
};
