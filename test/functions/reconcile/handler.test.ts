import { describe, expect, test } from 'vitest';
import { limits } from '../../../core/limits.ts';
import { firstMarker } from '../../../core/reconcile/marker.ts';
import type { Told } from '../../../functions/reconcile/handler.ts';
import { fence } from '../../support/landed.ts';
import { aWhile, csv, products, scenes } from '../../support/scenes.ts';

const kinds = (findings: readonly Told[]) => findings.map(({ kind, done }) => [kind, done]);

describe('untracked', () => {
  test('a version whose notice was lost is found, announced once more, and published', async () => {
    const { stack, land, worker, settle, queue } = scenes();
    land('lost.csv');
    stack.advance(aWhile);
    const { call } = worker();
    const first = await call({});
    expect(kinds(first.findings)).toEqual([['untracked', true]]);
    expect(queue).toHaveLength(1);
    await settle();
    const [file] = await stack.ledger.listFiles({ limit: 9 });
    expect(file).toMatchObject({ key: 'products/lost.csv', state: 'PUBLISHED', sequencer: '' });
    stack.advance(aWhile);
    expect(await call({})).toEqual({ findings: [], failed: 0, next: null });
  });

  test('a version whose notice may be on its way is left alone', async () => {
    const { stack, land, worker, queue } = scenes();
    land('young.csv');
    stack.advance(limits.reconcileGraceMs - 60_000);
    expect((await worker().call({})).findings).toEqual([]);
    expect(queue).toEqual([]);
  });

  test('every version of a key counts, and a deleted one does not show', async () => {
    const { stack, land, worker, queue } = scenes();
    const [first] = [land('a.csv'), land('a.csv', `${csv}P-0002,Rake,home,1.00\n`)];
    stack.remove('products/a.csv', first.versionId);
    land('b.csv');
    stack.advance(aWhile);
    await worker().call({});
    expect(queue.map((body) => JSON.parse(body).detail.object)).toEqual([
      expect.objectContaining({ key: 'products/a.csv', 'version-id': 'v2' }),
      expect.objectContaining({ key: 'products/b.csv', 'version-id': 'v3' }),
    ]);
  });

  test('a version that intake gave up on is not announced again and again', async () => {
    const { stack, land, worker, bury, queue } = scenes();
    await bury([['m1', land('poison.csv').body]]);
    stack.advance(aWhile);
    const { findings } = await worker().call({});
    expect(kinds(findings)).toEqual([['untracked', false]]);
    expect(findings[0]?.detail).toContain('dead letter');
    expect(queue).toEqual([]);
  });
});

