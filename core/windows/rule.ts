import { type Duration, durationMs } from './duration.ts';

/** How event time is cut up. Every stretch of it holds its start and not its end. */
export type Window =
  /** One after the other, aligned to 1970 in UTC. */
  | { readonly kind: 'tumbling'; readonly sizeMs: number }
  /** As long as `sizeMs`, one begun every `everyMs`, so that an event lies in several. */
  | { readonly kind: 'sliding'; readonly sizeMs: number; readonly everyMs: number }
  /** From an event to the first pause of `gapMs` or more behind it. */
  | { readonly kind: 'session'; readonly gapMs: number }
  /** All of time. It never closes: its result is a running one, restated with each change. */
  | { readonly kind: 'global' };

/** What is told of the events of a window; of a field, only its values that are not missing. */
export type Measure =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum' | 'min' | 'max' | 'mean' | 'distinct'; readonly of: string }
  /** The sum of what each event is worth by a text of its: a number, or that of another field. */
  | {
      readonly kind: 'score';
      readonly of: string;
      readonly weights: Readonly<Record<string, number | string>>;
    }
  /** The value with this share (0 to 1) of all values at or below it, within 1 %. */
  | { readonly kind: 'quantile'; readonly of: string; readonly at: number };

/** What is unusual about a closed window, compared with those before it in its group. */
export type AnomalyRule =
  /** Standard deviations from the mean of the last `windows` windows, all alike. */
  | {
      readonly kind: 'zScore';
      readonly measure: string;
      readonly windows: number;
      readonly deviations: number;
    }
  /** The same with weights that fade: each window before counts 1 - `alpha` of the next one's. */
  | {
      readonly kind: 'ewma';
      readonly measure: string;
      readonly windows: number;
      readonly alpha: number;
      readonly deviations: number;
    }
  /** A measure that is out of bounds. */
  | {
      readonly kind: 'outside';
      readonly measure: string;
      readonly min: number | null;
      readonly max: number | null;
    }
  /** A group without events for this long, told by placeholder rows. */
  | { readonly kind: 'gap'; readonly everyMs: number };

/** What is told of single events as they come, before any window closes. */
export type AlertRule =
  /** A value out of bounds, written as the field's constants are: '100.00' of a decimal. */
  | {
      readonly kind: 'threshold';
      readonly name: string;
      readonly of: string;
      readonly above: string | null;
      readonly below: string | null;
    }
  /** Too many events of a group, or too large a sum of theirs, in any span of this length. */
  | {
      readonly kind: 'velocity';
      readonly name: string;
      readonly spanMs: number;
      readonly limit:
        | { readonly kind: 'events'; readonly above: number }
        | { readonly kind: 'sum'; readonly of: string; readonly above: string };
    };

/** One question about a stream, with everything that its answer depends on. */
export type WindowRule = {
  readonly name: string;
  /** The timestamp field that says when an event happened. */
  readonly time: string;
  /** Fields whose values make a group; none: all events are one. */
  readonly by: readonly string[];
  readonly window: Window;
  readonly measures: Readonly<Record<string, Measure>>;
  /** An event further behind its shard's watermark is also put aside. @default none */
  readonly allowedLatenessMs: number;
  /** A shard without events for this long holds nobody back. @default a minute */
  readonly idleTimeoutMs: number;
  /** An event further ahead of the clock moves no watermark. @default five minutes */
  readonly futureLimitMs: number;
  readonly anomalies: readonly AnomalyRule[];
  readonly alerts: readonly AlertRule[];
};

/** Windows of one size, one after the other. */
export const tumbling = ({ size }: { readonly size: Duration }): Window => ({
  kind: 'tumbling',
  sizeMs: durationMs(size),
});

/** Windows that overlap; the size is a multiple of the step. */
export const sliding = (init: { readonly size: Duration; readonly every: Duration }): Window => ({
  kind: 'sliding',
  sizeMs: durationMs(init.size),
  everyMs: durationMs(init.every),
});

/** Windows that end where a group pauses; an event exactly at the end starts a new one. */
export const session = ({ gap }: { readonly gap: Duration }): Window => ({
  kind: 'session',
  gapMs: durationMs(gap),
});

/** One window over everything. */
export const global = (): Window => ({ kind: 'global' });

