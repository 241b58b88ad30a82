import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../core/define-dataset.ts';
import { integer, text } from '../../core/fields/index.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { replayStack, sales, salesFile } from '../support/replay-stack.ts';

const published = async (options: Parameters<typeof replayStack>[1] = {}) => {
  const stack = replayStack(sales(), options);
  const a = stack.drop('sales/a.csv', salesFile(1, 10, 20, 500));
  const b = stack.drop('sales/b.csv', salesFile(11, 30));
  await stack.deliver([a.body, b.body]);
  await stack.execute();
  return { stack, run: await stack.run(0), a, b, before: await seen(stack) };
};

/** All that a replay that fails must leave as it was. */
const seen = async (stack: ReturnType<typeof replayStack>) => ({
  rows: await stack.rows(),
  files: Object.entries(await stack.files()).map(
    ([key, { state, runId, fence, counts, reason }]) => [
      ...[key, state, runId, fence, counts, reason],
    ],
  ),
});

const reasonOf = (run: RunEntry) => `${run.state} ${run.reason?.code}: ${run.reason?.detail}`;

describe('a replay that would lose published rows is refused, and changes nothing:', () => {
  test('a file was deleted before it was asked for', async () => {
    const { stack, run, b, before } = await published();
    stack.remove('sales/b.csv', b.versionId);
    await expect(stack.start(run.runId)).rejects.toThrow(/sales\/b\.csv .* are gone/);
    expect(await stack.runs()).toHaveLength(1);
    expect(await seen(stack)).toEqual(before);
  });

  test.each(['gone', 'archived'] as const)('a file is %s when its plan is made', async (how) => {
    const { stack, run, b, before } = await published();
    await stack.start(run.runId);
    if (how === 'gone') stack.remove('sales/b.csv', b.versionId);
    else stack.archive('sales/b.csv', b.versionId);
    await stack.execute();
    const code = how === 'gone' ? 'GONE' : 'E_ARCHIVED';
    expect(reasonOf(await stack.run(1))).toMatch(
      new RegExp(`FAILED E_REPLAY: file [0-9a-f]{32} is published.*${code}`),
    );
    expect(await seen(stack)).toEqual(before);
    expect([...stack.objects.keys()].filter((uri) => uri.includes('/_files/'))).toEqual([]);
  });

  test('a file has other columns than the new definition', async () => {
    const { stack, run, before } = await published();
    const { evolution: _evolution, ...old } = sales();
    stack.deploy(
      defineDataset({
        ...{ name: 'sales', domain: 'test', owner: 'test', description: 'For this test.' },
        fields: { id: integer(), amount: integer(), other: text() },
        key: ['id'],
        write: old.write,
      }),
    );
    await stack.replay(run.runId);
    expect(reasonOf(await stack.run(1))).toMatch(/FAILED E_REPLAY: .*E_HEADER|E_SCHEMA/);
    expect(await seen(stack)).toEqual(before);
    stack.deploy(sales({ max: 1000 }));
    await stack.replay(run.runId);
    expect(await stack.run(2)).toMatchObject({
      ...{ state: 'PUBLISHED', replays: { generation: 2 }, counts: { published: 4 } },
    });
  });

  test('its files kill their worker', async () => {
    let kill = false;
    const { stack, run, before } = await published({
      around: (name, stage) => async (event) => {
        if (kill && name === 'validate') throw new Error('Runtime exited: signal: killed');
        return await stage(event);
      },
    });
    kill = true;
    await stack.replay(run.runId);
    expect(reasonOf(await stack.run(1))).toMatch(/FAILED E_REPLAY: .*E_RESOURCE/);
    expect(await seen(stack)).toEqual(before);
  });

  test('a stage fails for a reason that is in no file', async () => {
    let broken = false;
    const { stack, run, before } = await published({
      around: (name, stage) => async (event) => {
        if (broken && name === 'transform') throw new Error('no right');
        return await stage(event);
      },
    });
    broken = true;
    await stack.replay(run.runId);
    expect(await stack.run(1)).toMatchObject({ state: 'FAILED', reason: { code: 'E_INTERNAL' } });
    expect((await stack.run(1)).fence).toBe(3);
    expect(await seen(stack)).toEqual(before);
  });

  test('the definition it was asked for with is not the deployed one', async () => {
    const { stack, run, before } = await published();
    stack.deploy(sales({ max: 1000 }));
    await stack.start(run.runId);
    stack.deploy(sales());
    await stack.execute();
    expect(reasonOf(await stack.run(1))).toMatch(/E_REPLAY: .*is deployed; deploy the definition/);
    expect(await seen(stack)).toEqual(before);
  });

  test('another writer has rewritten the rows of the run', async () => {
    const { stack, run } = await published();
    const table = stack.tables.get('sales');
    if (table === undefined) throw new Error('there is a table');
    // As a rollback would: the snapshot is there, and the table does not hold it.
    stack.tables.set('sales', { ...table, refs: {}, 'current-snapshot-id': -1n });
    const before = await seen(stack);
    await stack.replay(run.runId);
    expect(reasonOf(await stack.run(1))).toMatch(/E_REPLAY: 0 of 1 data files .*another writer/);
    expect(await seen(stack)).toEqual(before);
    expect(stack.snapshots()).toHaveLength(1);
  });
});

