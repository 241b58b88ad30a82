import { assert } from './assert.ts';
import type { Refusal, RunCode } from './codes.ts';
import type { Dataset } from './dataset.ts';
import type { GateDocument, TransformDocument, ValidatedFile } from './documents.ts';
import { type Drift, driftOf, driftWords } from './evolution/drift.ts';
import type { EpochMs } from './ids.ts';
import type { Counts, Finding } from './ledger.ts';
import { percent } from './quality/shares.ts';
import type { RunSummary } from './quality/summary.ts';
import { changesRows } from './transforms/index.ts';
import { holding, judgeQuality } from './validate/judge-quality.ts';
import { conserved, countsOf, totalOf, totalReasons } from './validate/quality.ts';

/** Why a run must not be published although each of its rows was judged; undefined when it may. */
const refusalOf = (
  dataset: Dataset,
  counts: Counts,
  unexpected: Counts,
  transformed: TransformDocument,
  drift: readonly Drift[],
  broken: readonly Finding[],
): Refusal<RunCode> | undefined => {
  const { holdAbove } = dataset.rejects;
  const { rowsIn, rejected } = unexpected;
  const rejectedShare = rowsIn === 0 ? 0 : rejected / rowsIn;
  if (rejectedShare > holdAbove)
    return {
      code: 'E_TOO_MANY_REJECTS',
      detail: `${rejected} of ${rowsIn} rows (${percent(rejectedShare)}) are rejected; ${dataset.name} allows ${percent(holdAbove)}`,
    };
  const missing = Object.entries(transformed.references).filter(
    ([, snapshot]) => snapshot === null,
  );
  if (missing.length > 0 && counts.published > 0)
    return {
      code: 'E_REFERENCE',
      detail: `${dataset.name} needs ${missing.map(([name]) => name).join(', ')}, of which nothing is published yet`,
    };
  if (dataset.write.kind === 'replace' && counts.published === 0)
    return {
      code: 'E_EMPTY_REPLACE',
      detail: `no row of the file is left to replace the ${dataset.name} table with`,
    };
  // Of a file without rows there is nothing that a release could publish.
  const held = drift.filter(({ mode }) => mode === 'hold');
  if (held.length > 0 && counts.rowsIn > 0)
    return {
      code: 'E_EVOLUTION',
      detail: `${dataset.name} holds runs whose files differ from it: ${toldText(held.map(driftWords))}`,
    };
  if (broken.length > 0)
    return {
      code: 'E_QUALITY',
      detail: toldText(broken.map(({ detail }) => detail)),
    };
  return undefined;
};

/** Findings told in the reason of a held run, which stands at each of its files; all are in it. */
const toldMax = 3;

const toldText = (all: readonly string[]): string => {
  const told = all.slice(0, toldMax);
  const more = all.length - told.length;
  return `${told.join('. ')}${more === 0 ? '' : `. And ${more} more`}`;
};

/** What a run is judged against, beside itself. */
export type GateContext = {
  /** Published runs of the dataset, newest first. */
  readonly history: readonly RunSummary[];
  readonly now: EpochMs;
  /** True when someone has seen what it is held for, and lets it pass. */
  readonly released: boolean;
};

/**
 * Decides whether a run is published, held, or has nothing to publish (each of its files ended
 * elsewhere: refused, a duplicate, gone). Throws when rows were lost or invented on the way.
 */
export const decideGate = (
  dataset: Dataset,
  validated: readonly ValidatedFile[],
  transformed: TransformDocument,
  { history, now, released }: GateContext,
): GateDocument => {
  const byFile = countsOf(validated, transformed.files);
  for (const [fileId, counts] of byFile)
    assert(conserved(counts), `rows are conserved in file ${fileId}: ${JSON.stringify(counts)}`);
  const counts = totalOf(byFile.values());
  // Of single records the sender knows what became of each: many bad ones are no surprise.
  const told = new Set(validated.flatMap(({ fileId, records }) => (records ? [fileId] : [])));
  const unexpected = totalOf([...byFile].flatMap(([id, own]) => (told.has(id) ? [] : [own])));
  const staged = transformed.staged.reduce((sum, file) => sum + BigInt(file.rows), 0n);
  // Steps may make several rows, or one group, of the rows that are published.
  const isStaged = changesRows(dataset.transforms)
    ? counts.published === 0 || staged > 0n
    : staged === BigInt(counts.published);
  assert(isStaged, `${staged} rows are staged, ${counts.published} are to be published`);
  const quality = judgeQuality(dataset, { counts, validated, transformed }, history, now);
  const nothing = validated.length === 0;
  const drift = driftOf(validated);
  const refusal = nothing
    ? undefined
    : refusalOf(dataset, counts, unexpected, transformed, drift, holding(quality));
  const held = refusal !== undefined && !released;
  const { setRules } = transformed;
  const warnings = totalReasons([
    ...validated.map((file) => file.warnings),
    setRules?.warnings ?? [],
  ]);
  return {
    decision: nothing ? 'nothing' : held ? 'hold' : 'publish',
    counts,
    quality,
    reasons: totalReasons([...validated.map((file) => file.reasons), setRules?.reasons ?? []]),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(drift.length > 0 ? { drift } : {}),
    refusal: held ? refusal : null,
    ...(refusal !== undefined && released ? { overruled: refusal } : {}),
  };
};
