import { expect, test } from 'vitest';
import { makeProgress } from '../../../bin/console/progress.ts';
import { replayAll } from '../../../bin/replay/replay-all.ts';
import { planReplay } from '../../../bin/replay/replay-run.ts';
import { planLines, printReplayed } from '../../../bin/replay/report.ts';
import { contractVersion } from '../../../core/contract.ts';
import { EpochMs, type RunId } from '../../../core/ids.ts';
import { me, replayStack, sales, salesFile } from '../../support/replay-stack.ts';
import { heardOutput } from '../fake-stack.ts';

const asked = (selection = 'all', again = false) => {
  const dataset = sales({ max: 15 });
  return { selection, again, dataset, contractVersion: contractVersion(dataset) };
};

/** Three runs of one row each, under a definition that takes more than the new one. */
const three = async () => {
  const stack = replayStack();
  for (const n of [1, 2, 3]) await stack.land([[`sales/${n}.csv`, salesFile(n * 10, n * 5, 50)]]);
  stack.deploy(sales({ max: 15 }));
  const runIds = (await stack.runs()).map(({ runId }) => runId);
  const { out, stdout } = heardOutput();
  const said: string[] = [];
  const progress = makeProgress(out, { write: (text) => said.push(text) }, stack.tick);
  const all = (ids: readonly RunId[] = runIds) =>
    replayAll({
      ...{ stack: stack.world, runIds: ids, asked: asked(), progress, waitMs: 600_000 },
      clock: stack.tick,
      sleep: () => stack.execute(),
    });
  return { stack, runIds, all, said, out, stdout };
};

test('runs are replayed one after the other, and each says what it came to', async () => {
  const { stack, all, said, out, stdout } = await three();
  const done = await all();
  expect(done.map(({ kind }) => kind)).toEqual(['replayed', 'replayed', 'replayed']);
  expect(await stack.rows('amount')).toEqual([{ amount: 5 }, { amount: 10 }, { amount: 15 }]);
  for (const each of done) printReplayed(out, each);
  expect(stdout.join('')).toContain('PUBLISHED, 1 published, 1 rejected (before: 2, 0)');
  expect(said.join('')).toMatch(/\(2 of 3\)/);
});

test('cut off, the same call goes on where it was and does nothing twice', async () => {
  const { stack, runIds, all } = await three();
  await all(runIds.slice(0, 2));
  const { start } = stack.world;
  Object.assign(stack.world, { start: () => Promise.reject(new Error('cut off')) });
  await expect(all()).rejects.toThrow('cut off');
  Object.assign(stack.world, { start });
  expect((await all()).map(({ kind }) => kind)).toEqual(['done', 'done', 'replayed']);
  expect((await all()).map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  expect(await stack.runs()).toHaveLength(6);
});

test('one that is refused leaves the others alone', async () => {
  const { stack, runIds, all, out, stdout } = await three();
  const [, second] = runIds;
  const { fileId, versionId } = Object.values(await stack.files())[1] ?? never();
  stack.remove('sales/2.csv', versionId);
  const done = await all();
  expect(done.map(({ kind }) => kind)).toEqual(['replayed', 'refused', 'replayed']);
  for (const each of done) printReplayed(out, each);
  expect(stdout.join('')).toContain(
    `${second}: not replayed. The bytes of sales/2.csv (file ${fileId})`,
  );
});

test('a dry run says what would change, by whom it was judged, and what is left', async () => {
  const { stack, runIds } = await three();
  const [runId = never()] = runIds;
  await stack.land([['sales/4.csv', 'id,amount\n1,2\n']]);
  const before = [await stack.runs(), stack.objects.size];
  const request = { by: me, now: EpochMs.parse(stack.tick()) };
  const plan = await planReplay(stack.world, runId, asked(), request);
  const { contractVersion: version } = asked();
  const said = planLines(plan, version).join('\n');
  expect(said).toContain('replayed as its generation 1, 1 file');
  expect(said).toContain('its 2 rows in the table are replaced by what its files come to');
  expect(said).toContain(`contract ${version}; it was judged by ${contractVersion(sales())}`);
  expect(said).toMatch(/again {2}sales\/1\.csv {2}[0-9a-f]{32}, PUBLISHED/);
  expect([await stack.runs(), stack.objects.size]).toEqual(before);
});

const never = (): never => {
  throw new Error('it is there');
};
