import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProcessRequest, processFile } from '../../../adapters/engine/process.ts';
import { oracleDataset, oracleDatasets } from '../../oracle/contract.ts';
import { oracleRows } from '../../oracle/csv.ts';
import { oracleLine } from '../../oracle/json.ts';
import { nastyOrders } from '../../oracle/nasty-orders.ts';
import { orderFields } from '../../oracle/orders.ts';
import { expectedOutputs, type OracleInput, readOutputs } from '../../oracle/outputs.ts';

let dir = '';
let products = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'process-'));
  products = join(dir, 'products.csv');
  const rows = [1, 2, 1].map((id) => `P-000${id},Product ${id},toys,1.00`);
  writeFileSync(products, ['product_id,product_name,category,unit_cost', ...rows, ''].join('\n'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const catalogue = new Map([
  ['P-0001', ['Product 1', 'toys']],
  ['P-0002', ['Product 2', 'toys']],
] as const);

let runs = 0;
const process = async (bytes: Buffer, options: Partial<ProcessRequest> = {}) => {
  runs += 1;
  const own = join(dir, `run-${runs}`);
  mkdirSync(own);
  const path = join(own, 'orders');
  writeFileSync(path, bytes);
  const outDir = join(own, 'out');
  const processed = await processFile({
    dataset: oracleDatasets.orders,
    lookup: oracleDataset,
    path,
    outDir,
    referenceFiles: { products },
    threads: 1,
    ...options,
  });
  return { processed, outDir };
};

/** The rows of a CSV file as the oracle reads them. */
const csvRows = (
  { bytes, columns, from }: ReturnType<typeof nastyOrders>,
  rowBytesMax: number,
  separator = ',',
): OracleInput[] =>
  oracleRows(bytes, { from, separator, columns: columns.length, rowBytesMax }).map((row) => ({
    ...row,
    raw: bytes.toString('latin1', row.start, Math.min(row.end, row.start + rowBytesMax)),
    cells: Object.fromEntries(
      columns.map((name, index) => {
        const cell = row.cells[index] ?? null;
        return [name, cell === null ? null : Buffer.from(cell, 'latin1').toString('utf8')];
      }),
    ),
  }));

const expectExact = async (
  given: Awaited<ReturnType<typeof process>>,
  rows: readonly OracleInput[],
): Promise<void> => {
  const { processed, outDir } = given;
  if (processed.kind === 'refused') throw new Error(processed.detail);
  const expected = expectedOutputs(rows, catalogue);
  const found = await readOutputs(outDir);
  expect(found).toEqual(expected);
  const { metrics } = processed;
  expect(JSON.parse(readFileSync(join(outDir, 'metrics.json'), 'utf8'))).toEqual(metrics);
  const { rowsIn, published, rejected, deduplicated, bytes } = metrics;
  expect({ rowsIn, published, rejected, deduplicated }).toEqual({
    rowsIn: rows.length,
    published: expected.published.size,
    rejected: expected.rejected.size,
    deduplicated: expected.duplicates.size,
  });
  expect(bytes.rows + bytes.framing).toBe(bytes.total);
  const reasons = new Map<string, number>();
  for (const { reasons: own } of expected.rejected.values()) {
    for (const reason of own) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  expect(
    new Map(metrics.reasons.map(({ code, field, rows: count }) => [`${code} ${field}`, count])),
  ).toEqual(reasons);
  const readable = rows.filter(({ codes }) => codes.length === 0);
  expect(metrics.wellFormed).toBe(readable.length);
  const filled = orderFields.map((name) => [
    name,
    readable.filter(
      ({ cells }) => cells[name]?.replaceAll(' ', '') || (name === 'notes' && cells.notes === ''),
    ).length,
  ]);
  expect(metrics.nonEmpty).toEqual(Object.fromEntries(filled));
};

const small = (chunk: number) => ({ framing: { chunk, rowBytesMax: 7_000 }, limit: 7_000 });
const usual = { framing: { chunk: 1 << 20, rowBytesMax: 1 << 18 }, limit: 1 << 18 };

describe('a CSV file is told row by row as the oracle tells it', () => {
  test.each([
    ['line feeds', 1, {}, usual, 1],
    ['CRLF', 1, { lineEnd: '\r\n' }, usual, 1],
    ['no last line feed', 1, { unended: true }, usual, 1],
    ['a byte order mark', 1, { bom: true }, usual, 1],
    ['chunks of 8 KB', 4, {}, small(8_192), 1],
    ['chunks of 16 KB and CRLF', 4, { lineEnd: '\r\n' }, small(16_384), 2],
    ['many rows and two threads', 60, {}, usual, 2],
  ])('%s', async (_name, repeats, shape, { framing, limit }, threads) => {
    const file = nastyOrders(repeats, shape);
    const given = await process(file.bytes, { framing, threads });
    await expectExact(given, csvRows(file, limit));
  });

  test('compressed with gzip', async () => {
    const file = nastyOrders(1);
    await expectExact(await process(gzipSync(file.bytes)), csvRows(file, usual.limit));
  });

  test('separated by semicolons', async () => {
    const file = nastyOrders(1);
    const swapped = Buffer.from(file.bytes.map((byte) => ({ 44: 0x3b, 59: 0x2c })[byte] ?? byte));
    const { orders } = oracleDatasets;
    const dataset = { ...orders, files: { ...orders.files, delimiter: ';' } };
    const rows = csvRows({ ...file, bytes: swapped }, usual.limit, ';');
    await expectExact(await process(swapped, { dataset }), rows);
  });

  test('rows of the largest size, and one byte more', async () => {
    const { columns, from, bytes } = nastyOrders(0);
    const row = Buffer.from('"",O-1,C-1,a@b.co,P-0001,1,1,EUR,paid,2024-01-01T00:00:00Z,');
    const long = (size: number) => Buffer.from(`${'x'.repeat(size - row.length)}\n`);
    const sizes = [usual.limit, usual.limit + 1, 100];
    const lines = sizes.flatMap((size) => [row, long(size)]);
    const file = { columns, from, bytes: Buffer.concat([bytes, ...lines]) };
    await expectExact(await process(file.bytes), csvRows(file, usual.limit));
  });

  test('nothing but the header', async () => {
    const { bytes, from } = nastyOrders(0);
    await expectExact(await process(bytes.subarray(0, from)), []);
  });

  test('only bad rows', async () => {
    const { columns, from, bytes } = nastyOrders(0);
    const file = { columns, from, bytes: Buffer.concat([bytes, Buffer.from('x\n'.repeat(5_000))]) };
    await expectExact(await process(file.bytes), csvRows(file, usual.limit));
  });
});

describe('a JSON Lines file is told row by row as the oracle tells it', () => {
  const nasty = nastyOrders(2);
  const sound = csvRows(nasty, usual.limit).filter(({ codes }) => codes.length === 0);
  const lines = sound.map(({ cells }) => Buffer.from(JSON.stringify(cells)));
  const like = JSON.parse(String(lines[1]));
  const more = [
    { ...like, quantity: 7, unit_price: 2.5 },
    { ...like, order_id: 'N-1', quantity: [1], notes: { a: 1 }, customer_id: null },
    { ...like, order_id: 'N-2', notes: true },
  ].map((value) => Buffer.from(JSON.stringify(value)));
  const texts = [
    '{"order_id":"N-3","unit_price":12.50000000000000000001,"quantity":1e2}',
    '{"order_id":"N-4"',
    'null',
    '{"order_id":"a","order_id":"b"}',
    '{"notes":"\\ud800"}',
    '',
  ].map((text) => Buffer.from(text));
  const all = [...lines, ...more, Buffer.from('{"notes":"caf\xe9"}', 'latin1'), ...texts];

  test.each([
    ['LF', '\n', usual, 1],
    [
      'CRLF, small chunks, two threads',
      '\r\n',
      { framing: { chunk: 16_384, rowBytesMax: 12_000 } },
      2,
    ],
  ])('%s', async (_name, lineEnd, { framing }, threads) => {
    const bytes = Buffer.concat(all.flatMap((line) => [line, Buffer.from(lineEnd)]));
    let at = 0;
    const rows: OracleInput[] = [];
    for (const line of all) {
      const start = at;
      at += line.length + lineEnd.length;
      if (line.length === 0) continue;
      const found = oracleLine(line, orderFields, 32);
      const cells = 'cells' in found ? Object.entries(found.cells) : [];
      rows.push({
        start,
        end: start + line.length,
        raw: line.toString('latin1'),
        codes: found.codes,
        cells: Object.fromEntries(cells.map(([name, cell]) => [name, cell?.text ?? null])),
        compound: cells.filter(([, cell]) => cell?.compound).map(([name]) => name),
      });
    }
    const given = await process(bytes, { framing, threads });
    await expectExact(given, rows);
    expect(given.processed).toHaveProperty('metrics.notes.unknownColumns', {});
  });
});
