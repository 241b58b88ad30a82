import { expect, test } from 'vitest';
import { workerFor } from '../../../core/landing/worker.ts';
import { limits } from '../../../core/limits.ts';

const max = limits.smallWorkerBytesMax;
const plain = { compression: 'none', format: 'csv' } as const;

test.each([
  ['nothing', [], 'small'],
  ['as many bytes as it may have', [{ ...plain, sizeBytes: max }], 'small'],
  ['one byte more', [{ ...plain, sizeBytes: max + 1 }], 'large'],
  [
    'files that are small each, and more together',
    [
      { ...plain, sizeBytes: max },
      { ...plain, sizeBytes: 1 },
    ],
    'large',
  ],
  ['as much, compressed', [{ ...plain, compression: 'gzip', sizeBytes: max / 4 }], 'large'],
  ['less, compressed', [{ ...plain, compression: 'zstd', sizeBytes: max / 10 }], 'small'],
  [
    'a format that is compressed in itself',
    [{ compression: 'none', format: 'parquet', sizeBytes: max / 4 }],
    'large',
  ],
] as const)('%s is for a worker', (_what, files, worker) => {
  expect(workerFor(files)).toBe(worker);
});
