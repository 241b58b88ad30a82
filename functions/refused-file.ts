import { type Code, codes } from '../core/codes.ts';
import type { EpochMs } from '../core/ids.ts';
import { quarantineKeys, s3Uri } from '../core/layout.ts';
import type { LandedFile } from '../core/ledger.ts';
import type { Store } from '../core/ports.ts';
import { isoTime } from '../core/time.ts';

/** What an operator reads about a file that was refused as a whole. */
export type RefusedFile = {
  readonly file: LandedFile;
  readonly dataset: string | null;
  readonly code: Code;
  readonly detail: string;
  readonly at: EpochMs;
};

/**
 * Writes the reason beside the quarantined rows. The bytes themselves stay where they landed:
 * landing is versioned and no function may change it, so the address below stays true.
 */
export const putRefusedFile = async (
  store: Pick<Store, 'put'>,
  quarantineBucket: string,
  { file, dataset, code, detail, at }: RefusedFile,
): Promise<void> => {
  const document = {
    fileId: file.fileId,
    dataset,
    code,
    means: codes[code].means,
    detail,
    next: codes[code].next,
    landing: { bucket: file.bucket, key: file.key, versionId: file.versionId },
    sizeBytes: file.sizeBytes,
    at: isoTime(at),
  };
  const key = quarantineKeys.refusedFile(dataset ?? '_', file.fileId);
  await store.put(s3Uri(quarantineBucket, key), JSON.stringify(document, null, 2));
};
