import type { BoundRule } from './bound-rule.ts';
import { microsOf } from './duration.ts';
import type { Group } from './json.ts';
import { windowLimits } from './limits.ts';
import { type Candidate, latestOf, restated, spanOf, type WindowResult } from './results.ts';
import type { Span } from './span.ts';

/** Whole steps between two instants; what is beyond the limit is one step with the last. */
const stepsIn = ({ start, end }: Span, step: bigint): readonly Span[] => {
  const steps = start < end ? (end - start) / step : 0n;
  const rows = Math.min(Number(steps), windowLimits.gapRowsMax);
  return Array.from({ length: rows }, (_, at) => ({
    start: start + step * BigInt(at),
    end: start + step * (at === rows - 1 ? steps : BigInt(at + 1)),
  }));
};

/** What lies between these stretches, and behind them up to an end. */
const between = (taken: readonly Span[], end: bigint | null): readonly Span[] => {
  const ordered = [...taken].sort((a, b) => (a.start < b.start ? -1 : 1));
  const free: Span[] = [];
  let last: bigint | null = null;
  for (const span of ordered) {
    if (last !== null && last < span.start) free.push({ start: last, end: span.start });
    if (last === null || last < span.end) last = span.end;
  }
  if (last !== null && end !== null && last < end) free.push({ start: last, end });
  return free;
};

/**
 * Placeholder rows for the times in which a group had no window, from the end of one to the start
 * of the next, or up to the watermark. A row for each whole `every`, counted from where the last
 * window ended; a late event that falls into a gap retracts the rows that are none any more.
 * `results` are all rows of the group from one of its windows on, the placeholders among them, and
 * `open` its windows that are not closed, in which there are events already.
 */
export const gapsOf = (
  { rule, series }: BoundRule,
  group: Group,
  results: readonly WindowResult[],
  open: readonly Span[],
  watermark: bigint | null,
): readonly WindowResult[] => {
  const anomaly = rule.anomalies.find(({ kind }) => kind === 'gap');
  if (anomaly?.kind !== 'gap') return [];
  const step = microsOf(anomaly.everyMs);
  const windows = latestOf(results).filter(({ isGap, retracted }) => !isGap && !retracted);
  const free = between([...windows.map(spanOf), ...open], watermark);
  const rows = free
    .flatMap((span) => stepsIn(span, step))
    .map(
      ({ start, end }): Candidate => ({
        ...{ rule: rule.name, series: series.id, group, measures: {}, isGap: true },
        ...{ windowStart: start, windowEnd: end },
      }),
    );
  return restated(
    rows,
    results.filter(({ isGap }) => isGap),
    watermark,
  );
};
