import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartDocument } from '../../../core/documents.ts';
import { TransientError } from '../../../core/errors.ts';
import { cleanKeys, s3Uri } from '../../../core/layout.ts';
import { appendChange, commitRun, ensureTable } from '../../../core/load/commit.ts';
import type { RunEnd } from '../../../core/ports.ts';
import { quarantine } from '../../../functions/quarantine/handler.ts';
import { fakeClock, fakeTelemetry, memoryPipeline } from '../../support/fakes.ts';
import { breakOnce, type Fault, faulty } from '../../support/faults.ts';
import { at, claimed, fence, landed, orders } from '../../support/landed.ts';
import { memoryCatalog } from '../../support/memory-catalog.ts';
import { ledgerState, memoryLedger } from '../../support/memory-ledger.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { ordersColumns, ordersDataset, ordersLocation } from '../../support/orders-table.ts';

const noFault: Fault = () => undefined;
const died = { Error: 'Runtime.ExitError', Cause: '' };
const bug = {
  Error: 'PermanentError',
  Cause: '{"errorType":"PermanentError","errorMessage":"start: AccessDenied"}',
};
const planned = (name: string) =>
  ({ ...landed(name), compression: 'none', format: 'csv' }) as const;

/** A started run of files a, b, c in two parts, and the handler over it. */
const world = async ({ attempts = 1, isLoaded = false } = {}) => {
  const state = ledgerState();
  const ledger = memoryLedger(state);
  const { store, objects } = memoryStore();
  const telemetry = fakeTelemetry();
  const pipeline = memoryPipeline();
  const { runId } = await claimed(
    ledger,
    ['a', 'b', 'c'].map((name) => landed(name)),
  );
  await ledger.markStarted(runId, at(1));
  for (let n = 1; n < attempts; n += 1)
    await ledger.nextAttempt(runId, fence(n), at(n), 'left-alone');
  const plan = {
    parts: [
      { part: 1, files: [planned('a'), planned('b')] },
      { part: 2, files: [planned('c')] },
    ],
  };
  const planKey = cleanKeys.plan(orders, runId, fence(attempts));
  await store.put(s3Uri('clean', planKey), JSON.stringify(plan));
  const { catalog, tables } = memoryCatalog();
  const clock = fakeClock();
  const table = { store, catalog, now: clock.now, sleep: async () => undefined, random: () => 0.5 };
  await ensureTable(table, ordersDataset, ordersColumns, ordersLocation);
  if (isLoaded) await commitRun(table, orders, runId, () => appendChange([]), { attempt: 1 });
  const worker = (fault: Fault = noFault) => {
    const { wrap } = faulty(fault);
    return quarantine({
      ...telemetry,
      ledger: wrap(memoryLedger(state)),
      store: wrap(store),
      pipelineAt: (arn) =>
        wrap({ start: (pointer) => pipeline.start({ ...pointer, ...named(arn) }) }),
      world: { ...table, catalog: wrap(catalog) },
      cleanBucket: 'clean',
      quarantineBucket: 'quarantine',
      now: clock.now,
    });
  };
  const event = (more: object = {}) => ({
    ...{ runId, dataset: orders, fence: attempts, error: died, pipelineArn: 'arn:pipeline' },
    ...more,
  });
  const fileState = (name: string) => state.files.get(landed(name).fileId)?.state;
  return { state, ledger, objects, telemetry, pipeline, tables, worker, event, runId, fileState };
};

/** Nothing; only checks that the pipeline of the event is the one that is started. */
const named = (arn: string): object => {
  expect(arn).toBe('arn:pipeline');
  return {};
};

describe('a part that failed', () => {
  test('of one file: that file is quarantined and its part is left empty', async () => {
    const one = await world();
    const result = await one.worker()(one.event({ part: 2 }));
    expect(result).toEqual({ action: 'part-quarantined', files: 1 });
    expect(['a', 'b', 'c'].map(one.fileState)).toEqual(['CLAIMED', 'CLAIMED', 'QUARANTINED']);
    const partKey = cleanKeys.part(orders, one.runId, fence(1), 2);
    const document = PartDocument.parse(
      JSON.parse(String(one.objects.get(s3Uri('clean', partKey)))),
    );
    expect(document).toMatchObject({ part: 2, files: [], ended: [{ file: { key: 'orders/c' } }] });
    const reason = one.objects.get(`s3://quarantine/orders/_files/${landed('c').fileId}.json`);
    expect(JSON.parse(String(reason))).toMatchObject({ code: 'E_RESOURCE' });
    expect(one.telemetry.counted('FilesQuarantined')).toBe(1);
  });

  test('of several: the run goes on to an attempt that has one file per part', async () => {
    const one = await world();
    const result = await one.worker()(one.event({ part: 1 }));
    expect(result).toEqual({ action: 'isolate', files: 0 });
    expect(one.fileState('a')).toBe('CLAIMED');
  });

  test('with a bug: its file ends alone, and a repeated call gives the same answer', async () => {
    const one = await world();
    const event = one.event({ part: 2, error: bug });
    expect(await one.worker()(event)).toEqual({ action: 'part-quarantined', files: 1 });
    expect(await one.worker()(event)).toEqual({ action: 'part-quarantined', files: 0 });
    expect(['a', 'b', 'c'].map(one.fileState)).toEqual(['CLAIMED', 'CLAIMED', 'QUARANTINED']);
    expect(one.state.files.get(landed('c').fileId)?.reason).toMatchObject({
      code: 'E_INTERNAL',
      detail: expect.stringContaining('start: AccessDenied'),
    });
  });

  test('after its file had ended otherwise: nothing is changed', async () => {
    const one = await world();
    const { fileId } = landed('c');
    const duplicate = { state: 'DUPLICATE', of: landed('a').fileId } as const;
    await one.ledger.settleFile(one.runId, fence(1), fileId, duplicate, at(1));
    const result = await one.worker()(one.event({ part: 2 }));
    expect(result).toEqual({ action: 'part-quarantined', files: 0 });
    expect(one.fileState('c')).toBe('DUPLICATE');
  });
});