describe('a run under way', () => {
  test('that was claimed and never started is started as the same attempt', async () => {
    const { stack, claimed, worker } = scenes();
    const { runId } = await claimed('a.csv');
    stack.advance(aWhile);
    expect(kinds((await worker().call({})).findings)).toEqual([['unstarted', true]]);
    expect([...stack.pipeline.started.values()]).toEqual([{ runId, dataset: products, fence: 1 }]);
    expect(await stack.ledger.run(runId)).toMatchObject({ state: 'STARTED', fence: 1 });
  });

  test('whose start was not noted is noted, and not started twice', async () => {
    const { stack, claimed, worker } = scenes();
    const { runId } = await claimed('a.csv');
    await stack.pipeline.start({ runId, dataset: products, fence: fence(1) });
    stack.advance(aWhile);
    expect(kinds((await worker().call({})).findings)).toEqual([['unstarted', true]]);
    expect(stack.pipeline.started.size).toBe(1);
    expect((await stack.ledger.run(runId))?.state).toBe('STARTED');
  });

  test('whose next attempt was never started gets that start, and no further attempt', async () => {
    const { stack, stopped, worker } = scenes();
    const { runId } = await stopped('a.csv');
    await stack.ledger.nextAttempt(runId, fence(1), stack.now(), 'left-alone');
    stack.advance(aWhile);
    expect(kinds((await worker().call({})).findings)).toEqual([['unstarted', true]]);
    expect([...stack.pipeline.started.keys()]).toEqual([`${runId}-a1`, `${runId}-a2`]);
  });

  test('whose execution runs is never touched, however long it takes', async () => {
    const { stack, land, worker, digest } = scenes();
    await stack.deliver([land('a.csv').body]);
    stack.advance(100 * aWhile);
    const before = await digest();
    expect((await worker().call({})).findings).toEqual([]);
    expect(await digest()).toEqual(before);
  });

  test('whose execution is over goes to its next attempt, and is published by it', async () => {
    const { stack, stopped, worker, settle } = scenes();
    const { runId } = await stopped('a.csv');
    stack.advance(aWhile);
    expect(kinds((await worker().call({})).findings)).toEqual([['stalled', true]]);
    expect(await stack.ledger.run(runId)).toMatchObject({ state: 'STARTED', fence: 2 });
    await settle();
    expect(await stack.ledger.run(runId)).toMatchObject({ state: 'PUBLISHED', fence: 2 });
  });

  test('that the index shows as it was before its next attempt is left to a later call', async () => {
    const { stack, stopped, worker } = scenes();
    const { runId } = await stopped('a.csv');
    const lagging = await stack.ledger.runsIn({ state: 'STARTED', after: null, limit: 9 });
    await stack.ledger.nextAttempt(runId, fence(1), stack.now(), 'left-alone');
    await stack.pipeline.start({ runId, dataset: products, fence: fence(2) });
    stack.advance(aWhile);
    const none = { runs: [], next: null };
    stack.ledger.runsIn = async ({ state }) => (state === 'STARTED' ? lagging : none);
    expect((await worker().call({})).findings).toEqual([]);
    expect((await stack.ledger.run(runId))?.fence).toBe(2);
  });

  test('whose last attempt is over has its files quarantined', async () => {
    const { stack, stopped, worker } = scenes();
    const { runId, fileId } = await stopped('a.csv', limits.attemptsMax);
    stack.advance(aWhile);
    const { findings } = await worker().call({});
    expect(kinds(findings)).toEqual([['stalled', true]]);
    expect(findings[0]?.detail).toContain('it was the last one');
    expect((await stack.ledger.run(runId))?.state).toBe('FAILED');
    const reason = { code: 'E_INTERNAL', detail: expect.stringContaining('ExecutionEnded') };
    expect(await stack.ledger.file(fileId)).toMatchObject({ state: 'QUARANTINED', reason });
    expect(stack.objects.has(`s3://quarantine/products/_files/${fileId}.json`)).toBe(true);
  });

  test('that was loading, and whose rows are not in the table, goes to its next attempt', async () => {
    const { stack, stopped, worker } = scenes();
    const { runId } = await stopped('a.csv');
    await stack.ledger.markLoading(runId, fence(1), stack.now());
    stack.advance(aWhile);
    expect(kinds((await worker().call({})).findings)).toEqual([['stalled', true]]);
    expect(await stack.ledger.run(runId)).toMatchObject({ state: 'STARTED', fence: 2 });
  });
});

