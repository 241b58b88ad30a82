import type { Dataset } from '../dataset.ts';
import type { ReasonCount, TransformDocument, ValidatedFile } from '../documents.ts';
import type { FileId } from '../ids.ts';
import { addCounts, type Counts, noCounts, type Quality } from '../ledger.ts';

/** What each file of a run came to; conservation is stated here and checked by `checkConserved`. */
export const countsOf = (
  validated: readonly ValidatedFile[],
  transformed: TransformDocument['files'],
): ReadonlyMap<FileId, Counts> => {
  const byFile = new Map(transformed.map((file) => [file.fileId, file]));
  return new Map(
    validated.map((file) => {
      const { published = 0, deduplicated = 0 } = byFile.get(file.fileId) ?? {};
      return [
        file.fileId,
        { rowsIn: file.rowsIn, published, rejected: file.rejected, deduplicated },
      ];
    }),
  );
};

/** The counts of all files of a run together. */
export const totalOf = (counts: Iterable<Counts>): Counts =>
  [...counts].reduce(addCounts, noCounts);

/** True when every row that came in is published, rejected or deduplicated. */
export const conserved = (counts: Counts): boolean =>
  counts.rowsIn === counts.published + counts.rejected + counts.deduplicated;

/** Shares are 1 where there was nothing to judge: an empty file is not a bad one. */
const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

/** Scores a run: validity, completeness and uniqueness, and 100 times their mean. */
export const scoreQuality = (
  dataset: Dataset,
  validated: readonly Pick<ValidatedFile, 'wellFormed' | 'nonEmpty'>[],
  counts: Counts,
): Quality => {
  const valid = counts.rowsIn - counts.rejected;
  const columns = Object.keys(dataset.fields);
  const wellFormed = validated.reduce((sum, file) => sum + file.wellFormed, 0);
  const filled = validated
    .flatMap((file) => columns.map((column) => file.nonEmpty[column] ?? 0))
    .reduce((sum, cells) => sum + cells, 0);
  const validity = share(valid, counts.rowsIn);
  const completeness = share(filled, wellFormed * columns.length);
  const uniqueness = share(valid - counts.deduplicated, valid);
  const mean = (validity + completeness + uniqueness) / 3;
  return { score: Math.round(mean * 10_000) / 100, validity, completeness, uniqueness };
};

/** Reasons of all files together, the most frequent first. */
export const totalReasons = (validated: readonly ValidatedFile[]): ReasonCount[] => {
  const totals = new Map<string, ReasonCount>();
  for (const reason of validated.flatMap((file) => file.reasons)) {
    const key = `${reason.code} ${reason.field ?? ''}`;
    const rows = (totals.get(key)?.rows ?? 0) + reason.rows;
    totals.set(key, { code: reason.code, field: reason.field, rows });
  }
  return [...totals.values()].sort((a, b) => b.rows - a.rows);
};
