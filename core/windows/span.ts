import { microsOf } from './duration.ts';
import type { Window } from './rule.ts';

/** A stretch of event time in microseconds since 1970: from its start up to, without, its end. */
export type Span = { readonly start: bigint; readonly end: bigint };

/** All of time, as far as a timestamp reaches; the ends stand for "always" and are no instants. */
export const always: Span = { start: -(2n ** 63n), end: 2n ** 63n - 1n };

/** Down to a multiple; also below 1970, where division alone would go up. */
const aligned = (at: bigint, step: bigint): bigint => at - (((at % step) + step) % step);

/**
 * The stretch in which an event is kept. Of sliding windows it is a step and not a window: an
 * event is written once, and a window is put together from its steps. Of a session it is what the
 * event makes of it when it is alone.
 */
export const paneAt = (window: Window, at: bigint): Span => {
  switch (window.kind) {
    case 'global':
      return always;
    case 'session':
      return { start: at, end: at + microsOf(window.gapMs) };
    default: {
      const step = microsOf(window.kind === 'sliding' ? window.everyMs : window.sizeMs);
      const start = aligned(at, step);
      return { start, end: start + step };
    }
  }
};

/** The windows that a pane is part of, the earliest first; a session may reach further yet. */
export const windowsOver = (window: Window, pane: Span): readonly Span[] => {
  if (window.kind !== 'sliding') return [{ start: pane.start, end: pane.end }];
  const [size, step] = [microsOf(window.sizeMs), microsOf(window.everyMs)];
  return Array.from({ length: Number(size / step) }, (_, at) => {
    const end = pane.end + step * BigInt(at);
    return { start: end - size, end };
  });
};

/** Whether two stretches have an instant in common. */
export const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/** Whether the first lies in the second. */
export const isWithin = (a: Span, b: Span): boolean => b.start <= a.start && a.end <= b.end;

const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** From where the first of both starts to where the last one ends. */
export const hullOf = (a: Span, b: Span): Span => ({
  start: earlier(a.start, b.start),
  end: later(a.end, b.end),
});

/**
 * How far a window reaches when these panes are known. A session is wider than the span it was
 * looked for in when panes of other shards lead beyond it: load those of the wider one, and ask
 * again until it stays what it is. All other windows are as wide as they are.
 */
export const settledSpan = (window: Window, span: Span, panes: readonly Span[]): Span => {
  if (window.kind !== 'session') return span;
  const ordered = [...panes].sort((a, b) => (a.start < b.start ? -1 : 1));
  const onward = (from: Span, over: readonly Span[]): Span =>
    over.reduce((hull, pane) => (overlap(hull, pane) ? hullOf(hull, pane) : hull), from);
  return onward(onward(span, ordered), ordered.toReversed());
};
