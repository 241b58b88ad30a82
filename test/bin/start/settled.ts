import type { Sample } from '../../../bin/start/samples.ts';
import { ContentId, DatasetName, EpochMs, Fence, FileId, RunId } from '../../../core/ids.ts';
import type { Counts, FileEntry, RunEntry } from '../../../core/ledger.ts';
import { orders } from '../../../datasets/orders.ts';

/** A sample and the ledger's entries of it, as the tests of `npm start` need them. */
export const contentA = ContentId.parse('a'.repeat(64));
export const contentB = ContentId.parse('b'.repeat(64));

export const runA = RunId.parse('orders-20261121T050000Z-aaaaaaaaaa');

export const sample: Sample = {
  dataset: orders,
  path: '/samples/orders.csv',
  key: 'orders/orders.csv',
  sizeBytes: 10,
  contentId: contentA,
};

export const counts: Counts = { rowsIn: 10, published: 7, rejected: 2, deduplicated: 1 };

export const fileEntry = (change: Partial<FileEntry> = {}): FileEntry => ({
  fileId: FileId.parse('0'.repeat(32)),
  bucket: 'landing',
  key: sample.key,
  versionId: 'v1',
  sizeBytes: sample.sizeBytes,
  sequencer: '01',
  landedAt: EpochMs.parse(1),
  dataset: DatasetName.parse('orders'),
  state: 'PUBLISHED',
  runId: runA,
  fence: Fence.parse(1),
  contentId: contentA,
  counts,
  reason: null,
  updatedAt: EpochMs.parse(2),
  ...change,
});

export const runEntry = (change: Partial<RunEntry> = {}): RunEntry => ({
  runId: runA,
  dataset: DatasetName.parse('orders'),
  state: 'PUBLISHED',
  fence: Fence.parse(1),
  contractVersion: 'v',
  files: [FileId.parse('0'.repeat(32))],
  counts,
  quality: { score: 90, validity: 0.8, completeness: 1, uniqueness: 0.9 },
  snapshotId: '42',
  reason: null,
  createdAt: EpochMs.parse(1),
  updatedAt: EpochMs.parse(2),
  ...change,
});
