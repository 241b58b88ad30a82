import type { ReasonCount, TransformDocument, ValidatedFile } from '../documents.ts';
import type { FileId } from '../ids.ts';
import { addCounts, type Counts, noCounts } from '../ledger.ts';

/** What each file of a run came to; conservation is stated here and checked by `checkConserved`. */
export const countsOf = (
  validated: readonly ValidatedFile[],
  transformed: TransformDocument['files'],
): ReadonlyMap<FileId, Counts> => {
  const byFile = new Map(transformed.map((file) => [file.fileId, file]));
  return new Map(
    validated.map((file) => {
      const { published = 0, deduplicated = 0, barred = 0 } = byFile.get(file.fileId) ?? {};
      const rejected = file.rejected + barred;
      const { rowsIn, setAside } = file;
      const counts = { rowsIn, published, rejected, deduplicated };
      return [file.fileId, setAside === undefined ? counts : { ...counts, setAside }];
    }),
  );
};

/** The counts of all files of a run together. */
export const totalOf = (counts: Iterable<Counts>): Counts =>
  [...counts].reduce(addCounts, noCounts);

/** True when every row that came in is published, rejected or deduplicated. */
export const conserved = (counts: Counts): boolean =>
  counts.rowsIn === counts.published + counts.rejected + counts.deduplicated;

/** Reasons of all files and stages together, the most frequent first. */
export const totalReasons = (lists: readonly (readonly ReasonCount[])[]): ReasonCount[] => {
  const totals = new Map<string, ReasonCount>();
  for (const reason of lists.flat()) {
    const key = `${reason.code} ${reason.field ?? ''}`;
    const rows = (totals.get(key)?.rows ?? 0) + reason.rows;
    totals.set(key, { code: reason.code, field: reason.field, rows });
  }
  return [...totals.values()].sort((a, b) => b.rows - a.rows);
};