describe('a run that failed', () => {
  test('gets its next attempt, which is started', async () => {
    const one = await world();
    expect(await one.worker()(one.event())).toEqual({ action: 'next-attempt', files: 0 });
    expect([...one.pipeline.started.keys()]).toEqual([`${one.runId}-a2`]);
    expect(one.state.files.get(landed('a').fileId)?.fence).toBe(2);
  });

  test('in its last attempt is quarantined with every file that is still claimed', async () => {
    const one = await world({ attempts: 3 });
    const gone = { state: 'GONE', detail: 'deleted' } as const;
    await one.ledger.settleFile(one.runId, fence(3), landed('b').fileId, gone, at(4));
    expect(await one.worker()(one.event())).toEqual({ action: 'quarantined', files: 2 });
    expect(['a', 'b', 'c'].map(one.fileState)).toEqual(['QUARANTINED', 'GONE', 'QUARANTINED']);
    expect(one.state.runs.get(one.runId)?.state).toBe('FAILED');
    expect(one.pipeline.started.size).toBe(0);
  });

  test('whose load goes on while it is given up is left, and so are its files', async () => {
    const one = await world({ attempts: 3 });
    const wakes: Fault = ({ method, point }) => {
      const run = one.state.runs.get(one.runId);
      if (method === 'put' && point === 'after' && run !== undefined)
        one.state.runs.set(one.runId, { ...run, state: 'LOADING' });
    };
    await expect(one.worker(wakes)(one.event())).rejects.toThrow();
    expect(['a', 'b', 'c'].map(one.fileState)).toEqual(['CLAIMED', 'CLAIMED', 'CLAIMED']);
    expect(one.state.runs.get(one.runId)?.state).toBe('LOADING');
  });

  test.each([
    ['is published when its rows are visible', true, 'publish'],
    ['is tried again when they are not', false, 'next-attempt'],
  ])('while loading %s', async (_name, isLoaded, action) => {
    const one = await world({ isLoaded });
    await one.ledger.markLoading(one.runId, fence(1), at(2));
    expect((await one.worker()(one.event())).action).toBe(action);
  });

  test.each(['PUBLISHED', 'HELD', 'NOTHING'] as const)(
    'after it ended as %s is left',
    async (end) => {
      const one = await world();
      const rest = { counts: null, quality: null, snapshotId: null, reason: null };
      const ended: RunEnd = { state: end, ...rest };
      await one.ledger.endRun(one.runId, fence(1), ended, at(2));
      expect(await one.worker()(one.event({ error: bug }))).toEqual({ action: 'ended', files: 0 });
    },
  );

  test('in an attempt that is no longer the newest is left', async () => {
    const one = await world({ attempts: 3 });
    const result = await one.worker()(one.event({ fence: 1, error: bug }));
    expect(result).toEqual({ action: 'ended', files: 0 });
    expect(one.fileState('a')).toBe('CLAIMED');
  });

  test('cannot go on when the event names no pipeline', async () => {
    const one = await world();
    const call = one.worker()(one.event({ pipelineArn: undefined }));
    await expect(call).rejects.toMatchObject({ name: 'PermanentError' });
  });
});

test('wherever the handler breaks, repeating it ends where one whole call ends', async () => {
  const cases = fc.record({
    attempts: fc.integer({ min: 1, max: 3 }),
    part: fc.constantFrom(undefined, 1, 2),
    error: fc.constantFrom(died, bug),
    breaks: fc.array(fc.nat(30), { maxLength: 4 }),
  });
  const outcome = (one: Awaited<ReturnType<typeof world>>) => ({
    files: [...one.state.files.values()].map((file) => [file.state, file.fence, file.reason]),
    runs: [...one.state.runs.values()].map((run) => [run.state, run.fence, run.reason]),
    started: [...one.pipeline.started.keys()],
    objects: [...one.objects.keys()].sort(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ attempts, part, error, breaks }) => {
      const [whole, broken] = [await world({ attempts }), await world({ attempts })];
      const more = { error, ...(part === undefined ? {} : { part }) };
      const expected = await whole.worker()(whole.event(more));
      for (const point of breaks) {
        const fault = breakOnce(point, new TransientError('lost'));
        await broken
          .worker(fault)(broken.event(more))
          .catch(() => undefined);
      }
      const last = await broken.worker()(broken.event(more));
      expect(last.action).toBe(expected.action);
      expect(outcome(broken)).toEqual(outcome(whole));
    }),
    { numRuns: 200 },
  );
});
