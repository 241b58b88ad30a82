import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../core/errors.ts';
import { terminalRunStates } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import { breakOnce, type Fault, faulty } from '../support/faults.ts';
import { replayStack, sales, salesFile } from '../support/replay-stack.ts';

/** A published run, and a definition that makes another thing of its files. */
const prepared = async (fault: { now: Fault }) => {
  const calls: { method: string; point: string }[] = [];
  const ports = faulty((call) => {
    calls.push(call);
    fault.now(call);
  });
  const stack = replayStack(sales({ max: 15 }), { wrap: ports.wrap });
  const bodies = [
    stack.drop('sales/a.csv', salesFile(1, 10, 20)).body,
    stack.drop('sales/b.csv', salesFile(11, 12)).body,
    stack.drop('sales/bad.csv', 'id,amount\n7,8\n').body,
  ];
  await stack.deliver(bodies);
  await stack.execute();
  const run = await stack.run(0);
  stack.deploy(sales());
  return { stack, run, bodies, calls, passed: ports.passed };
};

const fine: Fault = () => undefined;
const quietly = async (work: () => Promise<unknown>): Promise<void> => {
  await work().catch(() => undefined);
};
const oldIds = [1, 11];
const newIds = [1, 2, 11];

type Stack = ReturnType<typeof replayStack>;

/** The ledger and the table tell the same, and no row is there twice. */
const check = async (stack: Stack, point: number): Promise<'old' | 'new'> => {
  const rows = await stack.rows();
  const identities = rows.map((row) => JSON.stringify(row));
  expect(new Set(identities).size, `point ${point}: no row twice`).toBe(rows.length);
  const ids = (await stack.rows('id')).map((row) => Object.values(Object(row))[0]);
  const which = ids.length === oldIds.length ? 'old' : 'new';
  expect(ids, `point ${point}`).toEqual(which === 'old' ? oldIds : newIds);
  const runs = await stack.runs();
  const replay = runs.at(-1);
  for (const run of runs) expect(terminalRunStates, `point ${point}`).toContain(run.state);
  const files = await stack.files();
  const owner = which === 'old' ? runs[0]?.runId : replay?.runId;
  for (const key of ['sales/a.csv', 'sales/b.csv'])
    expect(files[key], `point ${point}`).toMatchObject({ state: 'PUBLISHED', runId: owner });
  expect(files['sales/bad.csv'], `point ${point}`).toMatchObject({ state: 'QUARANTINED' });
  return which;
};

const reads = ['file', 'run', 'get', 'head', 'peek', 'stream', 'load', 'list', 'contentOwner'];

/**
 * The points that are worth breaking at: behind everything that has an effect, and some of the
 * others, which are like the ones before what comes next.
 */
const points = async (): Promise<number[]> => {
  const { stack, run, calls } = await prepared({ now: fine });
  const before = calls.length;
  await stack.replay(run.runId);
  return calls.slice(before).flatMap(({ method, point }, index) => {
    const has = point === 'after' && !reads.includes(method) && (isRelease || index % 5 < 2);
    return has || index % every === 0 ? [index] : [];
  });
};
const isRelease = process.env.HEADGATE_RELEASE === '1';
const every = isRelease ? 23 : 61;

const breaking = async (point: number, error: Error): Promise<'old' | 'new'> => {
  const fault = { now: fine };
  const { stack, run, bodies, passed } = await prepared(fault);
  fault.now = breakOnce(passed() + point, error);
  await quietly(() => stack.replay(run.runId));
  fault.now = fine;
  // The turn of a load that was lost ends by itself.
  stack.pass(limits.loadLeaseMs);
  await stack.execute();
  // A notice that comes again finds a replay that was claimed, and starts it.
  await stack.deliver(bodies);
  await stack.execute();
  if ((await stack.runs()).length > 1) await check(stack, point);
  await stack.replay(run.runId);
  const which = await check(stack, point);
  expect((await stack.snapshots()).length, `point ${point}`).toBe(2);
  return which;
};

describe('a replay that breaks once, at any call of any port,', () => {
  const all = async (error: () => Error): Promise<void> => {
    const found = await points();
    expect(found.length).toBeGreaterThan(isRelease ? 30 : 8);
    for (const point of found) expect(await breaking(point, error()), `point ${point}`).toBe('new');
  };

  test('with an error that may pass, is done when it is asked for again', async () => {
    await all(() => new Error('the worker died'));
  }, 300_000);

  test('with one that never will, leaves all as it was, or is done', async () => {
    await all(() => new PermanentError('no right'));
  }, 300_000);
});
