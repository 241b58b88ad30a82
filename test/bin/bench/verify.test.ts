import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peers } from '../../../bin/bench/peers.ts';
import { type RunEnd, runMeasured } from '../../../bin/bench/runner.ts';
import { verifyOutput } from '../../../bin/bench/verify.ts';
import type { Expected } from '../../../bin/generate/expected.ts';
import { productsCsv } from '../../../bin/generate/products.ts';
import { writeOrders } from '../../../bin/generate/write-orders.ts';

const dir = mkdtempSync(join(tmpdir(), 'bench-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** The row loop knows nothing of the generator but the rules, so it is a second opinion on both. */
describe.each(['csv', 'jsonl'] as const)('a row loop over a generated %s file', (format) => {
  const out = join(dir, `out-${format}`);
  let expected: Expected;
  let end: RunEnd;

  beforeAll(async () => {
    const input = join(dir, `orders.${format}`);
    const products = join(dir, 'products.csv');
    writeFileSync(products, productsCsv());
    expected = writeOrders(input, { rows: 3000, bad: 0.4, newlines: true, format });
    end = await runMeasured(peers.zod.run({ input, products, out, python: '' }), []);
  });

  test('finds exactly the rows and reasons that were planted', async () => {
    expect(end.kind).toBe('measured');
    expect(await verifyOutput(out, expected)).toEqual([]);
    expect(expected.severalReasons).toBeGreaterThan(0);
  });

  test.each<{ fault: string; change: Partial<Expected>; says: string }>([
    { fault: 'a lost row', change: { published: -1 }, says: 'published rows' },
    { fault: 'a cent', change: { sums: { line_total: '1.00' } }, says: 'sum of line_total' },
    { fault: 'a month', change: { publishedPerMonth: { '2024-01': 1 } }, says: 'rows per month' },
    { fault: 'a reason', change: { reasons: [] }, says: 'reasons' },
    { fault: 'a reject', change: { rejected: 1 }, says: 'kept rejects' },
    { fault: 'a duplicate', change: { deduplicated: 0 }, says: 'deduplicated' },
  ])('$fault that differs is named', async ({ change, says }) => {
    const faults = await verifyOutput(out, { ...expected, ...change });
    expect(faults.map((fault) => fault.split(':')[0])).toContain(says);
  });

  test('its own process tells what it used', () => {
    if (end.kind !== 'measured') throw new Error(end.why);
    expect(end.sample.peakMegabytes).toBeGreaterThan(20);
    expect(end.sample.cpuSeconds).toBeGreaterThan(0);
    expect(end.sample.wallSeconds).toBeGreaterThan(0);
  });
});

test('an output that is not there is not right', async () => {
  const expected = writeOrders(join(dir, 'few.csv'), { rows: 10, format: 'csv' });
  const faults = await verifyOutput(join(dir, 'nowhere'), expected);
  expect(faults).toEqual([
    'there is no metrics.json',
    'nothing was published',
    'the rejected rows were not kept',
  ]);
});

test('an output that cannot be read is not right', async () => {
  const expected = writeOrders(join(dir, 'few.csv'), { rows: 10, format: 'csv' });
  const out = join(dir, 'unreadable');
  mkdirSync(join(out, 'curated'), { recursive: true });
  writeFileSync(join(out, 'curated', 'data.parquet'), 'no Parquet');
  const faults = await verifyOutput(out, expected);
  expect(faults).toEqual([expect.stringMatching(/^its output cannot be read: /)]);
});

test('a peer that dies is a failure with its own words', async () => {
  const script = join(dir, 'dies.ts');
  writeFileSync(script, "console.error('out of disk'); process.exit(3);");
  expect(await runMeasured({ args: [script] }, [])).toEqual({ kind: 'failed', why: 'out of disk' });
});

test('the peak is of the process itself, not of the one that started it', async () => {
  const large = Buffer.alloc(300e6, 1);
  const script = join(dir, 'small.ts');
  writeFileSync(script, '');
  const end = await runMeasured({ args: [script] }, []);
  if (end.kind !== 'measured') throw new Error(end.why);
  expect(end.sample.peakMegabytes).toBeLessThan(large.length / 1e6 / 2);
});

test.each(['csv', 'jsonl'] as const)('the raw limit takes the same %s file', async (format) => {
  const input = join(dir, `raw.${format}`);
  const { bytes } = writeOrders(input, { rows: 500, format });
  expect(readFileSync(input).length).toBe(bytes);
  const run = peers.raw.run({
    input,
    products: '',
    out: join(dir, `out-raw-${format}`),
    python: '',
  });
  expect(await runMeasured(run, [])).toMatchObject({ kind: 'measured' });
});
