import { describe, expect, test } from 'vitest';
import { discardRun } from '../../bin/commands/discard.ts';
import { type ReleaseWorld, releaseRun } from '../../bin/commands/release.ts';
import { memoryStack } from '../support/memory-stack.ts';

const header = 'product_id,product_name,category,unit_cost';
const products = [header, 'P-0001,Lamp,home,12.50', 'P-0002,Rake,garden,7.00', ''].join('\n');
const orderHeader =
  'order_id,customer_id,email,product_id,quantity,unit_price,currency,status,ordered_at,country,notes';
const order = (id: number, quantity = '2'): string =>
  `ORD-${id},C-000001,ana@example.com,P-0001,${quantity},10.25,EUR,paid,2025-03-04T05:06:07Z,de,`;
const bad = [orderHeader, ...[1, 2, 3, 4].map((id) => order(id)), order(5, 'two'), ''].join('\n');
const me = 'arn:aws:sts::000000000000:assumed-role/shop/ana';

/** A stack with a held run of four good rows and a bad one, as the command line reaches it. */
const withHeldRun = async (options: Parameters<typeof memoryStack>[0] = {}) => {
  const stack = memoryStack(options);
  await stack.land([['products/p.csv', products]]);
  await stack.land([['orders/bad.csv', bad]]);
  const [run] = await stack.ledger.listRuns({ limit: 1 });
  if (run === undefined) throw new Error('the run is in the ledger');
  const world: ReleaseWorld = {
    ...{ ledger: stack.ledger, store: stack.store, start: stack.pipeline.start },
    ...{ caller: async () => me, name: 'Headgate', where: 'memory' },
    outputs: {
      ...{ LandingBucket: 'landing', CleanBucket: 'clean', CuratedBucket: 'curated' },
      ...{ QuarantineBucket: 'quarantine', LedgerTable: 'ledger', PipelineArn: 'arn' },
      ...{ NoticeQueueUrl: 'q', DeadLetterQueueUrl: 'd', CatalogDatabase: 'headgate' },
      ...{ ApiId: 'a', ApiUrl: 'https://api.example/v1/', UsagePlanId: 'p' },
    },
  };
  const clock = () => 1_795_300_000_000;
  const { runId } = run;
  return {
    stack,
    world,
    runId,
    release: () => releaseRun(world, runId, clock),
    discard: () => discardRun(world, runId, clock),
    again: async () => {
      await stack.land([['orders/again.csv', bad]]);
      return (await stack.ledger.listFiles({ limit: 9 })).find((f) => f.key === 'orders/again.csv');
    },
    now: async () => {
      const file = (await stack.ledger.listFiles({ limit: 9 })).find(
        ({ key }) => key === 'orders/bad.csv',
      );
      return {
        run: await stack.ledger.run(runId),
        file: file?.state,
        snapshots: stack.tables.get('orders')?.snapshots ?? [],
      };
    },
  };
};

