import { describe, expect, test } from 'vitest';
import { discardRun } from '../../bin/commands/discard.ts';
import { releaseRun } from '../../bin/commands/release.ts';
import { contractVersion } from '../../core/contract.ts';
import { me, replayStack, sales, salesFile } from '../support/replay-stack.ts';

/** A stack whose one run has published four rows of two files, and rejected one. */
const published = async (options: Parameters<typeof replayStack>[1] = {}) => {
  const stack = replayStack(sales(), options);
  const bodies = [
    stack.drop('sales/a.csv', salesFile(1, 10, 20, 500)).body,
    stack.drop('sales/b.csv', salesFile(11, 30, 40)).body,
  ];
  await stack.deliver(bodies);
  await stack.execute();
  return { stack, run: await stack.run(0), bodies };
};

const idsOf = (rows: readonly unknown[]): unknown[] =>
  rows.map((row) => (row instanceof Object && 'id' in row ? row.id : undefined));

describe('a replay', () => {
  test('under a corrected definition replaces the rows of its run, and no identity changes', async () => {
    const { stack, run } = await published();
    const before = await stack.rows();
    expect(idsOf(before)).toEqual([1, 2, 11, 12]);
    stack.deploy(sales({ max: 1000 }));
    const started = await stack.replay(run.runId);
    const replay = await stack.run(1);
    expect(started).toEqual({ kind: 'started', runId: replay.runId });
    expect(replay).toMatchObject({
      ...{ state: 'PUBLISHED', contractVersion: contractVersion(sales({ max: 1000 })) },
      replays: { runId: run.runId, generation: 1, by: me, selection: `run ${run.runId}` },
      counts: { rowsIn: 5, published: 5, rejected: 0 },
    });
    expect(await stack.ledger.run(run.runId)).toMatchObject({
      ...{ state: 'PUBLISHED', replacedBy: replay.runId, contractVersion: run.contractVersion },
    });
    const after = await stack.rows();
    const files = await stack.files();
    const added = { id: 3, amount: 500, _file: files['sales/a.csv']?.fileId, _row: 3 };
    expect(after).toEqual([...before.slice(0, 2), added, ...before.slice(2)]);
    expect(Object.values(files).map(({ state, runId }) => [state, runId])).toEqual([
      ['PUBLISHED', replay.runId],
      ['PUBLISHED', replay.runId],
    ]);
    expect(stack.snapshots().map(({ summary }) => summary.operation)).toEqual([
      'append',
      'overwrite',
    ]);
    expect(stack.snapshots()[1]?.summary).toMatchObject({
      ...{ 'headgate.run-id': replay.runId, 'headgate.replaces': run.runId, 'total-records': '5' },
    });
    expect(stack.events.at(-1)?.detail).toMatchObject({ replaces: run.runId });
  });

  test('of a replay takes out what that one has put in', async () => {
    const { stack, run } = await published();
    for (const max of [1000, 15, 100]) {
      stack.deploy(sales({ max }));
      await stack.replay(run.runId);
    }
    expect(idsOf(await stack.rows())).toEqual([1, 2, 11, 12]);
    const [first, second, third, fourth] = await stack.runs();
    expect([first?.replacedBy, second?.replacedBy, third?.replacedBy]).toEqual([
      ...[second?.runId, third?.runId, fourth?.runId],
    ]);
    expect(fourth?.replays).toMatchObject({ runId: third?.runId, generation: 3 });
    expect(stack.snapshots()).toHaveLength(4);
  });

  test('leaves what other runs have published as it is', async () => {
    const { stack, run } = await published();
    await stack.land([['sales/c.csv', salesFile(21, 7)]]);
    stack.deploy(sales({ max: 15 }));
    await stack.replay(run.runId);
    expect(idsOf(await stack.rows())).toEqual([1, 21]);
  });

  test('that is asked for again, by twins and after its end, is one replay', async () => {
    const { stack, run } = await published();
    const twins = await Promise.all([1, 2, 3].map(() => stack.start(run.runId)));
    expect(new Set(twins.map(({ runId }) => runId)).size).toBe(1);
    expect(twins.map(({ kind }) => kind).sort()).toEqual(['joined', 'joined', 'started']);
    await stack.execute();
    expect(await stack.replay(run.runId)).toMatchObject({ kind: 'done', runId: twins[0]?.runId });
    expect(await stack.runs()).toHaveLength(2);
    expect(stack.snapshots()).toHaveLength(2);
    expect(await stack.replay(run.runId, { again: true })).toMatchObject({ kind: 'started' });
    expect(await stack.runs()).toHaveLength(3);
    expect(idsOf(await stack.rows())).toEqual([1, 2, 11, 12]);
  });

  test('whose start was lost is started by asking again', async () => {
    const { stack, run } = await published();
    const { start } = stack.world;
    Object.assign(stack.world, { start: () => Promise.reject(new Error('lost')) });
    await expect(stack.start(run.runId)).rejects.toThrow('lost');
    Object.assign(stack.world, { start });
    expect(await stack.replay(run.runId)).toMatchObject({ kind: 'joined' });
    expect((await stack.run(1)).state).toBe('PUBLISHED');
  });

  test('of a file that is refused again has the last word on it', async () => {
    const { stack } = await published();
    await stack.land([['sales/wrong.csv', 'id,amount\n7,8\n']]);
    const [, refused] = await stack.runs();
    expect((await stack.files())['sales/wrong.csv']).toMatchObject({ state: 'QUARANTINED' });
    if (refused === undefined) throw new Error('there is a second run');
    await stack.replay(refused.runId);
    expect((await stack.run(2)).state).toBe('NOTHING');
    expect((await stack.files())['sales/wrong.csv']).toMatchObject({
      ...{ state: 'QUARANTINED', runId: (await stack.run(2)).runId },
    });
    expect(await stack.ledger.run(refused.runId)).toMatchObject({
      replacedBy: (await stack.run(2)).runId,
    });
  });

  test('that leaves no row takes the old ones out, and is replayed like any other', async () => {
    const { stack, run } = await published();
    stack.deploy(sales({ max: 1, holdAbove: 1 }));
    await stack.replay(run.runId);
    expect(await stack.run(1)).toMatchObject({ state: 'PUBLISHED', counts: { published: 0 } });
    const taken = stack.snapshots().at(-1);
    expect(taken?.summary).toMatchObject({ operation: 'delete', 'deleted-records': '4' });
    expect((await stack.run(1)).snapshotId).toBe(String(taken?.['snapshot-id']));
    expect(await stack.rows()).toEqual([]);
    stack.deploy(sales());
    await stack.replay(run.runId);
    expect(idsOf(await stack.rows())).toEqual([1, 2, 11, 12]);
  });
});

