import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { processFile } from '../../../adapters/engine/process.ts';
import { SAMPLES_DIR } from '../../../bin/generate/samples.ts';
import { ReasonCount } from '../../../core/documents.ts';
import { Counts } from '../../../core/ledger.ts';
import { list, literal } from '../../../core/sql.ts';
import { datasetNamed } from '../../../datasets/index.ts';

const Found = Counts.omit({ setAside: true }).extend({ reasons: z.array(ReasonCount) });
const Expected = z.object({
  orders: z.object({
    byFile: z.record(z.string(), Found.extend({ sums: z.object({ line_total: z.string() }) })),
  }),
  products: Found,
  customers: Found,
});
const { orders, products, customers } = Expected.parse(
  JSON.parse(readFileSync(join(SAMPLES_DIR, 'expected.json'), 'utf8')),
);

const dir = mkdtempSync(join(tmpdir(), 'samples-published-'));
afterAll(() => rmSync(dir, { recursive: true }));

const inOrder = (reasons: z.infer<typeof Found>['reasons']): string[] =>
  reasons.map(({ code, field, rows }) => `${code} ${field ?? '-'} ${rows}`).sort();

/** What the whole engine makes of one sample file. */
const published = async (file: string, datasetName: string) => {
  const dataset = datasetNamed(datasetName);
  if (dataset === undefined) throw new Error(`no dataset ${datasetName}`);
  const outDir = join(dir, file);
  const referenceFiles = { products: join(SAMPLES_DIR, 'products.csv') };
  const processed = await processFile({
    dataset,
    lookup: datasetNamed,
    path: join(SAMPLES_DIR, file),
    ...(datasetName === 'orders' && { referenceFiles }),
    outDir,
  });
  if (processed.kind === 'refused') throw new Error(processed.detail);
  const found = Found.parse(processed.metrics);
  return {
    found: { ...found, reasons: inOrder(found.reasons) },
    files: processed.metrics.files.map(({ path }) => join(outDir, path)),
  };
};

const lineTotal = async (files: readonly string[]): Promise<unknown> => {
  const connection = await (await DuckDBInstance.create()).connect();
  const sql = `SELECT sum(line_total)::VARCHAR FROM read_parquet([${list(files.map(literal))}])`;
  const [[sum] = []] = (await connection.runAndReadAll(sql)).getRowsJson();
  return sum;
};

describe('what expected.json says of a sample is what the engine makes of it', () => {
  test.each(Object.keys(orders.byFile))('%s', async (file) => {
    const { found, files } = await published(file, 'orders');
    const { sums, ...expected } = orders.byFile[file] ?? { reasons: [], sums: undefined };
    expect(found).toEqual({ ...expected, reasons: inOrder(expected.reasons) });
    expect(await lineTotal(files)).toBe(sums?.line_total);
  });

  test.each([
    { file: 'products.csv', dataset: 'products', expected: products },
    { file: 'customers.parquet', dataset: 'customers', expected: customers },
  ])('$file', async ({ file, dataset, expected }) => {
    const { found } = await published(file, dataset);
    expect(found).toEqual({ ...expected, reasons: inOrder(expected.reasons) });
  });
});
