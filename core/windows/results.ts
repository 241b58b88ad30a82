import * as z from 'zod';
import { outcomeOf } from './accumulator.ts';
import type { BoundRule } from './bound-rule.ts';
import { BigText, Group, ScalarJson } from './json.ts';
import {
  groupKey,
  groupText,
  type Pane,
  panesIn,
  sortableMicros,
  totalOf,
  withoutLeftovers,
} from './pane.ts';
import { always, overlap, type Span, windowsOver } from './span.ts';

/**
 * What one window came to. A window that changes after it was published is restated: the same key
 * with the next version. The rows that count are those of the highest versions that are not
 * retracted, and which these are depends on the events alone.
 */
export const WindowResult = z
  .object({
    rule: z.string(),
    /** The rule's series: results of a rule that said something else are other results. */
    series: z.string(),
    /** In microseconds since 1970, without the end; null of a global window. */
    windowStart: BigText.nullable(),
    windowEnd: BigText.nullable(),
    group: Group,
    /** Null of a measure without values; none at all of a gap. */
    measures: z.record(z.string(), ScalarJson).readonly(),
    /** A placeholder for a time in which the group had no events. */
    isGap: z.boolean(),
    /** From 1 on, by one. */
    version: z.number().int().positive(),
    /** The window is part of another one now, or the gap is none any more. */
    retracted: z.boolean(),
    /** The stream's watermark by which this version was made. */
    closedAtWatermark: BigText.nullable(),
  })
  .readonly();
export type WindowResult = z.output<typeof WindowResult>;

/** A result as JSON. */
export const encodeResult = (result: WindowResult): z.input<typeof WindowResult> =>
  z.encode(WindowResult, result);
/** A result out of JSON; throws when it is none. */
export const parseResult = (json: unknown): WindowResult => WindowResult.parse(json);

/** Where a result is kept, all versions of it: those of a group in the order of their windows. */
export const resultKey = ({ series, group, isGap, windowStart }: WindowResult) => ({
  partition: `${series}/${groupKey(group)}`,
  sort: `${isGap ? 'gap' : 'window'}/${sortableMicros(windowStart ?? always.start)}`,
});

/** A window of one group. */
export type GroupWindow = { readonly group: Group; readonly span: Span };

/** The windows that may have other results after these panes were written. */
export const windowsOfPanes = (
  { series }: BoundRule,
  panes: readonly Pane[],
): readonly GroupWindow[] => {
  const windows = new Map<string, GroupWindow>();
  for (const { group, ...pane } of panes.filter((each) => each.series === series.id)) {
    const key = groupText(group);
    for (const span of windowsOver(series.window, pane))
      windows.set(`${key}/${span.start}`, { group, span });
  }
  return [...windows.values()];
};

/** The stretch of time that a result is about. */
export const spanOf = ({ windowStart, windowEnd }: WindowResult): Span => ({
  start: windowStart ?? always.start,
  end: windowEnd ?? always.end,
});

/** A result that may become a version. */
export type Candidate = Omit<WindowResult, 'version' | 'retracted' | 'closedAtWatermark'>;

const contentOf = ({ windowEnd, measures }: Candidate): string =>
  JSON.stringify([windowEnd, measures], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );

/** The last version of each. */
export const latestOf = (results: readonly WindowResult[]): readonly WindowResult[] => {
  const latest = new Map<string, WindowResult>();
  for (const result of results) {
    const { partition, sort } = resultKey(result);
    const other = latest.get(`${partition}/${sort}`);
    if (other === undefined || other.version < result.version)
      latest.set(`${partition}/${sort}`, result);
  }
  return [...latest.values()];
};

/**
 * The versions that make `previous` say what the candidates say: new ones, changed ones, and a
 * retraction of each that is no candidate any more. The same again is no version.
 */
export const restated = (
  candidates: readonly Candidate[],
  previous: readonly WindowResult[],
  watermark: bigint | null,
): readonly WindowResult[] => {
  const before = new Map(latestOf(previous).map((each) => [each.windowStart, each]));
  const versions = candidates.flatMap((candidate) => {
    const last = before.get(candidate.windowStart);
    before.delete(candidate.windowStart);
    if (last?.retracted === false && contentOf(last) === contentOf(candidate)) return [];
    const version = (last?.version ?? 0) + 1;
    return [{ ...candidate, version, retracted: false, closedAtWatermark: watermark }];
  });
  const gone = [...before.values()]
    .filter(({ retracted }) => !retracted)
    .map((each) => ({
      ...each,
      version: each.version + 1,
      retracted: true,
      closedAtWatermark: watermark,
    }));
  return [...versions, ...gone];
};

/** Whether the stream has passed the window; a global one is told as it is, at any time. */
export const isClosed = ({ end }: Span, watermark: bigint | null): boolean =>
  end === always.end || (watermark !== null && end <= watermark);

const candidateOf = (
  { rule, series }: BoundRule,
  { group, span }: GroupWindow,
  panes: readonly Pane[],
): Candidate => {
  const totals = totalOf(series, panes);
  const measures = Object.entries(series.measures).map(([name, measure]) => {
    const found = totals[name];
    return [name, found === undefined ? null : outcomeOf(measure, found)] as const;
  });
  const isGlobal = series.window.kind === 'global';
  return {
    ...{ rule: rule.name, series: series.id, group, isGap: false },
    windowStart: isGlobal ? null : span.start,
    windowEnd: isGlobal ? null : span.end,
    measures: Object.fromEntries(measures),
  };
};

/**
 * The versions to write of one window: the first when it is closed, the next when what is known of
 * it has changed since. Needs the panes of all shards that lie in it, also of those that have
 * ended, and what was published in it before; a session's span is settled (`settledSpan`). Sessions
 * that a late event has made one are one result from then on, and the others are retracted. Who
 * writes a version does so on the condition that it is not there, and asks again when it is.
 */
export const resultsOf = (
  rule: BoundRule,
  window: GroupWindow,
  panes: readonly Pane[],
  watermark: bigint | null,
  previous: readonly WindowResult[],
): readonly WindowResult[] => {
  const { series } = rule;
  const { group, span } = window;
  const found = withoutLeftovers(panesIn(series, group, span, panes));
  if (found.length === 0) return [];
  const isSession = series.window.kind === 'session';
  const text = groupText(group);
  const before = previous.filter(
    (each) =>
      each.series === series.id &&
      !each.isGap &&
      groupText(each.group) === text &&
      (isSession ? overlap(spanOf(each), span) : spanOf(each).start === span.start),
  );
  // What was published stays published, also when a late event has opened its session again.
  const isPublished = before.some(({ retracted }) => !retracted);
  if (!isPublished && !isClosed(span, watermark)) return [];
  return restated([candidateOf(rule, window, found)], before, watermark);
};
