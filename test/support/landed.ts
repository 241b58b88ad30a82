import { sha256 } from '../../core/hash.ts';
import { ContentId, DatasetName, EpochMs, Fence } from '../../core/ids.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { LandedFile } from '../../core/ledger.ts';
import type { Ledger } from '../../core/ports.ts';

/** Names, times and files that tests of the ledger are written with. */
export const orders = DatasetName.parse('orders');
export const products = DatasetName.parse('products');
export const at = (ms: number) => EpochMs.parse(1_795_237_200_000 + ms);
export const fence = (n: number) => Fence.parse(n);
export const contentOf = (text: string) => ContentId.parse(sha256(text));

/** A landed file of a test; its name is enough to make it. */
export const landed = (name: string, more: Partial<LandedFile> = {}): LandedFile => {
  const object = { bucket: 'landing', key: `orders/${name}`, versionId: 'v1', ...more };
  return {
    fileId: fileIdOf(object),
    sizeBytes: 10,
    sequencer: '0055AED6DCD90281E5',
    landedAt: at(0),
    ...object,
  };
};

/** Claims files for a new run and returns its id. */
export const claimed = async (
  ledger: Pick<Ledger, 'claim'>,
  files: readonly LandedFile[],
  { dataset = orders, now = at(0) } = {},
) => {
  const ids = files.map(({ fileId }) => fileId);
  const runId = runIdOf(dataset, now, ids);
  const result = await ledger.claim({ runId, dataset, contractVersion: 'c1' }, files, now);
  return { runId, result };
};
