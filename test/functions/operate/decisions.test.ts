import { describe, expect, test } from 'vitest';
import { me, operatorsOf, sales, salesFile } from './calls.ts';

/** A held run of two good rows and two bad ones. */
const withHeld = async () => {
  const operators = operatorsOf(sales({ holdAbove: 0.1 }));
  await operators.stack.land([['sales/1.csv', salesFile(1, 5, 6, 'many', 'more')]]);
  const { runId, state } = await operators.stack.run(0);
  expect(state).toBe('HELD');
  return { ...operators, runId, path: { run: runId } };
};

describe('a held run', () => {
  test('is released once, by whom the authorizer named, whatever the body says', async () => {
    const { ask, call, stack, path, telemetry } = await withHeld();
    const forged = await call('POST /runs/{run}/release', { path, body: { by: 'root' } });
    expect(forged.statusCode).toBe(400);
    expect((await stack.run(0)).state).toBe('HELD');
    const first = await ask('POST /runs/{run}/release', { path });
    expect(first).toMatchObject({ state: 'STARTED', attempt: 2, reason: null });
    await stack.execute();
    const again = await ask('POST /runs/{run}/release', { path });
    expect(again).toMatchObject({ state: 'PUBLISHED', attempt: 2 });
    const told = await ask('GET /runs/{run}', { path });
    expect(told.released).toMatchObject({ by: me, attempt: 1 });
    expect(await stack.rows('amount')).toEqual([{ amount: 5 }, { amount: 6 }]);
    expect(telemetry.lines.map(({ fields }) => fields.by)).toContain(me);
  });

  test('is discarded once, by the holder of a token', async () => {
    const { ask, call, path } = await withHeld();
    const by = { authorizer: { principalId: 'token ana' } };
    const first = await ask('POST /runs/{run}/discard', { path, by });
    expect(first).toMatchObject({ state: 'DISCARDED', reason: { code: 'E_DISCARDED' } });
    expect(first.reason?.detail).toContain('token ana discarded it');
    expect(await ask('POST /runs/{run}/discard', { path })).toEqual(first);
    const late = await call('POST /runs/{run}/release', { path });
    expect(late.json).toMatchObject({ status: 409, type: 'urn:headgate:problem:not-held' });
    expect(late.json.detail).toContain('is DISCARDED');
  });

  test('whose work has expired, or bytes came again, is not released', async () => {
    const { call, stack, path } = await withHeld();
    for (const uri of stack.objects.keys())
      if (uri.endsWith('transform.json')) stack.objects.delete(uri);
    const { json } = await call('POST /runs/{run}/release', { path });
    expect(json).toMatchObject({ status: 409, type: 'urn:headgate:problem:not-releasable' });
    expect((await stack.run(0)).state).toBe('HELD');
  });

  test('without a row to publish is not released', async () => {
    const { call, stack } = operatorsOf(sales({ holdAbove: 0.1 }));
    await stack.land([['sales/1.csv', salesFile(1, 'a', 'b')]]);
    const path = { run: (await stack.run(0)).runId };
    const { json } = await call('POST /runs/{run}/release', { path });
    expect(json).toMatchObject({
      status: 409,
      detail: expect.stringContaining('no row to publish'),
    });
  });

  test('is not replayed', async () => {
    const { call, path } = await withHeld();
    const { json } = await call('POST /runs/{run}/replay', { path });
    expect(json).toMatchObject({ status: 409, type: 'urn:headgate:problem:not-replayable' });
  });
});

/** Three runs of one row each, under a definition that takes more than the new one. */
const withThree = async () => {
  const operators = operatorsOf();
  const { stack } = operators;
  for (const n of [1, 2, 3]) await stack.land([[`sales/${n}.csv`, salesFile(n * 10, n * 5, 50)]]);
  stack.deploy(sales({ max: 15 }));
  return { ...operators, ids: (await stack.runs()).map(({ runId }) => runId) };
};

