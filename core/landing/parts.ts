import type { PlannedFile } from '../documents.ts';
import { limits } from '../limits.ts';

export type Part = { readonly part: number; readonly files: readonly PlannedFile[] };

/** The order in which a run reads its files; with it "the first row of a key" is well defined. */
export const inOrder = <F extends Pick<PlannedFile, 'landedAt' | 'sequencer' | 'fileId'>>(
  files: readonly F[],
): F[] =>
  [...files].sort(
    (a, b) =>
      a.landedAt - b.landedAt ||
      compareText(a.sequencer, b.sequencer) ||
      compareText(a.fileId, b.fileId),
  );

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Packs files into parts of at most `bytesPerPartMax`, in order. A larger file is its own part.
 * With `isolate` (any attempt after the first) each file is its own part, so that one that kills
 * its worker takes no other with it.
 */
export const packParts = (files: readonly PlannedFile[], isolate: boolean): Part[] => {
  const parts: { part: number; files: PlannedFile[]; bytes: number }[] = [];
  for (const file of inOrder(files)) {
    const last = parts.at(-1);
    const fits =
      last !== undefined && !isolate && last.bytes + file.sizeBytes <= limits.bytesPerPartMax;
    if (fits) {
      last.files.push(file);
      last.bytes += file.sizeBytes;
    } else parts.push({ part: parts.length + 1, files: [file], bytes: file.sizeBytes });
  }
  return parts.map(({ part, files: packed }) => ({ part, files: packed }));
};

/**
 * Of several whole-table files only the newest counts: S3 orders versions of one key by sequencer,
 * and all keys by the time they landed. Returns the one to load and those it supersedes.
 */
export const newestOnly = (
  files: readonly PlannedFile[],
): { readonly newest: PlannedFile | undefined; readonly superseded: readonly PlannedFile[] } => {
  const ordered = inOrder(files);
  return { newest: ordered.at(-1), superseded: ordered.slice(0, -1) };
};

/** Sorts as text the way `inOrder` sorts files; kept in the snapshot of a replaced table. */
export const replaceOrder = (file: Pick<PlannedFile, 'landedAt' | 'sequencer'>): string =>
  `${String(file.landedAt).padStart(16, '0')}-${file.sequencer}`;
