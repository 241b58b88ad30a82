import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { type Dropped, freshKey, land, runEnded } from './support/drops.ts';
import { headgate, headgateJson, headgateRow } from './support/headgate.ts';
import { withProducts } from './support/products.ts';
import { readTable } from './support/pyiceberg.ts';
import { csv, goodOrders, order } from './support/rows.ts';
import { openStack, type Stack } from './support/stack.ts';

/** Thirty good rows, and one whose quantity somebody can mend. */
const bad = order({ quantity: 'two' });
const rows = [...goodOrders(20), bad, ...goodOrders(10)];

let stack: Stack;
let dropped: Dropped;
let first: RunEntry;
let dir: string;

beforeAll(async () => {
  stack = await openStack();
  dir = await mkdtemp(join(tmpdir(), 'headgate-replay-'));
  await withProducts(stack);
  ({ dropped, run: first } = await land(stack, freshKey('orders', 'to-replay.csv'), csv(rows)));
});
afterAll(() => rm(dir, { recursive: true }));

const Identities = z.object({ n: z.coerce.number(), rows: z.coerce.number() });

/** Rows of the file that a reader of the table sees, and how many of them are different ones. */
const seen = async () => {
  const sql = `SELECT count(*) AS n, count(DISTINCT _row) AS rows FROM orders WHERE _file = '${dropped.fileId}'`;
  return Identities.parse(await headgateRow(sql));
};

const allRows = async () => {
  const { CatalogDatabase: database } = stack.outputs;
  const { rows: count, history } = await readTable({ database, table: 'orders' });
  return { count, history };
};

const Replays = z.array(z.object({ kind: z.string(), run: z.object({ runId: RunId }) }));

describe('a published run that is replayed', () => {
  let before: Awaited<ReturnType<typeof allRows>>;
  let replay: RunEntry;

  test('is only told of in a dry run', async () => {
    before = await allRows();
    expect(await seen()).toEqual({ n: 30, rows: 30 });
    const told = await headgate('replay', '--file', dropped.key, '--dry-run');
    expect(told).toMatchObject({ code: 0 });
    expect(told.stdout).toMatch(/30 rows in the table are replaced[\s\S]*again.*to-replay\.csv/);
    const asked = await headgate('replay', '--run', first.runId);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('asks for --yes') });
    expect(await allRows()).toEqual(before);
  });

  test('has the same rows in one new snapshot, and no row twice', async () => {
    const replayed = Replays.parse(await headgateJson('replay', '--run', first.runId, '--yes'));
    const [done] = replayed;
    if (done === undefined) throw new Error('one run was replayed');
    replay = await runEnded(stack, done.run.runId);
    expect(replay).toMatchObject({
      ...{ state: 'PUBLISHED', counts: first.counts, contractVersion: first.contractVersion },
      replays: { runId: first.runId, generation: 1, by: expect.stringContaining(':') },
    });
    expect(await seen()).toEqual({ n: 30, rows: 30 });
    const after = await allRows();
    expect(after.count).toBe(before.count);
    expect(after.history).toHaveLength(before.history.length + 1);
    expect(after.history.at(-1)).toMatchObject({ operation: 'overwrite', run_id: replay.runId });
    expect(await stack.ledger.file(dropped.fileId)).toMatchObject({
      ...{ state: 'PUBLISHED', runId: replay.runId },
    });
  });

  test('shows what has taken its place, and is not replayed by the same words again', async () => {
    const shown = await headgate('run', first.runId);
    expect(shown.stdout).toContain(`replaced by ${replay.runId}`);
    expect((await headgate('run', replay.runId)).stdout).toContain(`replays ${first.runId}`);
    const again = await headgate('replay', '--run', first.runId, '--yes');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('replayed before') });
    expect((await allRows()).count).toBe(before.count);
  });

  test('has its rejected row published once someone has mended it', async () => {
    const path = join(dir, 'mend.jsonl');
    const exported = await headgate('rejects', 'export', replay.runId, '-o', path);
    expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining('1 row to mend') });
    const [line = ''] = (await readFile(path, 'utf8')).split('\n');
    const row = z.looseObject({ row: z.number(), raw: z.string() }).parse(JSON.parse(line));
    expect(row).toMatchObject({ row: 21, raw: bad, file: dropped.fileId, run: replay.runId });
    await writeFile(path, `${JSON.stringify({ ...row, raw: `${bad}\n${bad}` })}\n`);
    const wrong = await headgate('rejects', 'apply', path);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain(`${path}:1: raw is not exactly one row of csv`);
    await writeFile(path, `${JSON.stringify({ ...row, raw: bad.replace(',two,', ',2,') })}\n`);
    const dry = await headgate('rejects', 'apply', path, '--dry-run');
    expect(dry.stdout).toMatch(/mended .*to-replay\.csv row 21, rejected for E_TYPE/);
    expect(await seen()).toEqual({ n: 30, rows: 30 });
    const applied = await headgate('rejects', 'apply', path);
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('31 published') });
    expect(await seen()).toEqual({ n: 31, rows: 31 });
    expect((await allRows()).count).toBe(before.count + 1);
    const key = `SELECT _row AS n, _row AS rows FROM orders WHERE order_id = '${bad.split(',')[0]}'`;
    expect(Identities.parse(await headgateRow(key)).n).toBe(21);
  });
});
