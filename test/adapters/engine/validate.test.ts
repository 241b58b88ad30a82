import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validateFile } from '../../../adapters/engine/validate.ts';
import { FileId } from '../../../core/ids.ts';
import type { Format } from '../../../core/landing/file-options.ts';
import { oracleDatasets } from '../../oracle/contract.ts';
import { nastyOrders } from '../../oracle/nasty-orders.ts';
import { orderFields } from '../../oracle/orders.ts';
import { expectedOutputs, type OracleInput, readOutputs } from '../../oracle/outputs.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'validate-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const fileId = FileId.parse('0123456789abcdef0123456789abcdef');
let runs = 0;
const place = (): string => {
  runs += 1;
  const own = join(dir, `run-${runs}`);
  mkdirSync(own);
  return own;
};

const validate = async (path: string, format: Format, outDir: string) =>
  await validateFile({
    dataset: oracleDatasets.orders,
    path,
    format,
    fileId,
    runId: 'orders-20240101T000000Z-0123456789',
    outDir,
    threads: 1,
  });

const validateBytes = async (bytes: Buffer | string, format: Format) => {
  const own = place();
  const path = join(own, 'file');
  writeFileSync(path, bytes);
  return { found: await validate(path, format, join(own, 'out')), out: join(own, 'out') };
};

const header = orderFields.join(',');
const line = 'O-1,C-1,a@b.co,P-1,1,1.00,EUR,paid,2024-01-01T00:00:00Z,de,';

describe('validateFile', () => {
  test.each([
    ['an unknown column', `${header},x\n`, 'csv', 'E_SCHEMA'],
    ['no header', `${line}\n`, 'csv', 'E_HEADER'],
    ['no text', '\n\n', 'csv', 'E_EMPTY'],
    ['no text as JSON', ' \n', 'jsonl', 'E_EMPTY'],
    ['no Parquet', 'PAR1 and then nothing', 'parquet', 'E_CORRUPT'],
  ] as const)('refuses %s', async (_name, bytes, format, code) => {
    const { found } = await validateBytes(bytes, format);
    expect(found).toMatchObject({ kind: 'refused', code });
  });

  test('counts a file of good rows and writes no rejects', async () => {
    const { found, out } = await validateBytes(`${header}\n${line}\n\n${line}x`, 'csv');
    expect(found).toEqual({
      kind: 'validated',
      rowsIn: 2,
      valid: 2,
      rejected: 0,
      wellFormed: 2,
      nonEmpty: { ...Object.fromEntries(orderFields.map((name) => [name, 2])), notes: 1 },
      reasons: [],
      warnings: [],
      warned: 0,
      bytes: {
        total: header.length + 2 * line.length + 4,
        rows: 2 * line.length + 1,
        framing: header.length + 3,
      },
      clean: [join(out, 'clean-plain-0.parquet')],
      rejects: null,
      evolved: [],
      setAside: 0,
      values: null,
      drift: [],
      notes: { unknownColumns: {}, missingColumns: [] },
    });
  });

  test('fills a missing optional column with nothing, and says so', async () => {
    const short = header.replace(',notes', '');
    const { found } = await validateBytes(`${short}\n${line.slice(0, -1)}\n`, 'csv');
    expect(found).toMatchObject({ valid: 1, notes: { missingColumns: ['notes'] } });
    expect(found).toHaveProperty('nonEmpty.notes', 0);
  });

  test('keeps only the beginning of a row over the limit, but its whole range', async () => {
    const long = `${line}${'x'.repeat(5_000_000)}`;
    const { found, out } = await validateBytes(`${header}\n${long}\n${line}\n`, 'csv');
    expect(found).toMatchObject({ rowsIn: 2, valid: 1, rejected: 1 });
    const { rejected } = await readOutputs(out);
    const from = header.length + 1;
    expect(rejected.get(1)).toEqual({
      start: from,
      end: from + long.length,
      raw: long.slice(0, 256 * 1024),
      reasons: ['E_FIELD_SIZE null'],
    });
  });
});