describe('what is not replayed:', () => {
  test('a held run, a discarded one, and one under way', async () => {
    const stack = replayStack(sales({ holdAbove: 0 }));
    await stack.land([['sales/a.csv', salesFile(1, 500)]]);
    const { runId } = await stack.run(0);
    await expect(stack.start(runId)).rejects.toThrow(/is HELD; nothing of it is published/);
    await stack.ledger.discard(runId, 'me', (await stack.run(0)).updatedAt);
    await expect(stack.start(runId)).rejects.toThrow(/is DISCARDED[\s\S]*Drop its files again/);
    await stack.deliver([stack.drop('sales/b.csv', salesFile(2, 5)).body]);
    await expect(stack.start((await stack.run(1)).runId)).rejects.toThrow(/is STARTED/);
  });

  test('a run of which every file ended for good', async () => {
    const stack = replayStack();
    await stack.land([['sales/a.csv', salesFile(1, 5)]]);
    await stack.land([['sales/again.csv', salesFile(1, 5)]]);
    const { runId } = await stack.run(1);
    await expect(stack.start(runId)).rejects.toThrow(/sales\/again\.csv is DUPLICATE/);
  });

  test('a refused file whose bytes came again', async () => {
    const stack = replayStack();
    const wide = 'id,amount,note,more\n7,8,a,b\n';
    await stack.land([['sales/wide.csv', wide]]);
    const { runId } = await stack.run(0);
    stack.deploy(sales({ evolves: true }));
    await stack.land([['sales/again.csv', wide]]);
    expect((await stack.files())['sales/again.csv']?.state).toBe('PUBLISHED');
    await expect(stack.start(runId)).rejects.toThrow(/sales\/wide\.csv has the bytes of file/);
  });

  test('while it is replayed, the bytes of a refused file are a duplicate', async () => {
    const stack = replayStack();
    const wide = 'id,amount,note,more\n7,8,a,b\n';
    await stack.land([['sales/wide.csv', wide]]);
    stack.deploy(sales({ evolves: true }));
    await stack.start((await stack.run(0)).runId);
    await stack.deliver([stack.drop('sales/again.csv', wide).body]);
    await stack.execute();
    const files = await stack.files();
    expect(files['sales/wide.csv']?.state).toBe('PUBLISHED');
    expect(files['sales/again.csv']?.state).toBe('DUPLICATE');
    expect(await stack.rows('id')).toEqual([{ id: 7 }]);
  });

  test('of a table that each file replaces, any run but the newest', async () => {
    const stack = replayStack(sales({ replaces: true }));
    await stack.land([['sales/a.csv', salesFile(1, 5, 500)]]);
    await stack.land([['sales/b.csv', salesFile(2, 6, 600)]]);
    const [old, newest] = await stack.runs();
    if (old === undefined || newest === undefined) throw new Error('there are two runs');
    await expect(stack.start(old.runId)).rejects.toThrow(
      new RegExp(`is not the run whose rows[\\s\\S]*replay --run ${newest.runId}`),
    );
    stack.deploy(sales({ replaces: true, max: 1000 }));
    await stack.replay(newest.runId);
    expect(await stack.rows('id')).toEqual([{ id: 2 }, { id: 3 }]);
  });

  test('of such a table, a run that is overtaken while its replay is under way', async () => {
    const stack = replayStack(sales({ replaces: true }));
    await stack.land([['sales/a.csv', salesFile(1, 5)]]);
    const { runId } = await stack.run(0);
    await stack.start(runId);
    const late = [...stack.pipeline.started].at(-1);
    if (late === undefined) throw new Error('it was started');
    stack.pipeline.started.delete(late[0]);
    await stack.land([['sales/b.csv', salesFile(2, 6)]]);
    stack.pipeline.started.set(...late);
    await stack.execute();
    const replay = (await stack.runs()).find(({ replays }) => replays !== undefined);
    expect(replay).toMatchObject({ state: 'FAILED', reason: { code: 'E_REPLAY' } });
    expect((await stack.files())['sales/a.csv']).toMatchObject({ state: 'PUBLISHED', runId });
    expect(await stack.rows('id')).toEqual([{ id: 2 }]);
  });
});
