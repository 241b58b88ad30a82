import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { landFiles, planLandings } from '../../../bin/commands/land.ts';
import type { Progress } from '../../../bin/console/progress.ts';
import { Fence, FileId } from '../../../core/ids.ts';
import { fileIdOf } from '../../../core/landing/file-id.ts';
import { orders } from '../../../datasets/orders.ts';
import { aFile, aRun, fakeStack, runIdOf, temporaryDir } from '../fake-stack.ts';

let dir = '';
beforeEach(async () => {
  dir = await temporaryDir();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fileAt = async (name: string, text = 'x'): Promise<string> => {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
};

describe('what may be landed', () => {
  test.each([
    ['no prefix', '', 'orders/a.csv'],
    ['a prefix', '2026/11', 'orders/2026/11/a.csv'],
    ['a prefix with slashes around it', '/2026/', 'orders/2026/a.csv'],
  ])('%s', async (_name, prefix, key) => {
    const path = await fileAt('a.csv', 'abc');
    expect(await planLandings([path], orders, prefix)).toEqual([{ path, key, sizeBytes: 3 }]);
  });

  test.each([
    ['a file that is not there', async () => [join(dir, 'nix')], /nix cannot be read \(ENOENT\)/],
    ['a folder', async () => [dir], /is no file[\s\S]*\/\* --dataset/],
    ['a name that intake ignores', () => Promise.all([fileAt('_a.csv')]), /ignored: hidden name/],
    [
      'two files of one name',
      async () => {
        await mkdir(join(dir, 'b'), { recursive: true });
        return await Promise.all([fileAt('a.csv'), fileAt('b/a.csv')]);
      },
      /same key, orders\/a\.csv/,
    ],
  ])('%s is refused before anything is sent', async (_name, paths, message) => {
    await expect(planLandings(await paths(), orders, '')).rejects.toThrow(message);
    await expect(planLandings(await paths(), orders, '')).rejects.toMatchObject({ exitCode: 2 });
  });
});

/** The first version that the fake's landing gives out. */
const firstFile = fileIdOf({ bucket: 'landing', key: 'orders/a.csv', versionId: 'v1' });
const runId = runIdOf('orders', 1);

/** Time passes only while someone sleeps; `then` is what the pipeline does meanwhile. */
const landing = (then: readonly (() => void)[], waitMs = 60_000) => {
  const fake = fakeStack();
  const told: string[] = [];
  const progress: Progress = { step: (_title, work) => work((text) => told.push(text)) };
  let now = 0;
  let sleeps = 0;
  const result = landFiles({
    stack: fake.stack,
    landings: [{ path: 'a.csv', key: 'orders/a.csv', sizeBytes: 3 }],
    waitMs,
    progress,
    clock: () => now,
    sleep: async (ms) => {
      now += ms;
      then[sleeps]?.call(null);
      sleeps += 1;
    },
  });
  return { fake, told, result, sleptMs: () => now };
};

const counts = { rowsIn: 3, published: 2, rejected: 1, deduplicated: 0 };

describe('landing a file', () => {
  test('is followed from intake to the end of its run', async () => {
    const claimed = aFile({ fileId: firstFile, runId, state: 'CLAIMED' });
    const run = aRun({ runId, dataset: orders.name, state: 'LOADING', fence: Fence.parse(1) });
    const steps = [
      () => fake.addFile(claimed),
      () => fake.addRun(run),
      () => fake.addFile({ ...claimed, state: 'PUBLISHED', counts }),
      () => fake.addRun({ ...run, state: 'PUBLISHED', snapshotId: '42' }),
    ];
    const { fake, told, result } = landing(steps);
    expect(await result).toMatchObject([
      { state: 'PUBLISHED', runId, counts, snapshotId: '42', fileId: firstFile, versionId: 'v1' },
    ]);
    expect(told).toEqual([
      'waiting for intake',
      'CLAIMED in a run',
      'LOADING in a run',
      'PUBLISHED',
      'PUBLISHED',
    ]);
  });

  test('a duplicate names the file it repeats', async () => {
    const first = FileId.parse('a'.repeat(32));
    const { fake, result } = landing([]);
    fake.addFile(aFile({ fileId: first, key: 'orders/first.csv' }));
    const reason = { code: 'DUPLICATE', detail: first };
    fake.addFile(aFile({ fileId: firstFile, state: 'DUPLICATE', reason }));
    expect(await result).toMatchObject([{ state: 'DUPLICATE', of: 'orders/first.csv' }]);
  });

  test('what the ledger never sees is told as such when the time is up', async () => {
    const { result, sleptMs } = landing([], 5_000);
    expect(await result).toMatchObject([{ state: null, runId: null }]);
    expect(sleptMs()).toBe(5_000);
  });

  test('without waiting the ledger is not asked', async () => {
    const { result, fake } = landing([], 0);
    expect(await result).toMatchObject([{ state: 'LANDED', fileId: firstFile }]);
    expect(fake.drops).toMatchObject([{ bucket: 'landing', key: 'orders/a.csv', path: 'a.csv' }]);
  });
});