describe('half-done', () => {
  const breaking = () => {
    const broken = { publish: true };
    const scene = scenes({
      around: (name, stage) => async (event) => {
        if (name === 'publish' && broken.publish) throw new Error('the ledger is not there');
        return await stage(event);
      },
    });
    const { stack, land } = scene;
    const start = async () => {
      await stack.deliver([land('a.csv').body]);
      await stack.execute().catch(() => undefined);
      stack.advance(aWhile);
    };
    return { ...scene, broken, start };
  };

  test('a run whose rows are in the table is rolled forward, under the same attempt', async () => {
    const { stack, worker, settle, broken, start } = breaking();
    await start();
    const [run] = await stack.ledger.listRuns({ limit: 1 });
    expect(run?.state).toBe('LOADING');
    broken.publish = false;
    expect(kinds((await worker().call({})).findings)).toEqual([['half-done', true]]);
    expect([...stack.pipeline.started.keys()].at(-1)).toBe(`${run?.runId}-p1`);
    await settle();
    expect(await stack.ledger.listRuns({ limit: 1 })).toMatchObject([
      { state: 'PUBLISHED', fence: 1, counts: { published: 1 } },
    ]);
    expect(stack.tables.get('products')?.snapshots).toHaveLength(1);
  });

  test('is started anew while that fails, never twice at once, and told after some tries', async () => {
    const { stack, worker, start } = breaking();
    await start();
    for (let tries = 1; tries <= limits.publishStartsMax; tries += 1) {
      expect(kinds((await worker().call({})).findings)).toEqual([['half-done', true]]);
      expect((await worker().call({})).findings).toEqual([]);
      await stack.execute().catch(() => undefined);
      stack.advance(aWhile);
    }
    const { findings } = await worker().call({});
    expect(kinds(findings)).toEqual([['half-done', false]]);
    expect(stack.pipeline.started.size).toBe(1 + limits.publishStartsMax);
  });
});

describe('dead letters', () => {
  test('are resolved once their file is in the ledger, redriven or not', async () => {
    const { stack, land, bury, worker, digest } = scenes();
    const [a, b, c] = ['a.csv', 'b.csv', 'c.csv'].map((name) => land(name).body);
    await bury([
      ['m1', a ?? ''],
      ['m2', b ?? ''],
      ['m3', c ?? ''],
      ['m4', 'no notice'],
    ]);
    await stack.ledger.moveLetter('m2', 'redriven', stack.now());
    await stack.deliver([a ?? '', b ?? '']);
    const { findings } = await worker().call({});
    expect(kinds(findings)).toEqual([
      ['letter', true],
      ['letter', true],
    ]);
    expect((await digest()).letters.sort()).toEqual([
      'm1 resolved',
      'm2 resolved',
      'm3 open',
      'm4 open',
    ]);
  });
});

describe('the walk', () => {
  test('goes on where the call before ended, and begins anew behind the end', async () => {
    const { stack, land, worker, queue } = scenes();
    // Two versions a page, and a few pages for all else.
    const versions = 2 * limits.reconcilePagesMax + 2;
    for (let n = 0; n < versions; n += 1) land(`f${String(n).padStart(3, '0')}.csv`);
    stack.advance(aWhile);
    const first = await worker().call({});
    expect(first.next).toMatchObject({ step: 'landing' });
    expect(queue.length).toBeLessThan(versions);
    expect((await stack.ledger.cursor()).marker).toEqual(first.next);
    const second = await worker().call({});
    expect(second.next).toBeNull();
    expect(new Set(queue).size).toBe(versions);
    expect((await stack.ledger.cursor()).marker).toEqual(firstMarker);
  });

  test('of a caller that says where is not that of the schedule', async () => {
    const { stack, land, worker } = scenes();
    land('a.csv');
    await worker().call({ from: null });
    await worker().call({ dataset: 'products' });
    await worker().call({ dryRun: true });
    expect(await stack.ledger.cursor()).toEqual({ marker: firstMarker, turn: 0 });
    await worker().call({ version: '0', source: 'aws.events', detail: {} });
    expect((await stack.ledger.cursor()).turn).toBe(1);
  });

  test('of one dataset sees nothing of another', async () => {
    const { stack, land, stopped, unexplained, worker, queue } = scenes();
    land('a.csv', csv, 'orders');
    await stopped('b.csv');
    await unexplained('c.csv');
    stack.advance(aWhile);
    const { findings } = await worker().call({ dataset: 'orders' });
    expect(kinds(findings)).toEqual([['untracked', true]]);
    expect(queue).toHaveLength(1);
  });
});
