import type { GateDocument, TransformDocument } from '../documents.ts';
import type { RunEntry } from '../ledger.ts';
import { bounded, noFacts, type RunSummary } from '../quality/summary.ts';

/** What the history keeps of a published run: the same however often it is written. */
export const summaryOfRun = (
  { runId, dataset, createdAt, released, replays }: RunEntry,
  { counts, quality }: Pick<GateDocument, 'counts' | 'quality'>,
  { facts = noFacts }: Pick<TransformDocument, 'facts'>,
): RunSummary =>
  bounded({
    runId,
    dataset,
    at: createdAt,
    rowsIn: counts.rowsIn,
    published: counts.published,
    rejectedShare: counts.rowsIn === 0 ? 0 : counts.rejected / counts.rowsIn,
    score: quality.score,
    sampled: facts.sampled,
    released: released !== undefined,
    columns: facts.columns,
    ...(replays === undefined ? {} : { replaces: replays.runId }),
  });
