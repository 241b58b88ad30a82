import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../core/errors.ts';
import type { FileId } from '../../../core/ids.ts';
import { landedFile, parseNotice } from '../../../core/landing/notice.ts';
import { intake } from '../../../functions/intake/handler.ts';
import { type Drop, landingBucket, objectCreated, sqsRecord } from '../../support/events.ts';
import { fakeClock, fakeTelemetry, memoryPipeline } from '../../support/fakes.ts';
import { breakOnce, crashAt, type Fault, faulty } from '../../support/faults.ts';
import { claimed, orders, products } from '../../support/landed.ts';
import { type LedgerState, ledgerState, memoryLedger } from '../../support/memory-ledger.ts';
import { memoryStore } from '../../support/memory-store.ts';

const world = () => {
  const state = ledgerState();
  const clock = fakeClock();
  const telemetry = fakeTelemetry();
  return { state, clock, telemetry, pipeline: memoryPipeline(), ...memoryStore() };
};
type World = ReturnType<typeof world>;

const noFault: Fault = () => undefined;

/** The handler over a world, with faults in every port; made anew for each worker. */
const worker = ({ state, clock, telemetry, pipeline, store }: World, fault: Fault = noFault) => {
  const { wrap, passed } = faulty(fault);
  const handler = intake({
    ...telemetry,
    ledger: wrap(memoryLedger(state)),
    pipeline: wrap({ start: pipeline.start }),
    store: wrap({ put: store.put }),
    now: clock.now,
    landingBucket,
    quarantineBucket: 'quarantine',
    wholeTables: new Set(),
    contracts: new Map([
      [orders, 'c1'],
      [products, 'c2'],
    ]),
    versionsOf: async ({ key }) => (key.endsWith('gone') ? [] : ['v1', 'v2']),
  });
  return { handler, passed };
};

const messages = (drops: readonly (Drop | string)[]) =>
  drops.map((drop, index) =>
    sqsRecord(`m${index}`, typeof drop === 'string' ? drop : objectCreated(drop)),
  );

const failed = (ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

const fileOf = (drop: Drop): FileId => {
  const notice = parseNotice(objectCreated(drop), landingBucket);
  if (notice.kind !== 'landed') throw new Error('the drop is no landed object');
  return landedFile(notice.object, drop.versionId ?? 'v1').fileId;
};

/** What must hold once faults have stopped: each file in one run that was started, or ended. */
const expectAllTakenIn = (state: LedgerState, pipeline: World['pipeline'], drops: Drop[]) => {
  for (const drop of drops) {
    const fileId = fileOf(drop);
    const entry = state.files.get(fileId);
    const owners = [...state.runs.values()].filter(({ files }) => files.includes(fileId));
    if (!drop.key.startsWith('orders/') && !drop.key.startsWith('products/')) {
      expect(entry).toMatchObject({ state: 'QUARANTINED', reason: { code: 'E_NO_DATASET' } });
      expect(owners).toEqual([]);
      continue;
    }
    expect(entry?.state).toBe('CLAIMED');
    expect(owners.map(({ runId, state: run }) => [runId, run])).toEqual([
      [entry?.runId, 'STARTED'],
    ]);
    expect(pipeline.started.has(`${entry?.runId}-a1`)).toBe(true);
  }
  expect(pipeline.started.size).toBe(state.runs.size);
};

describe('a batch of notices', () => {
  test('files of one dataset are one run; each dataset has its own', async () => {
    const one = world();
    const drops = ['orders/a', 'products/b', 'orders/c'].map((key) => ({ key }));
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed([]));
    expect([...one.state.runs.values()].map(({ files }) => files.length).sort()).toEqual([1, 2]);
    expectAllTakenIn(one.state, one.pipeline, drops);
    expect(one.telemetry.counted('FilesClaimed')).toBe(3);
  });

  test('a broken notice fails alone; the good one still starts', async () => {
    const one = world();
    const drops = ['not json', { key: 'orders/a' }, { key: 'orders/b', bucket: 'stranger' }];
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed(['m0', 'm2']));
    expectAllTakenIn(one.state, one.pipeline, [{ key: 'orders/a' }]);
  });

  test('two notices of one file in a batch are one', async () => {
    const one = world();
    const drops = [{ key: 'orders/a' }, { key: 'orders/a' }, { key: 'orders/a', versionId: 'v2' }];
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed([]));
    expect([...one.state.runs.values()].map(({ files }) => files.length)).toEqual([2]);
  });

  test('a notice of a file that is taken in changes nothing', async () => {
    const one = world();
    const Records = messages([{ key: 'orders/a' }, { key: 'strange/b' }, { key: 'orders/.c' }]);
    await worker(one).handler({ Records });
    const before = structuredClone(one.state);
    one.clock.advance(1_000);
    expect(await worker(one).handler({ Records })).toEqual(failed([]));
    expect(one.state).toEqual(before);
  });

  test('a file whose run has ended is acknowledged and not started', async () => {
    const one = world();
    const drop = { key: 'orders/a' };
    await worker(one).handler({ Records: messages([drop]) });
    const [run] = one.state.runs.values();
    const end = { counts: null, quality: null, snapshotId: null, reason: null } as const;
    if (run !== undefined)
      await memoryLedger(one.state).endRun(
        ...([run.runId, run.fence, { state: 'FAILED', ...end }, one.clock.now()] as const),
      );
    one.pipeline.started.clear();
    expect(await worker(one).handler({ Records: messages([drop]) })).toEqual(failed([]));
    expect(one.pipeline.started.size).toBe(0);
  });

  test('notices that are about no new object are acknowledged', async () => {
    const one = world();
    const drops = ['{"Event":"s3:TestEvent"}', { key: 'orders/a', detailType: 'Object Deleted' }];
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed([]));
    expect(one.state.files.size).toBe(0);
  });

  test('a notice without a version takes in every version it may mean', async () => {
    const one = world();
    const drops = [
      { key: 'orders/a', versionId: null },
      { key: 'orders/gone', versionId: null },
    ];
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed([]));
    expect([...one.state.files.values()].map(({ versionId }) => versionId)).toEqual(['v1', 'v2']);
  });
});

