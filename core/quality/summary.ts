import * as z from 'zod';
import { DatasetName, EpochMs, RunId } from '../ids.ts';

const Share = z.number().min(0).max(1);
const Count = z.number().int().nonnegative();

/** What later runs are compared with, of one column. No values of classified columns. */
export const ColumnSummary = z.object({
  nullShare: Share,
  /** Different values, of the values in the sample; null when the sample has none. */
  distinctShare: Share.nullable(),
  /** Of unclassified numbers. */
  numbers: z
    .object({ mean: z.number(), median: z.number(), p05: z.number(), p95: z.number() })
    .optional(),
  /** Share of each of the most frequent values, of unclassified columns with few of them. */
  top: z.record(z.string(), Share).optional(),
});
export type ColumnSummary = z.infer<typeof ColumnSummary>;

/** What most of the values looked at are. */
export const PersonalFact = z.object({ what: z.string(), matching: Count, looked: Count });

/** What the transform stage measures of a run for its checks; transform → gate, publish. */
export const RunFacts = z.object({
  /** Rows the sampled statistics come from. */
  sampled: Count,
  columns: z.record(z.string(), ColumnSummary),
  /** Newest value of unclassified dates and instants, as milliseconds since 1970. */
  newest: z.record(z.string(), z.number()),
  /** Rows asked, and rows for which it holds, by the check's name. */
  measured: z.record(z.string(), z.object({ rows: Count, holding: Count })),
  /** Columns that are not classified, and hold what looks like data of people. */
  personal: z.record(z.string(), PersonalFact).optional(),
});
export type RunFacts = z.infer<typeof RunFacts>;

export const noFacts: RunFacts = { sampled: 0, columns: {}, newest: {}, measured: {} };

/** One published run in the history of its dataset. */
export const RunSummary = z.object({
  runId: RunId,
  dataset: DatasetName,
  /** When the run was created. */
  at: EpochMs,
  rowsIn: Count,
  published: Count,
  rejectedShare: Share,
  score: z.number().min(0).max(100),
  sampled: Count,
  /** True when it was held first, and someone let it pass. */
  released: z.boolean(),
  columns: z.record(z.string(), ColumnSummary),
  /** Of a replay: the run whose rows it took out. */
  replaces: RunId.optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** Text bytes of one summary in the ledger, whose items end at 400 kB. */
export const summaryBytesMax = 50_000;

/** Runs that a run is compared with. */
export const historyRunsMax = 60;

/** A run and its replay are the same rows twice: what was replaced is no history. */
export const withoutReplaced = (
  history: readonly RunSummary[],
  replays: { readonly runId: RunId } | undefined,
): RunSummary[] => {
  const replaced = new Set(history.map(({ replaces }) => replaces));
  return history.filter(({ runId }) => !replaced.has(runId) && runId !== replays?.runId);
};

const bytesOf = (summary: RunSummary): number =>
  new TextEncoder().encode(JSON.stringify(summary)).length;

/**
 * A summary that fits: very wide tables first lose their frequent values, then their last columns.
 */
export const bounded = (summary: RunSummary, bytesMax = summaryBytesMax): RunSummary => {
  if (bytesOf(summary) <= bytesMax) return summary;
  const columns = Object.entries(summary.columns).map(
    ([name, { top: _top, ...column }]) => [name, column] as const,
  );
  const of = (count: number): RunSummary => ({
    ...summary,
    columns: Object.fromEntries(columns.slice(0, count)),
  });
  let count = columns.length;
  while (count > 0 && bytesOf(of(count)) > bytesMax) count = Math.floor(count * 0.9);
  return of(count);
};
