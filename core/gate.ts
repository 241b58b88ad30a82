import { assert } from './assert.ts';
import type { Refusal, RunCode } from './codes.ts';
import type { Dataset } from './dataset.ts';
import type { GateDocument, TransformDocument, ValidatedFile } from './documents.ts';
import type { Counts } from './ledger.ts';
import { conserved, countsOf, scoreQuality, totalOf, totalReasons } from './validate/quality.ts';

/** Enough digits to see by how much a limit was passed. */
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Why a run must not be published although each of its rows was judged; undefined when it may. */
const refusalOf = (
  dataset: Dataset,
  counts: Counts,
  transformed: TransformDocument,
): Refusal<RunCode> | undefined => {
  const { holdAbove } = dataset.rejects;
  const rejectedShare = counts.rowsIn === 0 ? 0 : counts.rejected / counts.rowsIn;
  if (rejectedShare > holdAbove)
    return {
      code: 'E_TOO_MANY_REJECTS',
      detail: `${counts.rejected} of ${counts.rowsIn} rows (${percent(rejectedShare)}) are rejected; ${dataset.name} allows ${percent(holdAbove)}`,
    };
  const missing = Object.entries(transformed.references).filter(
    ([, snapshot]) => snapshot === null,
  );
  if (missing.length > 0 && counts.published > 0)
    return {
      code: 'E_REFERENCE',
      detail: `${dataset.name} is joined with ${missing.map(([name]) => name).join(', ')}, of which nothing is published yet`,
    };
  if (dataset.write.kind === 'replace' && counts.published === 0)
    return {
      code: 'E_EMPTY_REPLACE',
      detail: `no row of the file is left to replace the ${dataset.name} table with`,
    };
  return undefined;
};

/**
 * Decides whether a run is published, held, or has nothing to publish (each of its files ended
 * elsewhere: refused, a duplicate, gone). Throws when rows were lost or invented on the way.
 */
export const decideGate = (
  dataset: Dataset,
  validated: readonly ValidatedFile[],
  transformed: TransformDocument,
): GateDocument => {
  const byFile = countsOf(validated, transformed.files);
  for (const [fileId, counts] of byFile)
    assert(conserved(counts), `rows are conserved in file ${fileId}: ${JSON.stringify(counts)}`);
  const counts = totalOf(byFile.values());
  const staged = transformed.staged.reduce((sum, file) => sum + BigInt(file.rows), 0n);
  assert(
    staged === BigInt(counts.published),
    `${staged} rows are staged, ${counts.published} are to be published`,
  );
  const refusal = validated.length === 0 ? undefined : refusalOf(dataset, counts, transformed);
  const decision = validated.length === 0 ? 'nothing' : refusal === undefined ? 'publish' : 'hold';
  return {
    decision,
    counts,
    quality: scoreQuality(dataset, validated, counts),
    reasons: totalReasons(validated),
    refusal: refusal ?? null,
  };
};
