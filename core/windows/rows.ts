import type { Dataset } from '../dataset.ts';
import type { Row } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import type { FutureEvent, LateEvent } from './advance-shard.ts';
import type { BoundRule } from './bound-rule.ts';
import { printRow } from './columns.ts';
import type { WindowEvent } from './event.ts';
import { resultKey, type WindowResult } from './results.ts';

const ID_DIGITS = 32;

/** The same for all versions of a window of a group. */
export const windowId = (result: WindowResult): string => {
  const { partition, sort } = resultKey(result);
  return sha256(`${partition}/${sort}`).slice(0, ID_DIGITS);
};

const groupRow = ({ rule }: BoundRule, group: WindowEvent['group']): Row =>
  Object.fromEntries(rule.by.map((name, at) => [name, group[at] ?? null]));

/** A result as a line of the dataset of results. */
export const resultLine = (into: Dataset, rule: BoundRule, result: WindowResult): string =>
  printRow(into.fields, {
    ...{ rule: result.rule, series: result.series, window_id: windowId(result) },
    ...{ window_start: result.windowStart, window_end: result.windowEnd },
    ...groupRow(rule, result.group),
    ...result.measures,
    ...{ is_gap: result.isGap, version: result.version, retracted: result.retracted },
    closed_at_watermark: result.closedAtWatermark,
  });

const MICROS = 1_000n;

/** What came late, as lines of the dataset of late events. */
export const lateLines = (
  into: Dataset,
  rule: BoundRule,
  events: readonly WindowEvent[],
  {
    late,
    future,
  }: { readonly late: readonly LateEvent[]; readonly future: readonly FutureEvent[] },
): readonly string[] => {
  if (late.length === 0 && future.length === 0) return [];
  const known = new Map(events.map((event) => [event.id, event]));
  const line = (id: string, row: Row): readonly string[] => {
    const event = known.get(id);
    if (event === undefined) return [];
    const told = { rule: rule.rule.name, event_id: id, event_time: event.at };
    return [printRow(into.fields, { ...told, ...groupRow(rule, event.group), ...row })];
  };
  return [
    ...late.flatMap(({ id, behind, tooLate }) => {
      const watermark = (known.get(id)?.at ?? 0n) + behind;
      const kind = tooLate ? 'too_late' : 'late';
      return line(id, { kind, watermark, behind_ms: behind / MICROS });
    }),
    ...future.flatMap(({ id, ahead }) => line(id, { kind: 'future', behind_ms: -ahead / MICROS })),
  ];
};
