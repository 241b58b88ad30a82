import { describe, expect, test } from 'vitest';
import { discardRun } from '../../../bin/commands/discard.ts';
import { releaseRun } from '../../../bin/commands/release.ts';
import { reportOf } from '../../../bin/commands/run.ts';
import { printRun } from '../../../bin/commands/run-report.ts';
import { attemptFiles } from '../../../bin/query/tables.ts';
import { Fence } from '../../../core/ids.ts';
import type { RunEntry } from '../../../core/ledger.ts';
import { orders } from '../../../datasets/orders.ts';
import { aFile, aRun, fakeStack, fileIdOf, heardOutput, runIdOf } from '../fake-stack.ts';

const runId = runIdOf('orders', 1);
const counts = { rowsIn: 10, published: 8, rejected: 2, deduplicated: 0 };
const reason = { code: 'E_QUALITY', detail: 'validity is 80.00 %' };
const clock = () => Date.UTC(2026, 10, 21, 6);

const held = (more: Partial<RunEntry> = {}) => {
  const fake = fakeStack();
  const run = { runId, dataset: orders.name, state: 'HELD', counts, reason } as const;
  fake.addRun(aRun({ ...run, fence: Fence.parse(2), ...more }));
  const file = { fileId: fileIdOf('a'), runId, fence: Fence.parse(2), dataset: orders.name };
  fake.addFile(aFile({ ...file, state: 'HELD', counts, reason }));
  fake.objects.set(`s3://clean/orders/${runId}/a2/transform.json`, Buffer.from('{}'));
  return fake;
};

describe('release', () => {
  test('starts the next attempt from the work of the held one, and again it does the same', async () => {
    const { stack, started } = held();
    const pointer = { runId, dataset: 'orders', fence: 3, work: 2 };
    await releaseRun(stack, runId, clock);
    const run = await releaseRun(stack, runId, clock);
    expect(started).toEqual([pointer, pointer]);
    expect(run).toMatchObject({ state: 'STARTED', fence: 3, released: { work: 2, reason } });
  });

  test('of a run that has ended since starts nothing', async () => {
    const released = { by: 'ana', at: aRun({ runId, dataset: orders.name }).createdAt };
    const { stack, started } = held({
      ...{ state: 'PUBLISHED', fence: Fence.parse(3) },
      released: { ...released, work: Fence.parse(2), reason },
    });
    expect((await releaseRun(stack, runId, clock)).state).toBe('PUBLISHED');
    expect(started).toEqual([]);
  });

  test.each([
    ['has no rows', { counts: { ...counts, published: 0 } }, /has no row to publish[\s\S]*discard/],
    ['is under way', { state: 'LOADING' }, /is LOADING; release takes a HELD run only/],
    ['was published', { state: 'PUBLISHED' }, /is PUBLISHED; release takes a HELD run only/],
    ['has failed', { state: 'FAILED' }, /is FAILED; release takes a HELD run only/],
  ] as const)('refuses a run that %s', async (_name, more, message) => {
    const { stack, started } = held(more);
    await expect(releaseRun(stack, runId, clock)).rejects.toThrow(message);
    expect(started).toEqual([]);
  });

  test('refuses a run that is not there', async () => {
    const { stack } = fakeStack();
    await expect(releaseRun(stack, runId, clock)).rejects.toThrow(/no run[\s\S]*headgate runs/);
    await expect(discardRun(stack, runId, clock)).rejects.toThrow(/no run[\s\S]*headgate runs/);
  });
});

test('discard ends a held run and says by whom', async () => {
  const { stack } = held();
  const run = await discardRun(stack, runId, clock);
  expect(run).toMatchObject({ state: 'DISCARDED', reason: { code: 'E_DISCARDED' } });
  expect(run.reason?.detail).toContain(
    'assumed-role/shop/ana discarded it; it was held for E_QUALITY',
  );
});

describe('a released run', () => {
  test('is told with who let it pass, its findings, and the place of its work', async () => {
    const fake = held();
    await releaseRun(fake.stack, runId, clock);
    const quality = {
      ...{ score: 91.5, validity: 0.8, completeness: 1, uniqueness: 1 },
      parts: [{ dimension: 'validity', share: 0.8, weight: 2 }],
      findings: [
        finding('passed', 'warn', 'volume: as usual'),
        finding('unknown', 'warn', 'drift of price: not enough history'),
        finding('broken', 'warn', 'completeness of notes is 10.00 %\u001b[2J'),
        finding('broken', 'hold', 'validity is 80.00 %'),
      ],
    };
    const run = await fake.stack.ledger.run(runId);
    if (run !== undefined) fake.addRun({ ...run, quality });
    const { out, stdout } = heardOutput();
    printRun(out, await reportOf(fake.stack, runId));
    const text = stdout.join('');
    expect(text).toContain('released at 2026-11-21 06:00:00Z by arn:aws:sts::');
    expect(text).toContain('it was held for E_QUALITY');
    expect(text).toContain('quality 91.50 of 100: validity 80.00 %');
    expect(text).toContain(`s3://quarantine/orders/${runId}/a2/`);
    expect(text).not.toContain('\u001b');
    const order = ['holds   validity', 'warns   completeness', 'unknown drift', 'passed  volume'];
    const places = order.map((each) => text.indexOf(each));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('has its rejected rows where the held attempt left them', async () => {
    const fake = held();
    const uri = `s3://quarantine/orders/${runId}/a2/rejects/${fileIdOf('a')}.parquet`;
    fake.objects.set(uri, Buffer.from(''));
    const files = () => attemptFiles({ stack: fake.stack }, 'quarantine', orders, 'rejects', runId);
    const before = await files();
    await releaseRun(fake.stack, runId, clock);
    expect(before.map((file) => file.uri)).toEqual([uri]);
    expect(await files()).toEqual(before);
  });
});

const finding = (
  state: 'passed' | 'unknown' | 'broken',
  severity: 'warn' | 'hold',
  detail: string,
) => ({
  ...{ kind: 'volume', check: 'volume', numbers: {} },
  ...{ state, severity, detail },
});
