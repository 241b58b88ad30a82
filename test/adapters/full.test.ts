import { expect, test } from 'vitest';
import { openEngine } from '../../adapters/engine/instance.ts';
import { toldFull } from '../../adapters/full.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { ResourceError } from '../../core/errors.ts';

const rejectedWith = async (work: (dir: string) => Promise<unknown>): Promise<unknown> =>
  await withWorkDir(work).then(
    () => undefined,
    (error: unknown) => error,
  );

const diskFull = Object.assign(new Error('ENOSPC: no space left on device, write'), {
  code: 'ENOSPC',
});

test('DuckDB that runs out of memory says that the worker is full', async () => {
  const error = await rejectedWith(async (workDir) => {
    const engine = await openEngine({ workDir, threads: 1, memoryLimit: '8MB' });
    try {
      await engine.rows('SELECT list(range) FROM range(4_000_000)');
    } finally {
      engine.close();
    }
  });
  expect(error).toBeInstanceOf(ResourceError);
  expect(error).toMatchObject({ message: 'memory or disk of the worker is full' });
});

test('so does a process that gets no more memory', async () => {
  const error = await rejectedWith(async () => new ArrayBuffer(2 ** 46));
  expect(error).toBeInstanceOf(ResourceError);
});

test('a full disk says so, too', () => {
  expect(toldFull(diskFull)).toBeInstanceOf(ResourceError);
});

test.each([
  ['a bug', new TypeError('x is not a function')],
  ['a query that is wrong', new Error('Binder Error: no column')],
  ['no error at all', 'Out of Memory Error'],
])('%s stays what it is', (_what, error) => {
  expect(toldFull(error)).toBe(error);
});
