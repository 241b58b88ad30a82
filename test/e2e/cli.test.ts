import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { datasets } from '../../datasets/index.ts';
import { unique } from './support/drops.ts';
import { type Ended, headgate, headgateJson } from './support/headgate.ts';
import { withProducts } from './support/products.ts';
import { csv, goodOrders, order } from './support/rows.ts';
import { openStack } from './support/stack.ts';

const badRow = order({ quantity: 'two' });
const name = `orders-${unique()}.csv`;

let dir: string;
let landed: Ended;
let runId: string;

const Landed = z.array(z.object({ runId: z.string(), versionId: z.string() }).loose());

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-cli-'));
  await withProducts(await openStack());
  await writeFile(join(dir, name), csv([...goodOrders(30), badRow]));
  await writeFile(join(dir, 'other.csv'), `a,b\n${unique()},2\n`);
  landed = await headgate('land', join(dir, name), '--dataset', 'orders', '--wait', '--json');
  runId = Landed.parse(JSON.parse(landed.stdout))[0]?.runId ?? '';
});
afterAll(() => rm(dir, { recursive: true }));

const counts = { rowsIn: 31, published: 30, rejected: 1, deduplicated: 0 };

describe('headgate, against a stack that runs,', () => {
  test('lands a file and waits for its end', () => {
    expect(landed.code).toBe(0);
    expect(JSON.parse(landed.stdout)).toEqual([
      expect.objectContaining({ key: `orders/${name}`, state: 'PUBLISHED', counts, reason: null }),
    ]);
  });

  test('ends with 1 when a file is refused, and says why', async () => {
    const refused = await headgate('land', join(dir, 'other.csv'), '--dataset', 'orders');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('QUARANTINED');
    expect(refused.stdout).toContain('E_HEADER');
  });

  test('lists the run', async () => {
    const runs = z.array(z.object({ runId: z.string() }).loose()).parse(await headgateJson('runs'));
    expect(runs.find((run) => run.runId === runId)).toMatchObject({ state: 'PUBLISHED', counts });
  });

  test('shows the run with its files, reasons and stages', async () => {
    expect(await headgateJson('run', runId)).toMatchObject({
      run: { runId, state: 'PUBLISHED', counts },
      files: [{ key: `orders/${name}`, state: 'PUBLISHED' }],
      reasons: [{ code: 'E_TYPE', field: 'quantity', rows: 1 }],
      execution: { status: 'SUCCEEDED' },
      stages: expect.arrayContaining([expect.objectContaining({ name: 'Load' })]),
    });
  });

  test('shows the rejected row as it was', async () => {
    expect(await headgateJson('rejects', '--run', runId)).toMatchObject({
      total: 1,
      rows: [
        {
          key: `orders/${name}`,
          reasons: [{ code: 'E_TYPE', field: 'quantity' }],
          rawBase64: Buffer.from(badRow).toString('base64'),
        },
      ],
    });
  });

  test('answers a query', async () => {
    const sql = `SELECT count(*) AS n, sum(line_total) AS total FROM orders WHERE _run = '${runId}'`;
    expect(await headgateJson('query', sql)).toEqual([{ n: 30, total: '615.00' }]);
  });

  test('tells how things are', async () => {
    expect(await headgateJson('status')).toMatchObject({
      stack: 'Headgate',
      outputs: { LandingBucket: expect.any(String) },
      datasets: expect.arrayContaining([expect.objectContaining({ name: 'orders' })]),
      deadLetters: expect.any(Number),
    });
  });

  test('describes the datasets', async () => {
    const names = z
      .array(z.object({ name: z.string() }).loose())
      .parse(await headgateJson('datasets'))
      .map((dataset) => dataset.name);
    expect(names.toSorted()).toEqual(datasets.map(({ name }) => name).toSorted());
  });

  test.each([
    { what: 'a run that is none', args: ['run', 'orders-20200101T000000Z-0123456789'], code: 1 },
    { what: 'SQL that is wrong', args: ['query', 'SELECT nothing FROM nowhere'], code: 1 },
    { what: 'a stack that is none', args: ['status', '--stack', 'NoSuchStack'], code: 1 },
    { what: 'a run id that cannot be', args: ['run', 'x'], code: 2 },
    { what: 'an unknown dataset', args: ['rejects', '--dataset', 'nothing'], code: 2 },
    { what: 'an unknown command', args: ['dance'], code: 2 },
  ])('ends with $code on $what, in words', async ({ args, code }) => {
    const ended = await headgate(...args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.stderr.trim()).not.toBe('');
  });
});
