import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExpectedSamples, SAMPLES_DIR, writeSamples } from '../../../bin/generate/samples.ts';
import { literal } from '../../../core/sql.ts';

const TOTAL_BYTES_MAX = 400_000;
const REJECTED_SHARE_MAX = 0.04;

const dir = mkdtempSync(join(tmpdir(), 'samples-'));
let expected: ExpectedSamples;

beforeAll(async () => {
  expected = await writeSamples(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

const parquetRows = async (path: string): Promise<string> => {
  const connection = await (await DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet(${literal(path)})`);
  return JSON.stringify([reader.columnNamesAndTypesJson(), reader.getRowsJson()]);
};

/** What must be equal: not the bytes where another release of a compressor may choose others. */
const content = async (path: string): Promise<string> => {
  if (path.endsWith('.parquet')) return parquetRows(path);
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
};

const names = readdirSync(SAMPLES_DIR).sort();

describe('datasets/samples', () => {
  test('holds exactly the files that the generator makes', () => {
    expect(names).toEqual(readdirSync(dir).sort());
    expect(names.length).toBeGreaterThan(6);
  });

  test.each(names)('%s is what the generator makes', async (name) => {
    expect(await content(join(SAMPLES_DIR, name))).toBe(await content(join(dir, name)));
  });

  test('is small enough to be committed', () => {
    const bytes = names.map((name) => statSync(join(SAMPLES_DIR, name)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(TOTAL_BYTES_MAX);
  });

  test('the gzip header carries no time', () => {
    const header = readFileSync(join(SAMPLES_DIR, 'orders-2025-h1.csv.gz'));
    expect(header.readUInt32LE(4)).toBe(0);
  });

  test('no file has so many bad rows that its run would be held', () => {
    const all = [...Object.values(expected.orders.byFile), expected.products, expected.customers];
    for (const { rowsIn, published, rejected, deduplicated } of all) {
      expect(published + rejected + deduplicated).toBe(rowsIn);
      expect(rejected / rowsIn).toBeLessThanOrEqual(REJECTED_SHARE_MAX);
      expect(rejected).toBeGreaterThan(0);
    }
  });

  test('together they show every fault the generator knows', () => {
    const reasons = Object.values(expected.orders.byFile).flatMap((file) => file.reasons);
    expect([...new Set(reasons.map(({ code }) => code))].sort()).toEqual([
      'E_FIELD_COUNT',
      'E_JSON',
      'E_LENGTH',
      'E_ONE_OF',
      'E_RANGE',
      'E_REQUIRED',
      'E_TYPE',
    ]);
  });

  test('the sums of the files are the sum of all', () => {
    const cents = Object.values(expected.orders.byFile).map(({ sums }) =>
      Number(sums.line_total.replace('.', '')),
    );
    const total = cents.reduce((sum, value) => sum + value, 0);
    expect(expected.orders.sums.line_total).toBe((total / 100).toFixed(2));
  });
});
