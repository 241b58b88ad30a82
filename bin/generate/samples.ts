import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ReasonCount } from '../../core/documents.ts';
import { addCounts, type Counts, noCounts } from '../../core/ledger.ts';
import { orderColumns } from './columns.ts';
import { customerColumns, customers } from './customers.ts';
import { centsAsDecimal, type Expected, makeTally } from './expected.ts';
import { typedFaultKinds } from './faults.ts';
import { type OrderOptions, orderRows } from './orders.ts';
import { writeParquet } from './parquet.ts';
import { dirtyProductsCsv } from './products.ts';
import { writeOrders } from './write-orders.ts';

/** Where the committed samples lie, from the root of the repository. */
export const SAMPLES_DIR = 'datasets/samples';

const CUSTOMERS = 1000;

/** Below the share at which a run is held (rejects.holdAbove), so that every sample publishes. */
const BAD_SHARE = 0.035;

const shared = { bad: BAD_SHARE, customers: CUSTOMERS } as const;

/** One file per format; the order numbers do not meet, so the sums of the files may be added. */
const orderFiles = {
  'orders-2024.csv': { ...shared, rows: 900, seed: 32, format: 'csv', days: 366 },
  'orders-2025-h1.csv.gz': {
    ...shared,
    rows: 800,
    seed: 22,
    format: 'csv',
    newlines: true,
    firstOrder: 100_000,
    from: '2025-01-01',
    days: 181,
  },
  'orders-2025-h2.jsonl': {
    ...shared,
    rows: 400,
    seed: 55,
    format: 'jsonl',
    firstOrder: 200_000,
    from: '2025-07-01',
    days: 184,
  },
  'orders-web.parquet': {
    ...shared,
    rows: 600,
    seed: 40,
    format: 'parquet',
    kinds: typedFaultKinds,
    firstOrder: 300_000,
    from: '2025-01-01',
    days: 365,
  },
} as const satisfies Record<string, OrderOptions>;

const orderTypes: Readonly<Record<string, string>> = {
  quantity: 'INTEGER',
  unit_price: 'DECIMAL(12,2)',
  ordered_at: 'TIMESTAMPTZ',
};

type Found = Counts & { readonly reasons: readonly ReasonCount[] };
type FoundOrders = Found & { readonly sums: Expected['sums'] };

/** What datasets/samples/expected.json says. */
export type ExpectedSamples = {
  readonly orders: Counts & {
    readonly files: number;
    readonly sums: Expected['sums'];
    readonly byFile: Readonly<Record<string, FoundOrders>>;
  };
  readonly products: Found;
  readonly customers: Found;
};

/** The rest of the summary is of use in a benchmark; here it would only hide the numbers. */
const found = (expected: Expected): FoundOrders => {
  const { rowsIn, published, rejected, deduplicated, reasons, sums } = expected;
  return { rowsIn, published, rejected, deduplicated, reasons, sums };
};

const parquetOrders = async (path: string, options: OrderOptions): Promise<Expected> => {
  const tally = makeTally();
  const rows = [...orderRows(options)];
  for (const row of rows) tally.add(row);
  const columns = orderColumns.map((name) => ({ name, type: orderTypes[name] ?? 'VARCHAR' }));
  await writeParquet(
    path,
    columns,
    rows.map((row) => row.cells),
  );
  return tally.result(0);
};

/** Node writes no time into a gzip header, so the same rows are the same bytes. */
const gzipped = (path: string, write: (plainPath: string) => Expected): Expected => {
  const plain = `${path}.plain`;
  const expected = write(plain);
  writeFileSync(path, gzipSync(readFileSync(plain), { level: 9 }));
  rmSync(plain);
  return expected;
};

const orderFile = async (path: string, options: OrderOptions): Promise<Expected> => {
  const { format = 'csv' } = options;
  if (format === 'parquet') return parquetOrders(path, options);
  const write = (to: string): Expected => writeOrders(to, { ...options, format });
  return path.endsWith('.gz') ? gzipped(path, write) : write(path);
};

const inCents = (decimal: string): number => Number(decimal.replace('.', ''));

const writeOrderFiles = async (dir: string): Promise<ExpectedSamples['orders']> => {
  const byFile: Record<string, FoundOrders> = {};
  for (const [name, options] of Object.entries(orderFiles))
    byFile[name] = found(await orderFile(join(dir, name), options));
  const files = Object.values(byFile);
  const cents = files.reduce((sum, file) => sum + inCents(file.sums.line_total), 0);
  const { rowsIn, published, rejected, deduplicated } = files.reduce(addCounts, noCounts);
  return {
    files: files.length,
    rowsIn,
    published,
    rejected,
    deduplicated,
    sums: { line_total: centsAsDecimal(cents) },
    byFile,
  };
};

/** Writes every sample file and expected.json into a folder. */
export const writeSamples = async (dir: string): Promise<ExpectedSamples> => {
  mkdirSync(dir, { recursive: true });
  const orders = await writeOrderFiles(dir);
  const products = dirtyProductsCsv();
  writeFileSync(join(dir, 'products.csv'), products.text);
  const people = customers(CUSTOMERS);
  const columns = customerColumns.map((name) => ({
    name,
    type: name === 'signed_up_on' ? 'DATE' : 'VARCHAR',
  }));
  await writeParquet(join(dir, 'customers.parquet'), columns, people.rows);
  const expected = { orders, products: products.expected, customers: people.expected };
  writeFileSync(join(dir, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  return expected;
};