describe('validateFile of Parquet', () => {
  const write = async (sql: string): Promise<string> => {
    const path = join(place(), 'file.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    return path;
  };
  const typed = `SELECT 'O-1' AS order_id, 'C-1' AS customer_id, 'A@b.co' AS email,
    'P-1' AS product_id, 3::BIGINT AS quantity, 12.50::DECIMAL(9, 2) AS unit_price,
    'EUR' AS currency, 'paid' AS status, TIMESTAMPTZ '2024-03-31 23:30:00-02' AS ordered_at,
    'de' AS country, NULL::VARCHAR AS notes`;

  test('takes each type by its exact text', async () => {
    const local = "TIMESTAMP '2024-01-01 00:00:00.000001'";
    const path = await write(`${typed} UNION ALL BY NAME
      ${typed.replace(/TIMESTAMPTZ '[^']*'/, `(${local})::TIMESTAMPTZ`)}`);
    const out = join(dir, `typed-${runs}`);
    expect(await validate(path, 'parquet', out)).toMatchObject({ rowsIn: 2, valid: 2 });
  });

  test.each([
    ['a decimal too many', '12.50::DECIMAL(9, 2)', '12.505::DECIMAL(9, 3)', 'E_SCALE unit_price'],
    ['a float that is no decimal', '12.50::DECIMAL(9, 2)', "'nan'::DOUBLE", 'E_TYPE unit_price'],
    [
      'nanoseconds',
      /TIMESTAMPTZ '[^']*'/,
      "'2024-01-01 00:00:00.000000001'::TIMESTAMP_NS",
      'E_TYPE ordered_at',
    ],
    ['an integer beyond 32 bits', '3::BIGINT', '9007199254740993', 'E_RANGE quantity'],
    ['a NUL in a text', "'P-1'", "'P-' || chr(0)", 'E_CONTROL_CHAR null'],
    ['nothing', "'paid'", 'NULL::VARCHAR', 'E_REQUIRED status'],
  ])('%s is a reason', async (_name, from, to, reason) => {
    const path = await write(`${typed} UNION ALL BY NAME ${typed.replace(from, to)}`);
    const out = join(dir, `reason-${runs}`);
    const found = await validate(path, 'parquet', out);
    // One column has one type, so a wider one may refuse both rows; the second is the one meant.
    expect(found).toMatchObject({ rowsIn: 2 });
    const { rejected } = await readOutputs(out);
    expect(rejected.get(2)).toMatchObject({ start: null, end: null, reasons: [reason] });
    expect(JSON.parse(String(rejected.get(2)?.raw))).toMatchObject({ order_id: 'O-1' });
  });

  test.each([
    ['a list', "'P-1'", "['P-1']", '"product_id" is VARCHAR[]'],
    ['a blob', "'P-1'", "'P-1'::BLOB", '"product_id" is BLOB'],
    ['a struct', "'P-1'", '{a: 1}', '"product_id" is STRUCT'],
    ['a missing column', "'P-1' AS product_id, ", '', 'missing: "product_id"'],
    ['an unknown column', "'P-1' AS product_id", "'P-1' AS product_id, 1 AS x", 'unknown: "x"'],
  ])('%s is refused with the difference', async (_name, from, to, words) => {
    const found = await validate(await write(typed.replace(from, to)), 'parquet', place());
    expect(found).toMatchObject({ kind: 'refused', code: 'E_SCHEMA' });
    expect(found).toHaveProperty('detail', expect.stringContaining(words));
  });

  test('a damaged page is refused', async () => {
    const path = await write(
      `SELECT * REPLACE (order_id || i AS order_id)
      FROM (${typed}), range(5000) r(i)`.replace('* REPLACE', '* EXCLUDE (i) REPLACE'),
    );
    const bytes = readFileSync(path);
    bytes.fill(0xff, 40, 400);
    const { found } = await validateBytes(bytes, 'parquet');
    expect(found).toMatchObject({ kind: 'refused', code: 'E_CORRUPT' });
  });

  test('a sound file for which memory is too small is no damaged one', async () => {
    const path = await write(`SELECT x.* FROM (${typed}) x, range(50000)`);
    const judged = validateFile({
      ...{ dataset: oracleDatasets.orders, path, format: 'parquet', fileId, threads: 1 },
      ...{ runId: 'orders-20240101T000000Z-0123456789', outDir: place(), memoryLimit: '1MB' },
    });
    await expect(judged).rejects.toThrow(/^Out of Memory Error/);
  });

  test('rows that can hardly fit in the bytes are a bomb', async () => {
    const path = await write(`SELECT x.* FROM (${typed}) x, range(7000000)`);
    const found = await validate(path, 'parquet', place());
    expect(found).toMatchObject({ kind: 'refused', code: 'E_BOMB' });
  });

  test('texts are judged as those of CSV are, row by row', async () => {
    const nasty = nastyOrders(1);
    const cells = nasty.bytes
      .toString('utf8', nasty.from)
      .split('\n')
      .map((text) => text.replaceAll('"', '').split(','))
      .filter((row) => row.length === nasty.columns.length && !row.join('').includes('\ufffd'))
      .map((row) => Object.fromEntries(nasty.columns.map((name, i) => [name, row[i] ?? null])));
    const json = join(place(), 'rows.jsonl');
    writeFileSync(json, cells.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const columns = nasty.columns.map((name) => `${name}: 'VARCHAR'`).join(', ');
    const path = await write(`SELECT * FROM read_ndjson('${json}', columns = {${columns}})`);
    const out = place();
    const found = await validate(path, 'parquet', out);
    const rows: OracleInput[] = cells.map((row) => {
      const nul = Object.values(row).some((text) => /[^\t\r\n -~\x80-\uffff]/.test(text ?? ''));
      return { start: null, end: null, raw: '', codes: nul ? ['E_CONTROL_CHAR'] : [], cells: row };
    });
    const expected = expectedOutputs(rows, new Map());
    const { rejected } = await readOutputs(out);
    const reasons = (all: typeof rejected) =>
      [...all].map(([row, { reasons: own }]) => [row, own] as const).sort(([a], [b]) => a - b);
    expect(reasons(rejected)).toEqual(reasons(expected.rejected));
    expect(found).toMatchObject({
      valid: expected.published.size + expected.duplicates.size,
      rejected: expected.rejected.size,
    });
  });
});
