import type { RunId } from '../../core/ids.ts';
import { addCounts, type Counts, noCounts, type RunEntry } from '../../core/ledger.ts';
import type { Planted } from './samples.ts';
import type { Settled } from './settle.ts';

/** What the samples of one dataset have come to. */
export type Summary = {
  readonly dataset: string;
  /** Sample files whose rows are in the curated table. */
  readonly files: number;
  readonly counts: Counts;
  /** Of the runs, weighted by their rows; null when no run was judged. */
  readonly score: number | null;
  /** The table's state after the last of these runs. */
  readonly snapshotId: string | null;
  readonly runIds: readonly RunId[];
};

const newestFirst = (a: RunEntry, b: RunEntry): number => b.updatedAt - a.updatedAt;

const scoreOf = (runs: readonly RunEntry[]): number | null => {
  let rows = 0;
  let points = 0;
  for (const { quality, counts } of runs) {
    if (quality === null || counts === null) continue;
    rows += counts.rowsIn;
    points += quality.score * counts.rowsIn;
  }
  return rows === 0 ? null : points / rows;
};

/** One line of the table that `npm start` ends with, per dataset. */
export const summarize = (settled: readonly Settled[]): readonly Summary[] =>
  [...Map.groupBy(settled, ({ sample }) => sample.dataset.name)].map(([dataset, own]) => {
    const runs = [
      ...new Map(own.flatMap(({ run }) => (run === null ? [] : [[run.runId, run]]))).values(),
    ].sort(newestFirst);
    return {
      dataset,
      files: own.filter(({ file }) => file.state === 'PUBLISHED').length,
      counts: own.map(({ file }) => file.counts ?? noCounts).reduce(addCounts, noCounts),
      score: scoreOf(runs),
      snapshotId: runs.find((run) => run.snapshotId !== null)?.snapshotId ?? null,
      runIds: runs.map((run) => run.runId),
    };
  });

const named = ['rowsIn', 'published', 'rejected', 'deduplicated'] as const;

/** Everything in which a dataset differs from what was planted, as sentences. */
export const differences = (
  summary: Summary,
  planted: Planted,
  landed: number,
  sums: Readonly<Record<string, string | null>>,
): readonly string[] => {
  const { dataset, counts, files } = summary;
  const wantedFiles = planted.files ?? landed;
  const found: string[] = [];
  if (files !== wantedFiles) found.push(`${files} files published, ${wantedFiles} expected`);
  for (const name of named) {
    if (counts[name] !== planted[name])
      found.push(`${name} is ${counts[name]}, ${planted[name]} expected`);
  }
  for (const [column, wanted] of Object.entries(planted.sums ?? {})) {
    const sum = sums[column] ?? 'nothing';
    if (sum !== wanted) found.push(`the sum of ${column} is ${sum}, ${wanted} expected`);
  }
  return found.map((text) => `${dataset}: ${text}`);
};