describe('a replay', () => {
  test('is told before, done once, and then said to be done', async () => {
    const { ask, stack, ids } = await withThree();
    const path = { run: ids[0] ?? '' };
    const plan = await ask('POST /runs/{run}/replay', { path, body: { dry_run: true } });
    expect(plan).toMatchObject({ outcome: 'planned', run_id: ids[0], files: [expect.any(String)] });
    expect(await stack.runs()).toHaveLength(3);
    const first = await ask('POST /runs/{run}/replay', { path });
    expect(first.outcome).toBe('started');
    const twin = await ask('POST /runs/{run}/replay', { path });
    expect(twin).toMatchObject({ outcome: 'joined', replay: first.replay });
    await stack.execute();
    const after = await ask('POST /runs/{run}/replay', { path });
    expect(after).toMatchObject({ outcome: 'done', replay: first.replay });
    expect(await stack.runs()).toHaveLength(4);
    const told = await ask('GET /runs/{run}', { path: { run: first.replay ?? '' } });
    expect(told.replays).toMatchObject({ run_id: ids[0], by: me, selection: `run ${ids[0]}` });
  });

  test('of everything that landed goes on call by call, and does nothing twice', async () => {
    const { ask, stack, ids } = await withThree();
    const path = { dataset: 'sales' };
    const all = { since: '2026-01-01', limit: 2 };
    const dry = await ask('POST /datasets/{dataset}/backfill', {
      path,
      body: { ...all, dry_run: true },
    });
    expect(dry.runs.map(({ run_id: id, outcome }) => [id, outcome])).toEqual([
      [ids[0], 'planned'],
      [ids[1], 'planned'],
    ]);
    expect(await stack.runs()).toHaveLength(3);
    const first = await ask('POST /datasets/{dataset}/backfill', { path, body: all });
    expect(first.runs.map(({ run_id: id }) => id)).toEqual([ids[0], ids[1]]);
    await stack.execute();
    const body = { ...all, cursor: first.next ?? '' };
    const second = await ask('POST /datasets/{dataset}/backfill', { path, body });
    expect(second).toMatchObject({ runs: [{ run_id: ids[2], outcome: 'started' }], next: null });
    await stack.execute();
    expect(await stack.rows('amount')).toEqual([{ amount: 5 }, { amount: 10 }, { amount: 15 }]);
    const again = await ask('POST /datasets/{dataset}/backfill', {
      path,
      body: { since: all.since },
    });
    expect(again.runs.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    expect(await stack.runs()).toHaveLength(6);
  });

  test('of a time takes what landed in it, and no other', async () => {
    const { ask } = await withThree();
    const path = { dataset: 'sales' };
    const late = { since: '2036-01-01', dry_run: true };
    const told = await ask('POST /datasets/{dataset}/backfill', { path, body: late });
    expect(told).toMatchObject({ runs: [], next: null, dry_run: true });
  });

  test('again takes each run once, also where pages meet the runs that it made', async () => {
    const { ask, stack } = operatorsOf();
    // Another run's file lies between the two of one run.
    const [first, between, last] = ['a', 'b', 'c'].map((name, index) =>
      stack.drop(`sales/${name}.csv`, salesFile(index * 10, 5)),
    );
    await stack.deliver([first, last].flatMap((dropped) => dropped?.body ?? []));
    await stack.execute();
    await stack.deliver([between?.body ?? '']);
    await stack.execute();
    expect(await stack.runs()).toHaveLength(2);
    const path = { dataset: 'sales' };
    let cursor: string | null = null;
    let calls = 0;
    do {
      const more: object = cursor === null ? {} : { cursor };
      const body = { since: '2026-01-01', again: true, limit: 1, ...more };
      const told = await ask('POST /datasets/{dataset}/backfill', { path, body });
      await stack.execute();
      cursor = told.next;
      calls += 1;
    } while (cursor !== null && calls < 9);
    expect(calls).toBeLessThan(4);
    expect(await stack.runs()).toHaveLength(4);
  });

  test('of all time is not asked for by leaving the time out', async () => {
    const { call } = await withThree();
    const path = { dataset: 'sales' };
    for (const body of ['', {}, { dry_run: true }]) {
      const { json } = await call('POST /datasets/{dataset}/backfill', { path, body });
      expect(json).toMatchObject({ status: 400, detail: expect.stringContaining('since') });
    }
  });
});
