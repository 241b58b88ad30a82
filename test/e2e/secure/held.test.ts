import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { FileEntry, RunEntry } from '../../../core/ledger.ts';
import { tableRuns } from '../support/catalog.ts';
import { type Dropped, freshKey, land } from '../support/drops.ts';
import { headgate, headgateJson } from '../support/headgate.ts';
import { withProducts } from '../support/products.ts';
import { csv, goodOrders, order } from '../support/rows.ts';
import { openStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

type Held = { readonly dropped: Dropped; readonly file: FileEntry; readonly run: RunEntry };

/** More rejected rows than orders may have. */
const tooBad = (): string => csv([...goodOrders(10), order({ quantity: 'two' })]);
const Decided = z.object({ state: z.string() }).loose();

let stack: Stack;
let passed: Held;
let refused: Held;

beforeAll(async () => {
  stack = await openStack();
  await withProducts(stack);
  passed = await land(stack, freshKey('orders', 'let-pass.csv'), tooBad());
  refused = await land(stack, freshKey('orders', 'give-up.csv'), tooBad());
});

const rowsOf = (runId: string): Promise<unknown> =>
  headgateJson('query', `SELECT count(*) AS n FROM orders WHERE _run = '${runId}'`);

describe('a held run', () => {
  test('is left as it is by a command without --yes', async () => {
    const { runId } = passed.run;
    for (const command of ['release', 'discard']) {
      const asked = await headgate(command, runId);
      expect(asked.code).toBe(2);
      expect(asked.stderr).toContain('--yes');
    }
    expect(await stack.ledger.run(runId)).toEqual(passed.run);
  });

  test('is published once when someone releases it, who is named', async () => {
    const { runId } = passed.run;
    const decided = Decided.parse(await headgateJson('release', runId, '--yes'));
    expect(decided).toMatchObject({
      attempt: 2,
      released: { work: 1, reason: { code: 'E_TOO_MANY_REJECTS' }, by: expect.any(String) },
    });
    const run = await until(`the end of the released ${runId}`, async () => {
      const entry = await stack.ledger.run(runId);
      return entry?.state === 'PUBLISHED' ? entry : undefined;
    });
    expect(run.counts).toEqual({ rowsIn: 11, published: 10, rejected: 1, deduplicated: 0 });
    expect(await stack.ledger.file(passed.file.fileId)).toMatchObject({ state: 'PUBLISHED' });
    expect(await rowsOf(runId)).toEqual([{ n: 10 }]);

    expect(Decided.parse(await headgateJson('release', runId, '--yes')).state).toBe('PUBLISHED');
    const runs = await tableRuns(stack, 'orders');
    expect(runs.filter((each) => each === runId)).toHaveLength(1);
  });

  test('is given up when someone discards it, and its bytes stay and may come again', async () => {
    const { dropped, file, run } = refused;
    const { runId } = run;
    const decided = Decided.parse(await headgateJson('discard', runId, '--yes'));
    expect(decided).toMatchObject({ state: 'DISCARDED', reason: { code: 'E_DISCARDED' } });
    expect(await stack.ledger.file(file.fileId)).toMatchObject({ state: 'DISCARDED' });
    expect(await tableRuns(stack, 'orders')).not.toContain(runId);
    const released = await headgate('release', runId, '--yes');
    expect(released.code).toBe(1);
    expect(released.stderr).toContain('DISCARDED');
    const again = await land(stack, freshKey('orders', 'again.csv'), dropped.bytes);
    expect(again.file.state).toBe('HELD');
  });
});
