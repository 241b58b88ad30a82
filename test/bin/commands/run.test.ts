import { describe, expect, test } from 'vitest';
import { parseRunId, reportOf } from '../../../bin/commands/run.ts';
import { printRun } from '../../../bin/commands/run-report.ts';
import type { DeployedStack } from '../../../bin/world.ts';
import { Fence } from '../../../core/ids.ts';
import { orders } from '../../../datasets/orders.ts';
import { aFile, aRun, fakeStack, fileIdOf, heardOutput, runIdOf } from '../fake-stack.ts';

const runId = runIdOf('orders', 1);
const counts = { rowsIn: 12_345, published: 12_000, rejected: 300, deduplicated: 45 };
const quality = { score: 98.5, validity: 0.9757, completeness: 1, uniqueness: 0.98 };

const published = () => {
  const fake = fakeStack();
  const run = { runId, dataset: orders.name, counts, quality, snapshotId: '9007199254740993' };
  fake.addRun(aRun({ ...run, fence: Fence.parse(2), files: [fileIdOf('a'), fileIdOf('b')] }));
  fake.addFile(aFile({ fileId: fileIdOf('a'), key: 'orders/a\u001b[2J.csv', counts }));
  const reason = { code: 'E_HEADER_DUP', detail: 'the header names "email" twice' };
  fake.addFile(aFile({ fileId: fileIdOf('b'), key: 'orders/b.csv', state: 'QUARANTINED', reason }));
  const gate = {
    decision: 'publish',
    counts,
    quality,
    reasons: [{ code: 'E_TYPE', field: 'quantity', rows: 300 }],
    warnings: [{ code: 'E_ORDER', field: 'ordered_at, paid_at', rows: 7 }],
    refusal: null,
  };
  fake.objects.set(`s3://clean/orders/${runId}/a2/gate.json`, Buffer.from(JSON.stringify(gate)));
  return fake;
};

const printed = async (fake: ReturnType<typeof fakeStack>) => {
  const { out, stdout } = heardOutput();
  printRun(out, await reportOf(fake.stack, runId));
  return stdout.join('');
};

describe('one run', () => {
  test('is told with counts, quality, reasons and places', async () => {
    const text = await printed(published());
    expect(text).toContain('PUBLISHED, attempt 2');
    expect(text).toContain('12 345 rows in = 12 000 published + 300 rejected + 45 deduplicated');
    expect(text).toContain('snapshot 9007199254740993');
    expect(text).toContain('validity 97.57 %');
    expect(text).toMatch(/300 {2}E_TYPE {2}quantity\n {2}E_TYPE: the text is not a value/);
    expect(text).toContain('orders/b.csv: E_HEADER_DUP: the header names a column twice\n');
    expect(text).toContain('Next: Mend the file at its source and drop it again.');
    expect(text).toContain(`s3://clean/orders/${runId}/a2/`);
    expect(text).toContain(`npx headgate rejects --run ${runId}`);
  });

  test('is told what its valid rows are warned of, apart from what is rejected', async () => {
    const text = await printed(published());
    expect(text).toMatch(
      /warned {2}code +field\n +7 {2}E_ORDER {2}ordered_at, paid_at\n {2}E_ORDER: /,
    );
    expect(text).toContain('Warnings only: these rows are valid.');
  });

  test('is told how its files differ from the dataset, and where what was set aside is', async () => {
    const fake = published();
    const counted = { ...counts, setAside: 7 };
    fake.addRun(aRun({ runId, dataset: orders.name, counts: counted, quality }));
    const drift = [{ kind: 'new column', column: 'c\u001b', mode: 'quarantine_value', rows: 7 }];
    const gate = { decision: 'publish', counts: counted, quality, reasons: [], refusal: null };
    const document = JSON.stringify({ ...gate, drift });
    fake.objects.set(`s3://clean/orders/${runId}/a1/gate.json`, Buffer.from(document));
    const text = await printed(fake);
    expect(text).toContain('45 deduplicated\n  7 values of valid rows set aside');
    expect(text).toContain('new column "c\\u001b" in 7 rows (quarantine_value)');
    expect(text).toContain(`What is set aside: npx headgate rejects --run ${runId}`);
  });

  test('does not let a file’s name steer the terminal', async () => {
    expect(await printed(published())).not.toContain('\u001b');
  });

  test('names its execution also when Step Functions has forgotten it', async () => {
    const report = await reportOf(published().stack, runId);
    const arn = `arn:aws:states:us-east-1:000000000000:execution:pipeline:${runId}-a2`;
    expect(report.execution).toEqual({ arn, status: null });
    expect(report.stages).toEqual([]);
  });

  test('shows the stages of its execution', async () => {
    const fake = published();
    const event = { previousId: 0, atMs: 5, output: '{"parts":3}' } as const;
    const stack: DeployedStack = {
      ...fake.stack,
      execution: async (name) => ({
        arn: name,
        status: 'RUNNING',
        startedAtMs: 0,
        stoppedAtMs: null,
        error: null,
        cause: null,
        events: [
          { ...event, id: 1, kind: 'entered', state: 'Plan' },
          { ...event, id: 2, previousId: 1, atMs: 1_505, kind: 'succeeded' },
          { ...event, id: 3, previousId: 2, atMs: 1_505, kind: 'exited', state: 'Plan' },
        ],
      }),
    };
    expect(await printed({ ...fake, stack })).toMatch(/Plan +1\.5 s +succeeded: parts 3/);
  });

  test('names the execution that only published, where its own one died before that', async () => {
    const fake = published();
    const ended = { startedAtMs: 0, stoppedAtMs: 9, error: null, cause: null, events: [] };
    const statuses = new Map([
      [`${runId}-a2`, 'TIMED_OUT'],
      [`${runId}-a2-p1`, 'FAILED'],
      [`${runId}-a2-p2`, 'SUCCEEDED'],
    ]);
    const stack: DeployedStack = {
      ...fake.stack,
      execution: async (name) => {
        const status = statuses.get(name);
        return status === undefined ? undefined : { ...ended, arn: name, status };
      },
    };
    const text = await printed({ ...fake, stack });
    expect(text).toMatch(/TIMED_OUT[\s\S]*only published them:\n {2}\S+-a2-p2\n {2}SUCCEEDED/);
    statuses.set(`${runId}-a2`, 'SUCCEEDED');
    expect((await reportOf(stack, runId)).published).toBeNull();
  });

  test('has no reasons before the gate has counted them', async () => {
    const fake = published();
    fake.objects.clear();
    expect((await reportOf(fake.stack, runId)).reasons).toBeNull();
  });

  test('that does not exist is an error that says where to look', async () => {
    await expect(reportOf(fakeStack().stack, runId)).rejects.toThrow(/no run[\s\S]*headgate runs/);
  });
});

test.each(['nix', 'orders', '../x', 'orders-20261121T050000Z-XYZ'])('%s is no run id', (text) => {
  expect(() => parseRunId(text)).toThrow(/is no run id[\s\S]*<dataset>-<time>/);
});
