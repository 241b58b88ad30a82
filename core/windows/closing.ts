import * as z from 'zod';
import type { Dataset } from '../dataset.ts';
import { sha256 } from '../hash.ts';
import { Finding } from './anomalies.ts';
import { type BoundRule, bindRule } from './bound-rule.ts';
import { lateDataset, windowsDataset } from './derived.ts';
import { microsOf } from './duration.ts';
import { BigText, Group } from './json.ts';
import { windowLimits } from './limits.ts';
import { groupKey, sortableMicros } from './pane.ts';
import { WindowResult } from './results.ts';
import { always } from './span.ts';

/** A note that a window may come to something else than was published of it. */
export const Mark = z
  .object({
    series: z.string(),
    group: Group,
    /** `gap`: from the start on the group had no window, and by the end it may be told so. */
    kind: z.enum(['window', 'gap']),
    start: BigText,
    end: BigText,
    /** Another one with each time that it is written, so that no note made meanwhile is lost. */
    stamp: z.string(),
  })
  .readonly();
export type Mark = z.output<typeof Mark>;

/** A mark as JSON. */
export const encodeMark = (mark: Mark): z.input<typeof Mark> => z.encode(Mark, mark);
/** A mark out of JSON; throws when it is none. */
export const parseMark = (json: unknown): Mark => Mark.parse(json);

/** Where a mark is kept: those of a series lie together, in the order in which they are due. */
export const markKey = ({ series, group, kind, start, end }: Omit<Mark, 'stamp'>) => ({
  partition: series,
  sort: `${dueSort(end)}/${groupKey(group)}/${sortableMicros(start)}/${kind}`,
});

/** What never ends is due at any time, and stands before all that ends. */
const dueSort = (end: bigint): string => sortableMicros(end === always.end ? always.start : end);

/** Marks of windows that never end sort below this one. */
export const firstEnding = sortableMicros(always.start + 1n);

/** What a pass over the due windows of a dataset decided, before any of it is done. */
export const Batch = z
  .object({
    results: z.array(WindowResult).readonly(),
    findings: z.array(Finding).readonly(),
    /** Looked at: removed where they are still what they were. */
    done: z.array(Mark).readonly(),
    /** To be looked at later. */
    next: z.array(Mark).readonly(),
  })
  .readonly();
export type Batch = z.output<typeof Batch>;

/** How far the windows of one dataset have been published; written by who saw its turn last. */
export const Closer = z
  .object({
    turn: z.number().int().nonnegative(),
    /** By series: how far its stream had come, which never goes back. */
    watermarks: z.record(z.string(), BigText),
    /** Decided, and not known to be done. */
    batch: Batch.nullable(),
  })
  .readonly();
export type Closer = z.output<typeof Closer>;

/** A closer as JSON. */
export const encodeCloser = (closer: Closer): z.input<typeof Closer> => z.encode(Closer, closer);
/** A closer out of JSON; throws when it is none. */
export const parseCloser = (json: unknown): Closer => Closer.parse(json);

/** Of a dataset whose windows nobody has closed yet. */
export const firstCloser: Closer = { turn: 0, watermarks: {}, batch: null };

/** A dataset with its rules, and the datasets that they fill. */
export type Windowed = {
  readonly dataset: Dataset;
  readonly rules: readonly BoundRule[];
  readonly results: Dataset;
  readonly late: Dataset;
};

/** Those of the datasets that have windows. */
export const windowedOf = (datasets: readonly Dataset[]): readonly Windowed[] =>
  datasets.flatMap((dataset) => {
    const [results, late] = [windowsDataset(dataset), lateDataset(dataset)];
    if (results === undefined || late === undefined) return [];
    const rules = (dataset.windows ?? []).map((rule) => bindRule(dataset.fields, rule));
    return [{ dataset, rules, results, late }];
  });

/**
 * When the group should be looked at again, if it stays without events. Undefined of a rule that
 * tells no gaps, and of a group that has been gone for longer than is told while it lasts.
 */
export const nextGap = (
  { rule, series }: BoundRule,
  group: Group,
  lastEnd: bigint,
  watermark: bigint | null,
): Omit<Mark, 'stamp'> | undefined => {
  const anomaly = rule.anomalies.find(({ kind }) => kind === 'gap');
  if (anomaly?.kind !== 'gap') return undefined;
  const step = microsOf(anomaly.everyMs);
  const told = watermark === null || watermark < lastEnd ? 0n : (watermark - lastEnd) / step;
  if (told >= BigInt(windowLimits.gapRowsMax)) return undefined;
  const end = lastEnd + step * (told + 1n);
  return { series: series.id, group, kind: 'gap', start: lastEnd, end };
};

const folder = '_windows';
const NAME_DIGITS = 12;

/** Where a batch's results land; the hash tells one apart whose table was made anew. */
export const resultsObject = (dataset: Dataset, turn: number, lines: string): string => {
  const hash = sha256(lines).slice(0, NAME_DIGITS);
  return `${dataset.name}/${folder}/${String(turn).padStart(NAME_DIGITS, '0')}-${hash}.jsonl`;
};

/** Where the late events of a segment land. */
export const lateObject = (
  dataset: Dataset,
  of: {
    readonly stream: string;
    readonly shard: string;
    readonly from: string;
    readonly to: string;
  },
): string => `${dataset.name}/${folder}/${of.stream}/${of.shard}/${of.from}-${of.to}.jsonl`;

/** What windows write in landing, for rights. */
export const windowsPattern = `*/${folder}/*`;