describe('a held run', () => {
  test('that is released publishes the work that was done, and says who let it pass', async () => {
    const seen: string[] = [];
    const held = await withHeldRun({
      around: (name, stage) => async (event) => {
        seen.push(name);
        return await stage(event);
      },
    });
    expect(await held.now()).toMatchObject({ run: { state: 'HELD' }, file: 'HELD', snapshots: [] });
    seen.length = 0;
    await held.release();
    await held.stack.execute();
    expect(seen).toEqual(['gate', 'load', 'publish']);
    const { run, file, snapshots } = await held.now();
    expect(file).toBe('PUBLISHED');
    expect(run).toMatchObject({
      ...{ state: 'PUBLISHED', fence: 2, reason: null, snapshotId: expect.any(String) },
      counts: { rowsIn: 5, published: 4, rejected: 1, deduplicated: 0 },
      released: { by: me, work: 1, reason: { code: 'E_TOO_MANY_REJECTS' } },
    });
    expect(snapshots.map(({ summary }) => summary['total-records'])).toEqual(['4']);
    const [remembered] = await held.stack.ledger.history(run?.dataset ?? never(), 9);
    expect(remembered).toMatchObject({ released: true, published: 4, rejectedShare: 0.2 });
  });

  test('is released once, however often and by however many', async () => {
    const held = await withHeldRun();
    await Promise.all([held.release(), held.release(), held.release()]);
    await held.stack.execute();
    const done = await held.now();
    await held.release();
    await held.stack.execute();
    expect(await held.now()).toEqual(done);
    expect(done.snapshots).toHaveLength(1);
  });

  test('that was released, and whose start was lost, is started by releasing it again', async () => {
    const held = await withHeldRun();
    const lost = { ...held.world, start: () => Promise.reject(new Error('lost')) };
    await expect(releaseRun(lost, held.runId, () => 1_795_300_000_000)).rejects.toThrow('lost');
    expect(await held.now()).toMatchObject({ run: { state: 'STARTED' }, snapshots: [] });
    await held.release();
    await held.stack.execute();
    expect(await held.now()).toMatchObject({ run: { state: 'PUBLISHED' }, file: 'PUBLISHED' });
  });

  test.each(['gate', 'load', 'publish'] as const)(
    'is published once although its worker dies after its work in %s',
    async (dying) => {
      let released = false;
      let deaths = 0;
      const held = await withHeldRun({
        around: (name, stage) => async (event) => {
          const result = await stage(event);
          if (released && name === dying && deaths++ < 5)
            throw new Error('Runtime exited: signal: killed');
          return result;
        },
      });
      released = true;
      await held.release();
      await held.stack.execute();
      expect(deaths).toBeGreaterThan(3);
      const { run, file, snapshots } = await held.now();
      expect(run).toMatchObject({ state: 'PUBLISHED', released: { by: me, work: 1 } });
      expect(file).toBe('PUBLISHED');
      expect(snapshots).toHaveLength(1);
    },
  );

  test('whose gate dies after it has held it stays held', async () => {
    const held = await withHeldRun({
      around: (name, stage) => async (event) => {
        const result = await stage(event);
        if (name === 'gate' && !JSON.stringify(event).includes('products'))
          throw new Error('Runtime exited: signal: killed');
        return result;
      },
    });
    expect(await held.now()).toMatchObject({ run: { state: 'HELD', fence: 1 }, file: 'HELD' });
  });

  test('that is released shuts out its bytes dropped again', async () => {
    const held = await withHeldRun();
    await held.release();
    await held.stack.execute();
    expect((await held.again())?.state).toBe('DUPLICATE');
    expect((await held.now()).snapshots).toHaveLength(1);
  });

  test('whose bytes were dropped again meanwhile is not released beside them', async () => {
    const held = await withHeldRun();
    expect((await held.again())?.state).toBe('HELD');
    await expect(held.release()).rejects.toThrow(/were dropped again[\s\S]*headgate discard/);
    await held.discard();
    expect(await held.now()).toMatchObject({ run: { state: 'DISCARDED' }, snapshots: [] });
  });

  test('that is discarded says so, once, and lets the same bytes come again', async () => {
    const held = await withHeldRun();
    await Promise.all([held.discard(), held.discard()]);
    const done = await held.now();
    expect(done).toMatchObject({
      ...{ file: 'DISCARDED', snapshots: [] },
      run: { state: 'DISCARDED', reason: { code: 'E_DISCARDED' }, fence: 1 },
    });
    await held.discard();
    await held.stack.execute();
    expect(await held.now()).toEqual(done);
    await expect(held.release()).rejects.toThrow(/is DISCARDED; release takes a HELD run only/);
    expect((await held.again())?.state).toBe('HELD');
  });

  test('that was published is not discarded', async () => {
    const held = await withHeldRun();
    await held.release();
    await held.stack.execute();
    await expect(held.discard()).rejects.toThrow(/is PUBLISHED; discard takes a HELD run only/);
  });

  test('whose work has expired is not released', async () => {
    const held = await withHeldRun();
    for (const uri of [...held.stack.objects.keys()])
      if (uri.startsWith('s3://clean/')) held.stack.objects.delete(uri);
    await expect(held.release()).rejects.toThrow(/is gone from the clean zone/);
    expect(await held.now()).toMatchObject({ run: { state: 'HELD' } });
  });
});

const never = (): never => {
  throw new Error('there is a run');
};
