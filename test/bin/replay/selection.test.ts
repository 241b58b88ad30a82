import { describe, expect, test } from 'vitest';
import { selectionOf } from '../../../bin/commands/replay.ts';
import { selectRuns } from '../../../bin/replay/selection.ts';
import { EpochMs, Fence } from '../../../core/ids.ts';
import { selectionWords } from '../../../core/replay/selection.ts';
import { orders, products } from '../../support/landed.ts';
import { aFile, aRun, fakeStack, fileIdOf, runIdOf } from '../fake-stack.ts';

const day = (n: number) => EpochMs.parse(Date.UTC(2026, 10, n));

const filled = () => {
  const fake = fakeStack();
  const counts = { rowsIn: 3, published: 2, rejected: 1, deduplicated: 0 };
  for (const [n, digit] of ['a', 'b', 'c'].entries()) {
    const runId = runIdOf('orders', n);
    fake.addRun(aRun({ runId, dataset: orders, counts, createdAt: day(n + 1) }));
    const landed = { runId, dataset: orders, landedAt: day(n + 1), fence: Fence.parse(1) };
    fake.addFile(aFile({ fileId: fileIdOf(digit), ...landed }));
  }
  const replaced = { runId: runIdOf('orders', 9), replacedBy: runIdOf('orders', 1), counts };
  fake.addRun(aRun({ ...replaced, dataset: orders }));
  fake.addFile(aFile({ fileId: fileIdOf('d'), dataset: orders, state: 'IGNORED' }));
  fake.addFile(aFile({ fileId: fileIdOf('e'), dataset: products, runId: runIdOf('products', 0) }));
  const hasReject = async ({ runId }: { runId: string }, code: string) =>
    code === 'E_RANGE' && runId === runIdOf('orders', 1);
  return { ledger: fake.stack.ledger, hasReject };
};

describe('a selection', () => {
  test('of a run is that run', async () => {
    const runId = runIdOf('orders', 7);
    expect(await selectRuns(filled(), { kind: 'run', runId })).toEqual([runId]);
  });

  test.each([
    ['its id', fileIdOf('b')],
    ['its key', 'orders/bbbb.csv'],
  ])('of a file by %s is the run that has it', async (_name, file) => {
    expect(await selectRuns(filled(), { kind: 'file', file })).toEqual([runIdOf('orders', 1)]);
  });

  test('of a file that is not there, or was never in a run, says so', async () => {
    const of = (file: string) => selectRuns(filled(), { kind: 'file', file });
    await expect(of('orders/no.csv')).rejects.toThrow(/no file orders\/no\.csv/);
    await expect(of(fileIdOf('d'))).rejects.toThrow(/is IGNORED and was never part of a run/);
  });

  test.each([
    ['all of it', null, null, [0, 1, 2]],
    ['from a day on', day(2), null, [1, 2]],
    ['before a day', null, day(2), [0]],
    ['between two days', day(2), day(3), [1]],
  ])('by landing, %s, is in the order of landing', async (_name, since, until, expected) => {
    const found = await selectRuns(filled(), { kind: 'landed', dataset: orders, since, until });
    expect(found).toEqual(expected.map((n) => runIdOf('orders', n)));
  });

  test('by rejects is what stands and has some, or has the code', async () => {
    const of = (code: string | null) =>
      selectRuns(filled(), { kind: 'rejects', dataset: orders, code });
    expect(await of(null)).toEqual([0, 1, 2].map((n) => runIdOf('orders', n)));
    expect(await of('E_RANGE')).toEqual([runIdOf('orders', 1)]);
    expect(await of('E_TYPE')).toEqual([]);
  });
});

describe('the options', () => {
  test.each([
    [{ run: runIdOf('orders', 1) }, `run ${runIdOf('orders', 1)}`],
    [{ file: 'orders/a.csv' }, 'file orders/a.csv'],
    [
      { dataset: 'orders', since: '2026-11-01', until: '2026-12-01T05:00Z' },
      'orders landed 2026-11-01T00:00:00.000Z..2026-12-01T05:00:00.000Z',
    ],
    [{ dataset: 'orders', rejects: true as const }, 'orders rejects of any code'],
    [{ dataset: 'orders', rejects: 'E_RANGE' }, 'orders rejects E_RANGE'],
  ])('%j', (options, words) => {
    expect(selectionWords(selectionOf(options))).toBe(words);
  });

  test.each([
    ['nothing', {}],
    ['two ways', { run: runIdOf('orders', 1), file: 'a' }],
    ['a dataset alone', { dataset: 'orders' }],
    ['rejects of no dataset', { rejects: 'E_RANGE' }],
    ['a run of a dataset', { run: runIdOf('orders', 1), dataset: 'orders' }],
    ['no time', { dataset: 'orders', since: 'yesterday' }],
    ['a time without a zone', { dataset: 'orders', since: '2026-11-01T05:00:00' }],
  ])('%s is no selection', (_name, options) => {
    expect(() => selectionOf(options)).toThrow(/Replay what\?|is no time/);
  });
});
