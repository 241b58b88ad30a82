import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { breakOnce, crashAt, type Fault } from '../../support/faults.ts';
import { fence } from '../../support/landed.ts';
import { aWhile, scenes } from '../../support/scenes.ts';

/** One of everything that reconcile does something about. */
const everything = async () => {
  const scene = scenes();
  const { stack, land, claimed, stopped, commit, unexplained, bury } = scene;
  land('untracked-1.csv');
  land('untracked-2.csv');
  await claimed('unstarted.csv');
  const { runId: unnoted } = await claimed('unnoted.csv');
  await stack.pipeline.start(await pointerOf(scene, unnoted));
  await stopped('stalled.csv');
  await stopped('used-up.csv', limits.attemptsMax);
  const { runId: lost } = await stopped('start-lost.csv');
  await stack.ledger.nextAttempt(lost, fence(1), stack.now(), 'left-alone');
  const { runId: done } = await stopped('half-done.csv');
  await stack.ledger.markLoading(done, fence(1), stack.now());
  await commit(done);
  await unexplained('unexplained.csv');
  const known = land('known.csv').body;
  await bury([['m1', known]]);
  await stack.deliver([known]);
  await bury([
    ['m2', land('dead.csv').body],
    ['m3', 'no notice'],
  ]);
  stack.advance(aWhile);
  return scene;
};

const pointerOf = async (
  { stack }: ReturnType<typeof scenes>,
  runId: Parameters<typeof stack.ledger.run>[0],
) => {
  const run = await stack.ledger.run(runId);
  if (run === undefined) throw new Error('the test has claimed it');
  return { runId, dataset: run.dataset, fence: run.fence };
};

/** What comes of it when nothing breaks. */
const undisturbed = async () => {
  const scene = await everything();
  const { call, passed } = scene.worker();
  const { findings } = await call({});
  return { findings, points: passed(), ends: await scene.digest() };
};

test('everything that can be found is in these tests', async () => {
  const { findings } = await undisturbed();
  const found = new Set(findings.map(({ action }) => action?.kind));
  const all = ['announce', 'note-start', 'start', 'fail', 'explain', 'resolve', undefined];
  expect([...found].sort()).toEqual(all.sort());
});

test('a second call, and a third much later, change nothing more', async () => {
  const { ends } = await undisturbed();
  const scene = await everything();
  await scene.worker().call({});
  await scene.worker().call({});
  expect(await scene.digest()).toEqual(ends);
  scene.stack.advance(aWhile);
  await scene.worker().call({});
  expect(await scene.digest()).toEqual(ends);
});

test('several calls at once end where one does', async () => {
  const { ends } = await undisturbed();
  const scene = await everything();
  await Promise.all([1, 2, 3].map(() => scene.worker().call({})));
  expect(await scene.digest()).toEqual(ends);
  expect((await scene.stack.ledger.cursor()).turn).toBe(1);
});

test('a dry run finds the same and changes nothing', async () => {
  const { findings } = await undisturbed();
  const scene = await everything();
  const before = await scene.digest();
  const dry = await scene.worker().call({ dryRun: true });
  expect(dry.findings.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(
    findings.map(({ kind, subject }) => `${kind} ${subject}`),
  );
  expect(dry.findings.filter(({ done }) => done)).toEqual([]);
  expect(await scene.digest()).toEqual(before);
});

describe.each<[string, (at: number) => Fault]>([
  ['a worker that dies', crashAt],
  ['one call that breaks', (at) => breakOnce(at, new TransientError('throttled'))],
])('%s', (_what, fault) => {
  test('at any point: the calls after it end where an undisturbed one does', async () => {
    const { ends, points } = await undisturbed();
    expect(points).toBeGreaterThan(100);
    for (let at = 0; at < points; at += 1) {
      const scene = await everything();
      await scene
        .worker(fault(at))
        .call({})
        .catch(() => undefined);
      // What was half done is young now: a later call finds what is left of it.
      for (let later = 0; later < 2; later += 1) {
        scene.stack.advance(aWhile);
        await scene.worker().call({});
      }
      expect(await scene.digest(), `point ${at}`).toEqual(ends);
    }
  });
});