describe('files that join no run', () => {
  test('a file of no dataset is quarantined with a reason that lies beside it', async () => {
    const one = world();
    const drop = { key: 'strange/a b.csv' };
    expect(await worker(one).handler({ Records: messages([drop]) })).toEqual(failed([]));
    const fileId = fileOf(drop);
    const written = String(one.objects.get(`s3://quarantine/_/_files/${fileId}.json`));
    expect(JSON.parse(written)).toMatchObject({
      code: 'E_NO_DATASET',
      detail: 'the prefix "strange" is the name of no declared dataset',
      landing: { bucket: landingBucket, key: drop.key, versionId: 'v1' },
    });
    expect(one.telemetry.counted('FilesQuarantined')).toBe(1);
    expect(one.pipeline.started.size).toBe(0);
  });

  test('a marker is ignored by a named rule, and counted', async () => {
    const one = world();
    await worker(one).handler({ Records: messages([{ key: 'orders/_SUCCESS', size: 0 }]) });
    const [entry] = one.state.files.values();
    expect(entry).toMatchObject({ state: 'IGNORED', reason: { detail: 'success marker' } });
    expect(one.telemetry.counted('FilesIgnored')).toBe(1);
  });
});

describe('faults', () => {
  test('a throttle while one file is looked up fails that message and no other', async () => {
    const one = world();
    const drops = ['orders/a', 'orders/b', 'orders/c'].map((key) => ({ key }));
    const fault = breakOnce(1, new TransientError('throttled'));
    const result = await worker(one, fault).handler({ Records: messages(drops) });
    expect(result).toEqual(failed(['m1']));
    expect(await worker(one).handler({ Records: messages(drops) })).toEqual(failed([]));
    expectAllTakenIn(one.state, one.pipeline, drops);
  });

  test('a claim lost to another worker is read again, and the rest is claimed', async () => {
    const one = world();
    const rival = memoryLedger(one.state);
    let claims = 0;
    const fault: Fault = ({ method, point }) => {
      if (method !== 'claim' || point !== 'before' || claims > 0) return;
      claims += 1;
      const theirs = { key: 'orders/a' };
      const notice = parseNotice(objectCreated(theirs), landingBucket);
      // The fake is synchronous inside, so the rival's claim is there before ours is tried.
      if (notice.kind === 'landed') void claimed(rival, [landedFile(notice.object, 'v1')]);
    };
    const drops = ['orders/a', 'orders/b'].map((key) => ({ key }));
    expect(await worker(one, fault).handler({ Records: messages(drops) })).toEqual(failed([]));
    expect(one.state.runs.size).toBe(2);
    expectAllTakenIn(one.state, one.pipeline, drops);
  });

  test('a missing right fails the messages and does not drop them', async () => {
    const one = world();
    const fault: Fault = ({ method }) => {
      if (method === 'start') throw new PermanentError('start execution: AccessDeniedException');
    };
    const Records = messages([{ key: 'orders/a' }]);
    expect(await worker(one, fault).handler({ Records })).toEqual(failed(['m0']));
    expect(one.telemetry.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'record failed' }),
    );
    expect(await worker(one).handler({ Records })).toEqual(failed([]));
    expectAllTakenIn(one.state, one.pipeline, [{ key: 'orders/a' }]);
  });

  const keys = fc.constantFrom('orders/a', 'orders/b', 'products/a', 'strange/a', 'orders/c');
  const drop = fc.record({ key: keys, versionId: fc.constantFrom('v1', 'v2') });
  const batches = fc.array(fc.array(drop, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 4,
  });

  /** Delivers as SQS does: a batch whose worker died, or whose message failed, comes again. */
  const deliver = async (one: World, drops: readonly Drop[], fault: Fault): Promise<Drop[]> => {
    const Records = messages(drops);
    try {
      const { batchItemFailures } = await worker(one, fault).handler({ Records });
      const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      return drops.filter((_, index) => again.has(`m${index}`));
    } finally {
      one.clock.advance(1_000);
    }
  };

  const points = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 });

  test.each([
    ['a worker that dies at any point', crashAt],
    ['one call that breaks at any point', (at: number) => breakOnce(at, new TransientError('x'))],
  ])('%s: every file ends in exactly one started run', async (_name, faultAt) => {
    await fc.assert(
      fc.asyncProperty(batches, points, async (all, faultsAt) => {
        const one = world();
        let left: Drop[] = [];
        for (const [index, batch] of all.entries()) {
          const at = faultsAt[index];
          left.push(...(await deliver(one, batch, at === undefined ? noFault : faultAt(at))));
        }
        for (let round = 0; left.length > 0 && round < 3; round += 1)
          left = await deliver(one, left, noFault);
        expect(left).toEqual([]);
        expectAllTakenIn(one.state, one.pipeline, all.flat());
      }),
      { numRuns: 300 },
    );
  });

  test('twin workers on the same batch at once: every file ends in exactly one started run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drop, { minLength: 1, maxLength: 6 }), async (drops) => {
        const one = world();
        const twins = [drops, drops.toReversed(), drops.slice(1)];
        await Promise.all(twins.map((batch) => worker(one).handler({ Records: messages(batch) })));
        expectAllTakenIn(one.state, one.pipeline, drops);
      }),
    );
  });
});
