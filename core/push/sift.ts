import type { RowReason } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { decideColumns } from '../evolution/columns.ts';
import { snakeCase } from '../landing/header-name.ts';
import type { JudgedRow } from '../validate/judge-row.ts';

/** A record as the row engine judged it; what is only warned of is asked when it is published. */
export type JudgedLine = (
  | Pick<Extract<JudgedRow, { readonly ok: true }>, 'ok' | 'values'>
  | Extract<JudgedRow, { readonly ok: false }>
) & {
  /** Its keys that no field or alias has, as they are spelt there. */
  readonly strangers: readonly string[];
};
/** Judges records, each by itself; many at a time, because that is quicker. */
export type JudgeLines = (lines: readonly Uint8Array[]) => readonly JudgedLine[];

/** What became of one record, by its place in the body. */
export type Outcome =
  | { readonly index: number; readonly outcome: 'accepted' }
  | {
      readonly index: number;
      readonly outcome: 'rejected';
      readonly reasons: readonly RowReason[];
    };

/**
 * What becomes of records, each judged by itself. What is accepted lands together, so that its keys
 * must be ones that one table can have beside each other; where they are not, records with
 * undeclared keys are rejected, and no other record has to pay for them.
 */
export const outcomesOf = (dataset: Dataset, judged: readonly JudgedLine[]): readonly Outcome[] => {
  const unknown = new Set<string>();
  for (const { ok, strangers } of judged) if (ok) for (const spelt of strangers) unknown.add(spelt);
  const isTable = decideColumns(dataset, { unknown: [...unknown], missing: [] }).kind === 'plan';
  return judged.map((line, index): Outcome => {
    if (!line.ok) return { index, outcome: 'rejected', reasons: line.reasons };
    if (isTable || line.strangers.length === 0) return { index, outcome: 'accepted' };
    const reasons = line.strangers.map(
      (spelt): RowReason => ({ code: 'E_NEW_COLUMN', field: snakeCase(spelt) }),
    );
    return { index, outcome: 'rejected', reasons };
  });
};

/** Judges lines, and tells what becomes of each. */
export const siftRecords = (
  dataset: Dataset,
  lines: readonly Uint8Array[],
  judge: JudgeLines,
): readonly Outcome[] => outcomesOf(dataset, judge(lines));
