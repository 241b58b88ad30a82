import type { LandedFile } from '../ledger.ts';
import { limits } from '../limits.ts';
import { inOrder } from './parts.ts';

/**
 * Packs the new files of one dataset into runs, in the order they landed. A file above the byte
 * limit is its own run, so that small files neither wait for it nor share its failure. So is each
 * file that is a whole table: an older one is only superseded by a newer one that was published.
 */
export const groupIntoRuns = (
  files: readonly LandedFile[],
  { isWholeTable = false }: { readonly isWholeTable?: boolean } = {},
): (readonly LandedFile[])[] => {
  if (isWholeTable) return inOrder(files).map((file) => [file]);
  const runs: { files: LandedFile[]; bytes: number }[] = [];
  for (const file of inOrder(files)) {
    const last = runs.at(-1);
    const fits =
      last !== undefined &&
      last.files.length < limits.filesPerRunMax &&
      last.bytes + file.sizeBytes <= limits.bytesPerRunMax;
    if (fits) {
      last.files.push(file);
      last.bytes += file.sizeBytes;
    } else runs.push({ files: [file], bytes: file.sizeBytes });
  }
  return runs.map(({ files: packed }) => packed);
};
