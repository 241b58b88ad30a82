import { beforeAll, describe, expect, test } from 'vitest';
import type { RunId } from '../../core/ids.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../../core/ledger.ts';
import { snapshotsOf } from './support/catalog.ts';
import { type Dropped, drop, ended, freshKey, runEnded } from './support/drops.ts';
import { failures, history, visits } from './support/executions.ts';
import { headgateRow } from './support/headgate.ts';
import { logGroups, logLines } from './support/logs.ts';
import { withProducts } from './support/products.ts';
import { csv, goodOrders } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';
import { killWhen, workersOf } from './support/workers.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
});

type InWork = { readonly file: FileEntry; readonly run: RunEntry };

/**
 * Drops a file, and kills every worker of a stage as soon as something is true of its run, or was:
 * a moment that was missed is told from what follows.
 */
const landAndKill = async (
  rows: number,
  stage: 'Validate' | 'Load',
  isTime: (work: InWork) => boolean | Promise<boolean>,
): Promise<{ dropped: Dropped; run: RunEntry }> => {
  const body = csv(goodOrders(rows));
  const workers = await workersOf(stack, stage);
  const dropped = await drop(stack, freshKey('orders', 'killed.csv'), body);
  await killWhen(workers, `the moment to kill ${stage}`, async () => {
    const file = await stack.ledger.file(dropped.fileId);
    const run = file?.runId ? await stack.ledger.run(file.runId) : undefined;
    if (file === undefined || run === undefined) return false;
    return terminalRunStates.includes(run.state) || (await isTime({ file, run }));
  });
  const file = await ended(stack, dropped);
  return { dropped, run: await runEnded(stack, file.runId) };
};

/** The table has each row once, in one snapshot, as if nothing had happened. */
const expectWhole = async ({ fileId }: Dropped, run: RunEntry, rows: number): Promise<void> => {
  const counts = { rowsIn: rows, published: rows, rejected: 0, deduplicated: 0 };
  expect(run).toMatchObject({ state: 'PUBLISHED', counts });
  const row = await headgateRow(
    `SELECT count(*) AS n, count(DISTINCT order_id) AS keys, sum(line_total)::VARCHAR AS total
     FROM orders WHERE _file = '${fileId}'`,
  );
  expect(row).toEqual({ n: rows, keys: rows, total: (rows * 20.5).toFixed(2) });
  expect(await snapshotsOf(stack, 'orders', run.runId)).toBe(1);
};

type Moment = {
  readonly when: string;
  readonly isTime: (run: RunEntry) => Promise<boolean>;
  /** Tells from what followed that the worker was in the middle of it. */
  readonly isHit: (run: RunEntry) => Promise<boolean>;
};
const triesMax = 6;

const loadOutput = async (runId: RunId) =>
  visits(await history(stack, runId)).find(({ state }) => state === 'Load')?.output;

const killedTasks = async (runId: RunId): Promise<number> =>
  failures(await history(stack, runId)).length;

/** Local AWS keeps no history of the states inside a Map, but each call leaves a line here. */
const largeWorkersCalls = async (): Promise<number> => {
  const group = (await logGroups()).find((name) => name.includes('LargeValidateLogs'));
  const lines = group === undefined ? [] : await logLines(group);
  return lines.filter((line) => line.includes('REPORT')).length;
};

describe('a worker that is killed', () => {
  test('while it judges rows leaves nothing behind: a large one judges them again', async () => {
    const rows = 60_000;
    const before = await largeWorkersCalls();
    // The content is claimed once the file is read, and before its first row is judged.
    const { dropped, run } = await landAndKill(
      rows,
      'Validate',
      ({ file }) => file.contentId !== null,
    );
    expect(await killedTasks(run.runId)).toBeGreaterThan(0);
    await until('the large worker in its log', async () =>
      (await largeWorkersCalls()) > before ? true : undefined,
    );
    await expectWhole(dropped, run, rows);
  });

  test.each<Moment>([
    {
      when: 'before its commit is through',
      isTime: async ({ state }) => state === 'LOADING',
      isHit: async ({ runId }) => (await killedTasks(runId)) > 0,
    },
    {
      when: 'after its commit, before its answer',
      isTime: async ({ runId, state }) =>
        state === 'LOADING' && (await snapshotsOf(stack, 'orders', runId)) === 1,
      isHit: async ({ runId }) => (await loadOutput(runId))?.already === true,
    },
  ])('$when has its rows loaded once', async ({ isTime, isHit }) => {
    const rows = 50;
    // The moment lasts some milliseconds, so that it may be missed on a busy machine.
    for (let tries = 0; tries < triesMax; tries += 1) {
      const { dropped, run } = await landAndKill(rows, 'Load', (work) => isTime(work.run));
      await expectWhole(dropped, run, rows);
      if (await isHit(run)) return;
    }
    throw new Error(`${triesMax} workers were all killed too late`);
  });
});