/** Events, whatever their values. */
export const count = (): Measure => ({ kind: 'count' });
/** Exact, also of doubles. */
export const sum = (of: string): Measure => ({ kind: 'sum', of });
/** The smallest value. */
export const min = (of: string): Measure => ({ kind: 'min', of });
/** The largest value. */
export const max = (of: string): Measure => ({ kind: 'max', of });
/** The exact sum by the number of values; of exact numbers with four decimals more. */
export const mean = (of: string): Measure => ({ kind: 'mean', of });
/** How many different values. */
export const distinct = (of: string): Measure => ({ kind: 'distinct', of });
/**
 * `score('event', { view: 1, purchase: 5, rating: 'stars' })`: a view is worth 1, a rating as many
 * as its stars; what is not listed is worth nothing.
 */
export const score = (of: string, weights: Readonly<Record<string, number | string>>): Measure => ({
  ...{ kind: 'score', of, weights },
});
/** `quantile('amount', 0.95)`: within 1 % of the true one. */
export const quantile = (of: string, at: number): Measure => ({ kind: 'quantile', of, at });

type DeviationInit = { readonly windows?: number; readonly deviations?: number };

/** Far from the mean of the last windows. */
export const zScore = (
  measure: string,
  { windows = 30, deviations = 4 }: DeviationInit = {},
): AnomalyRule => ({ kind: 'zScore', measure, windows, deviations });

/** Far from a mean that follows the last windows. */
export const ewma = (
  measure: string,
  { windows = 60, alpha = 0.2, deviations = 4 }: DeviationInit & { readonly alpha?: number } = {},
): AnomalyRule => ({ kind: 'ewma', measure, windows, alpha, deviations });

/** Below or above fixed bounds, which are allowed themselves. */
export const outside = (
  measure: string,
  bounds: { readonly min?: number; readonly max?: number },
): AnomalyRule => ({
  ...{ kind: 'outside', measure },
  ...{ min: bounds.min ?? null, max: bounds.max ?? null },
});

/** No events of a group for so long. */
export const gap = ({ every }: { readonly every: Duration }): AnomalyRule => ({
  kind: 'gap',
  everyMs: durationMs(every),
});

/** What an anomaly is called in findings: its kind and measure, of which a rule has one. */
export const anomalyName = (anomaly: AnomalyRule): string =>
  anomaly.kind === 'gap' ? 'gap' : `${anomaly.kind} of ${anomaly.measure}`;

/** One event whose value is out of bounds. */
export const threshold = (
  name: string,
  init: { readonly of: string; readonly above?: string; readonly below?: string },
): AlertRule => ({
  ...{ kind: 'threshold', name, of: init.of },
  ...{ above: init.above ?? null, below: init.below ?? null },
});

/** More events of a group than allowed, in any span of a length. */
export const tooMany = (
  name: string,
  { span, events }: { readonly span: Duration; readonly events: number },
): AlertRule => ({
  ...{ kind: 'velocity', name, spanMs: durationMs(span) },
  limit: { kind: 'events', above: events },
});

/** A larger sum of a group than allowed, in any span of a length. */
export const tooMuch = (
  name: string,
  init: { readonly span: Duration; readonly of: string; readonly above: string },
): AlertRule => ({
  ...{ kind: 'velocity', name, spanMs: durationMs(init.span) },
  limit: { kind: 'sum', of: init.of, above: init.above },
});

type RuleInit = Pick<WindowRule, 'time' | 'window' | 'measures'> & {
  readonly by?: readonly string[];
  readonly allowedLateness?: Duration;
  readonly idleTimeout?: Duration;
  readonly futureLimit?: Duration;
  readonly anomalies?: readonly AnomalyRule[];
  readonly alerts?: readonly AlertRule[];
};

/** A rule as its author writes it; what is left out gets the default of `WindowRule`. */
export const windowRule = (name: string, init: RuleInit): WindowRule => ({
  name,
  time: init.time,
  by: init.by ?? [],
  window: init.window,
  measures: init.measures,
  allowedLatenessMs: durationMs(init.allowedLateness ?? '0s'),
  idleTimeoutMs: durationMs(init.idleTimeout ?? '1m'),
  futureLimitMs: durationMs(init.futureLimit ?? '5m'),
  anomalies: init.anomalies ?? [],
  alerts: init.alerts ?? [],
});
