import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { tableRuns } from './support/catalog.ts';
import { type Dropped, freshKey, land, unique } from './support/drops.ts';
import { executionName, history } from './support/executions.ts';
import { headgateJson, headgateRow } from './support/headgate.ts';
import { logGroups, logLines } from './support/logs.ts';
import { type Onlooker, watchEvents } from './support/onlooker.ts';
import { withProducts } from './support/products.ts';
import { csv, goodOrders, order } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';
import { until } from './support/until.ts';

/** A value that stands in good rows and bad ones, and nowhere else in the world. */
const canary = `canary${unique()}`;
const email = `${canary}@example.com`;

/** Ten ways to be bad, each in a row of its own and in as many rows as `times` says. */
const kinds = [
  {
    code: 'E_REQUIRED',
    field: 'customer_id',
    times: 2,
    row: () => order({ customer_id: '', email }),
  },
  { code: 'E_TYPE', field: 'email', times: 3, row: () => order({ email: `${canary} at example` }) },
  {
    code: 'E_SCALE',
    field: 'unit_price',
    times: 1,
    row: () => order({ unit_price: '10.255', email }),
  },
  {
    code: 'E_RANGE',
    field: 'ordered_at',
    times: 2,
    row: () => order({ ordered_at: '1999-12-31T23:59:59Z' }),
  },
  { code: 'E_LENGTH', field: 'notes', times: 1, row: () => order({ notes: canary.repeat(100) }) },
  { code: 'E_ONE_OF', field: 'currency', times: 3, row: () => order({ currency: canary }) },
  { code: 'E_FIELD_COUNT', field: null, times: 2, row: () => `${order()},${canary}` },
  { code: 'E_QUOTE', field: null, times: 1, row: () => order({ notes: `"${canary}" and more` }) },
  { code: 'E_ENCODING', field: null, times: 1, row: () => order({ notes: `${canary}\u00ff` }) },
  {
    code: 'E_CONTROL_CHAR',
    field: null,
    times: 2,
    row: () => order({ notes: `${canary}\x1b[1m` }),
  },
] as const;

const bad = kinds.flatMap(({ times, row }) => Array.from({ length: times }, row));
const twice = order({ email });
const good = [...goodOrders(400), order({ email }), twice];
/** Latin-1, so that the one character above ASCII is a byte that UTF-8 does not have. */
const bytes = Buffer.from(
  csv([...good.slice(0, 200), ...bad, ...good.slice(200), twice]),
  'latin1',
);

let stack: Stack;
let events: Onlooker;
let dropped: Dropped;
let file: FileEntry;
let run: RunEntry;

beforeAll(async () => {
  stack = await openStack();
  events = await watchEvents(stack, { source: ['headgate'] });
  await withProducts(stack);
  ({ dropped, file, run } = await land(stack, freshKey('orders', 'ten-kinds.csv'), bytes));
});

describe('a file with rows that are bad in ten ways', () => {
  test('is published without them', () => {
    const counts = {
      rowsIn: good.length + bad.length + 1,
      published: good.length,
      rejected: bad.length,
      deduplicated: 1,
    };
    expect(file).toMatchObject({ state: 'PUBLISHED', counts });
    expect(run).toMatchObject({ state: 'PUBLISHED', counts });
  });

  test('says how many rows have which reason in which field', async () => {
    const Report = z.object({ reasons: z.array(z.object({ code: z.string() }).loose()) });
    const { reasons } = Report.parse(await headgateJson('run', run.runId));
    const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1);
    expect(reasons.toSorted(byCode)).toEqual(
      kinds.map(({ code, field, times }) => ({ code, field, rows: times })).toSorted(byCode),
    );
  });

  test('keeps each of them with its bytes and its place in the file', async () => {
    const row = await headgateRow(
      `SELECT list({"from": byte_start, "to": byte_end, "raw": to_base64(raw)} ORDER BY _row) AS rows
       FROM quarantine.orders WHERE _file = '${dropped.fileId}'`,
    );
    const Kept = z.object({ from: z.coerce.number(), to: z.coerce.number(), raw: z.string() });
    const { rows } = z.object({ rows: z.array(Kept) }).parse(row);
    expect(rows.map(({ raw }) => Buffer.from(raw, 'base64').toString('latin1'))).toEqual(bad);
    for (const { from, to, raw } of rows)
      expect(Buffer.from(raw, 'base64')).toEqual(bytes.subarray(from, to));
  });
});

/** Not the log of the stage's worker for large files, which these rows do not need. */
const isOf = (group: string, stage: string): boolean =>
  group.includes(`${stage}Logs`) && !group.includes('Large');

test('no value of a row is in any log, execution or event', async () => {
  const groups = (await logGroups()).filter((name) => name.includes('Headgate'));
  for (const stage of ['Intake', 'Plan', 'Validate', 'Transform', 'Gate', 'Load', 'Publish']) {
    const group = groups.find((name) => isOf(name, stage)) ?? '';
    const lines = await until(`the run in the log of ${stage}`, async () => {
      const all = await logLines(group);
      return all.some((line) => line.includes('REPORT')) ? all : undefined;
    });
    expect(lines.filter((line) => line.includes(canary))).toEqual([]);
  }
  for (const group of groups)
    expect((await logLines(group)).filter((line) => line.includes(canary))).toEqual([]);
  const seen = await until('the event of the run', async () => {
    const bodies = await events.seen();
    return bodies.some((body) => body.includes(run.runId)) ? bodies : undefined;
  });
  const executed = await history(stack, executionName(run));
  expect(JSON.stringify([seen, executed])).not.toContain(canary);
});

describe('a run with more rejected rows than its dataset allows', () => {
  const rows = [...goodOrders(10), order({ quantity: 'two' })];

  test('is held, says so, and leaves no trace in the table', async () => {
    const held = await land(stack, freshKey('orders', 'too-bad.csv'), csv(rows));
    expect(held.file).toMatchObject({ state: 'HELD', reason: { code: 'E_TOO_MANY_REJECTS' } });
    expect(held.run).toMatchObject({
      state: 'HELD',
      snapshotId: null,
      counts: { rowsIn: 11, published: 10, rejected: 1, deduplicated: 0 },
      reason: { code: 'E_TOO_MANY_REJECTS', detail: expect.stringContaining('5') },
    });
    expect(await tableRuns(stack, 'orders')).not.toContain(held.run.runId);
  });

  test('may come again, and is judged again', async () => {
    const again = await land(stack, freshKey('orders', 'too-bad-again.csv'), csv(rows));
    expect(again.file.state).toBe('HELD');
  });
});