describe('a replay that is held', () => {
  const held = async () => {
    const { stack, run, bodies } = await published();
    stack.deploy(sales({ max: 15, holdAbove: 0 }));
    await stack.replay(run.runId);
    const { runId } = await stack.run(1);
    return { stack, run, runId, bodies };
  };

  test('leaves rows and files to the run that it replays, until it is released', async () => {
    const { stack, run, runId } = await held();
    expect((await stack.run(1)).state).toBe('HELD');
    expect(idsOf(await stack.rows())).toEqual([1, 2, 11, 12]);
    for (const file of Object.values(await stack.files()))
      expect(file).toMatchObject({ state: 'PUBLISHED', runId: run.runId, fence: 1 });
    expect((await stack.ledger.run(run.runId))?.replacedBy).toBeUndefined();
    await expect(stack.start(run.runId)).rejects.toThrow(/is HELD[\s\S]*headgate release/);
    await releaseRun(stack.world, runId, stack.tick);
    await stack.execute();
    expect(await stack.run(1)).toMatchObject({ state: 'PUBLISHED', fence: 2 });
    expect(idsOf(await stack.rows())).toEqual([1]);
    expect(await stack.ledger.run(run.runId)).toMatchObject({ replacedBy: runId });
    for (const file of Object.values(await stack.files()))
      expect(file).toMatchObject({ state: 'PUBLISHED', runId, fence: 2 });
  });

  test('leaves a file that was refused before as it was, though it could be read now', async () => {
    const stack = replayStack(sales({ holdAbove: 0 }));
    const wide = 'id,amount,note,more\n7,8,a,b\n';
    await stack.deliver([
      stack.drop('sales/a.csv', salesFile(1, 10)).body,
      stack.drop('sales/wide.csv', wide).body,
    ]);
    await stack.execute();
    const { runId } = await stack.run(0);
    stack.deploy(sales({ holdAbove: 0, max: 5, evolves: true }));
    await stack.replay(runId);
    expect((await stack.run(1)).state).toBe('HELD');
    const refused = { state: 'QUARANTINED', runId, reason: { code: expect.any(String) } };
    expect((await stack.files())['sales/wide.csv']).toMatchObject(refused);
  });

  test('and discarded leaves everything as it was, and can be asked for anew', async () => {
    const { stack, run, runId } = await held();
    await discardRun(stack.world, runId, stack.tick);
    expect(idsOf(await stack.rows())).toEqual([1, 2, 11, 12]);
    for (const file of Object.values(await stack.files()))
      expect(file).toMatchObject({ state: 'PUBLISHED', runId: run.runId });
    stack.deploy(sales({ max: 15 }));
    await stack.replay(run.runId);
    expect(await stack.run(2)).toMatchObject({ state: 'PUBLISHED', replays: { generation: 2 } });
    expect(idsOf(await stack.rows())).toEqual([1]);
  });

  test('shuts out the bytes of its files, which are published', async () => {
    const { stack } = await held();
    await stack.land([['sales/again.csv', salesFile(1, 10, 20, 500)]]);
    expect((await stack.files())['sales/again.csv']?.state).toBe('DUPLICATE');
  });
});
