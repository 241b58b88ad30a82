import { describe, expect, test } from 'vitest';
import { depsOf, reconcileAll } from '../../../bin/commands/reconcile.ts';
import { limits } from '../../../core/limits.ts';
import { orders } from '../../../datasets/orders.ts';
import { reconcileScheduled } from '../../../functions/reconcile/handler.ts';
import { at, landed } from '../../support/landed.ts';
import { fakeStack, heardOutput } from '../fake-stack.ts';

const later = () => at(limits.reconcileGraceMs);
const { fileId, sequencer, ...version } = landed('lost.csv');

const world = () => {
  const fake = fakeStack();
  fake.landing.push({ ...version, etag: 'e' });
  const { out, stderr } = heardOutput();
  const deps = depsOf(fake.stack, new Map([[orders.name, 'v1']]), later, out);
  return { ...fake, deps, stderr };
};

describe('reconcile', () => {
  test('does in this process what the function does, and says what it did', async () => {
    const { deps, sent } = world();
    const { findings, failed } = await reconcileAll(deps, { dryRun: false });
    expect(findings).toMatchObject([{ kind: 'untracked', subject: fileId, done: true }]);
    expect(failed).toBe(0);
    expect(sent).toHaveLength(1);
    expect(sequencer).not.toBe('');
    expect(JSON.parse(sent[0] ?? '').detail.object).toMatchObject({ sequencer: '' });
  });

  test('changes nothing on a dry run', async () => {
    const { deps, sent } = world();
    const { findings } = await reconcileAll(deps, { dryRun: true });
    expect(findings).toMatchObject([{ kind: 'untracked', done: false }]);
    expect(sent).toEqual([]);
  });

  test('leaves the walk of the schedule where it is', async () => {
    const { deps, stack } = world();
    await reconcileAll(deps, { dryRun: false });
    expect((await stack.ledger.cursor()).turn).toBe(0);
  });

  test('says what it could not do, and goes on', async () => {
    const { deps, stderr } = world();
    const send = async () => {
      throw new Error('no queue');
    };
    const broken = { ...deps, notices: { send } };
    expect(await reconcileAll(broken, { dryRun: false })).toMatchObject({ failed: 1 });
    expect(stderr.join('')).toContain(fileId);
    await expect(reconcileScheduled(broken)({})).rejects.toMatchObject({ name: 'TransientError' });
  });

  test('gives back counts where it is scheduled', async () => {
    expect(await reconcileScheduled(world().deps)({})).toEqual({ untracked: 1 });
  });
});
