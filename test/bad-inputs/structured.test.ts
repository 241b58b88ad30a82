import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as xlsx from '@e965/xlsx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepare } from '../../adapters/engine/prepare/index.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import { defineDataset } from '../../core/define-dataset.ts';
import { decimal, integer, text } from '../../core/fields/index.ts';
import { FileId } from '../../core/ids.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import { container, encoded } from '../adapters/prepare/avro-container.ts';
import { readOutputs } from '../oracle/outputs.ts';

let dir = '';
let runs = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'structured-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = (files: Partial<FileOptions>) =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales in files without lines.',
    fields: {
      id: integer({ bits: 64 }),
      sku: text({ max: 64 }),
      price: decimal({ precision: 38, scale: 10, optional: true }),
    },
    files: { formats: ['jsonl', 'json', 'avro', 'excel', 'xml', 'parquet'], ...files },
  });

/** Prepares and judges a file, and asserts that no row is lost on the way. */
const runOnce = async (bytes: string | Uint8Array, format: Format, files: Partial<FileOptions>) => {
  runs += 1;
  const own = join(dir, `run-${runs}`);
  mkdirSync(own);
  const path = join(own, 'landed');
  writeFileSync(path, bytes);
  const sales = dataset(files);
  const prepared = await prepare({ path, format, dataset: sales, outDir: join(own, 'prepared') });
  expect(readFileSync(path)).toEqual(Buffer.from(bytes));
  if (prepared.kind === 'refused') return `FILE ${prepared.code}`;
  const out = join(own, 'out');
  const found = await validateFile({
    dataset: sales,
    path: prepared.path,
    format: prepared.format,
    fileId: FileId.parse('0123456789abcdef0123456789abcdef'),
    runId: 'sales-20240101T000000Z-0123456789',
    outDir: out,
    threads: 1,
  });
  if (found.kind === 'refused') return `FILE ${found.code}`;
  expect(found.valid + found.rejected).toBe(found.rowsIn);
  expect(found.bytes.rows + found.bytes.framing).toBe(found.bytes.total);
  const { rejected } = await readOutputs(out);
  expect(rejected.size).toBe(found.rejected);
  const reasons = [...rejected].map(([row, { reasons: all }]) => `ROW ${row} ${all.join(', ')}`);
  return [`PUB ${found.valid}`, ...reasons].join('; ');
};

/** A second delivery says the same as the first. */
const outcome = async (bytes: string | Uint8Array, format: Format, files = {}): Promise<string> => {
  const first = await runOnce(bytes, format, files);
  expect(await runOnce(bytes, format, files)).toBe(first);
  return first;
};

const good = '{"id":9007199254740993,"sku":"x","price":1234567890123456789012345678.9012345678}';
const deep = `{"id":1,"sku":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

describe('JSON documents', () => {
  test.each<[string, string, Partial<FileOptions>, string]>([
    ['J08 an array', `[${good},${good}]`, {}, 'PUB 2'],
    ['J08 an array under a path', `{"d":[${good}]}`, { path: ['d'] }, 'PUB 1'],
    ['C02 an array in UTF-16', `\ufeff[${good}]`, {}, 'PUB 1'],
    ['J02 cut off', `[${good},{"id":2,`, {}, 'FILE E_CORRUPT'],
    [
      'J03 a key twice',
      `[${good},{"id":1,"id":2,"sku":"x"}]`,
      {},
      'PUB 1; ROW 2 E_JSON_DUP_KEY null',
    ],
    ['J05 words that are none', `[${good},{"id":NaN,"sku":"x"}]`, {}, 'PUB 1; ROW 2 E_JSON null'],
    ['J05 a newline in a text', `[${good},{"id":1,"sku":"x\ny"}]`, {}, 'PUB 1; ROW 2 E_JSON null'],
    ['J05 a comma at the end', `[${good},]`, {}, 'FILE E_CORRUPT'],
    ['J06 deep nesting', `[${good},${deep}]`, {}, 'PUB 1; ROW 2 E_DEPTH null'],
    [
      'J07 a large row',
      `[${good},{"id":1,"sku":"${'x'.repeat(300_000)}"}]`,
      {},
      'PUB 1; ROW 2 E_ROW_SIZE null',
    ],
    [
      'J09 single values',
      `[1,"x",null,${good}]`,
      {},
      'PUB 1; ROW 1 E_JSON_SHAPE null; ROW 2 E_JSON_SHAPE null; ROW 3 E_JSON_SHAPE null',
    ],
    ['J10 types that change', `[${good},{"id":[1],"sku":"x"}]`, {}, 'PUB 1; ROW 2 E_TYPE id'],
    [
      'J12 half a character',
      `[${good},{"id":1,"sku":"\\ud800"}]`,
      {},
      'PUB 1; ROW 2 E_ENCODING null',
    ],
    ['J12 an escape', `[${good},{"id":1,"sku":"\\u001b"}]`, {}, 'PUB 1; ROW 2 E_CONTROL_CHAR null'],
    ['J12 NUL', `[${good},{"id":1,"sku":"\\u0000"}]`, {}, 'PUB 1; ROW 2 E_CONTROL_CHAR null'],
    ['no such path', `{"a":[${good}]}`, { path: ['d'] }, 'FILE E_SCHEMA'],
    ['keyed by a field', '{"x":{"id":1},"y":{"id":2}}', { keyedBy: 'sku' }, 'PUB 2'],
    [
      'keyed, and no objects',
      '{"x":5,"y":[],"z":{"id":2}}',
      { keyedBy: 'sku' },
      'PUB 1; ROW 1 E_JSON_SHAPE null; ROW 2 E_JSON_SHAPE null',
    ],
    [
      'keyed, its field again',
      '{"x":{"id":1,"sku":"y"}}',
      { keyedBy: 'sku' },
      'PUB 0; ROW 1 E_JSON_DUP_KEY null',
    ],
  ])('%s', async (name, json, files, expected) => {
    const bytes = name.includes('UTF-16') ? Buffer.from(json, 'utf16le') : json;
    expect(await outcome(bytes, 'json', files)).toBe(expected);
  });

  test('C04 bytes that are not UTF-8 cost their row', async () => {
    const bytes = Buffer.from(`[${good},{"id":1,"sku":"caf\xe9"}]`, 'latin1');
    expect(await outcome(bytes, 'json')).toBe('PUB 1; ROW 2 E_ENCODING null');
  });

  test('a rejected row has the range that it has in the landed file', async () => {
    const json = `{"d": [\n  ${good},\n  {"id": "x",\n "sku": "y"}\n]}`;
    const path = join(dir, 'range.json');
    writeFileSync(path, json);
    const sales = dataset({ path: ['d'] });
    const prepared = await prepare({
      path,
      format: 'json',
      dataset: sales,
      outDir: join(dir, 'r'),
    });
    const lines = readFileSync(prepared.kind === 'prepared' ? prepared.path : path, 'latin1');
    const start = json.indexOf('{"id": "x"');
    expect(lines.slice(start).trim()).toBe('{"id": "x",  "sku": "y"}');
    expect(lines.length).toBe(json.length);
  });
});

describe('XML documents', () => {
  const row = '<sale id="9007199254740993"><sku>007</sku><price>1.5</price></sale>';
  test.each([
    ['rows', `<s>${row}${row}</s>`, 'PUB 2'],
    [
      'J18 an external entity',
      `<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><s>${row}</s>`,
      'FILE E_XML_DTD',
    ],
    [
      'J18 a billion laughs',
      `<!DOCTYPE s [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><s>&b;</s>`,
      'FILE E_XML_DTD',
    ],
    ['cut off', `<s>${row}<sale id="1">`, 'FILE E_CORRUPT'],
    [
      'a name twice',
      `<s>${row}<sale id="1"><id>1</id><sku>x</sku></sale></s>`,
      'PUB 1; ROW 2 E_JSON_DUP_KEY null',
    ],
    [
      'a child twice',
      `<s>${row}<sale id="1"><sku>x</sku><sku>y</sku></sale></s>`,
      'PUB 1; ROW 2 E_TYPE sku',
    ],
    ['no number', `<s>${row}<sale id="x"><sku>x</sku></sale></s>`, 'PUB 1; ROW 2 E_TYPE id'],
    ['nothing', `<s>${row}<sale/></s>`, 'PUB 1; ROW 2 E_REQUIRED id, E_REQUIRED sku'],
  ])('%s', async (_name, xml, expected) => {
    expect(await outcome(xml, 'xml', { record: 'sale' })).toBe(expected);
  });
});

describe('Avro files', () => {
  const schema = {
    type: 'record',
    name: 'Sale',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'sku', type: 'string' },
      { name: 'price', type: ['null', 'double'] },
    ],
  };
  const rows = [
    { id: 9_007_199_254_740_993n, sku: 'x', price: 1.5 },
    { id: 1n, sku: 'x'.repeat(65), price: null },
    { id: 2n, sku: '\0', price: null },
  ];
  const whole = container(schema, encoded(schema, rows));
  test.each<[string, Buffer, string]>([
    ['rows', whole, 'PUB 1; ROW 2 E_LENGTH sku; ROW 3 E_CONTROL_CHAR null'],
    ['J14 cut off', whole.subarray(0, -20), 'FILE E_CORRUPT'],
    [
      'J14 a bit that flipped in a mark',
      Buffer.from(whole).fill(9, whole.length - 1),
      'FILE E_CORRUPT',
    ],
    [
      'J15 a missing column',
      container({ ...schema, fields: schema.fields.slice(1) }, []),
      'FILE E_SCHEMA',
    ],
    [
      'J16 rows without bytes',
      Buffer.concat([
        container(schema, []),
        Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]),
        Buffer.alloc(16, 7),
      ]),
      'FILE E_CORRUPT',
    ],
    ['J17 an unknown codec', container(schema, encoded(schema, rows), 'aes'), 'FILE E_FORMAT'],
  ])('%s', async (_name, bytes, expected) => {
    expect(await outcome(bytes, 'avro')).toBe(expected);
  });
});

test('Excel: errors and texts are judged like any cell, and raw rows are kept', async () => {
  const workbook = xlsx.utils.book_new();
  const cells = [
    ['id', 'SKU', 'price'],
    [1, '007', 0.1],
    [{ t: 'e', v: 0x2a }, 'x', 'y'],
    [],
    [1.5, 'x'],
  ];
  xlsx.utils.book_append_sheet(workbook, xlsx.utils.aoa_to_sheet(cells), 'Sales');
  const bytes = new Uint8Array(xlsx.write(workbook, { type: 'array', bookType: 'xlsx' }));
  expect(await outcome(bytes, 'excel')).toBe(
    'PUB 1; ROW 2 E_TYPE id, E_TYPE price; ROW 3 E_TYPE id',
  );
});

describe('Parquet files', () => {
  const write = async (sql: string, options = ''): Promise<Buffer> => {
    const path = join(dir, 'made.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet${options})`);
    connection.closeSync();
    instance.closeSync();
    return readFileSync(path);
  };
  const sql = "SELECT 1::BIGINT AS id, 'x' AS sku, NULL::DOUBLE AS price";
  test('J14 what is cut off, or whose footer lies, is refused', async () => {
    const whole = await write(sql);
    expect(await outcome(whole, 'parquet')).toBe('PUB 1');
    expect(await outcome(whole.subarray(0, -9), 'parquet')).toBe('FILE E_CORRUPT');
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(0x7fffffff, lying.length - 8);
    expect(await outcome(lying, 'parquet')).toBe('FILE E_CORRUPT');
  });
  test.each([0, 1, 8, 11, 27, 31, 127])('C14 a text with the character %i', async (code) => {
    const texts = [`'a' || chr(${code})`, "'x'", `'"\\' || chr(9) || chr(10) || chr(13) || 'é'`];
    const rows = texts.map((text, at) => `SELECT ${at + 1}::BIGINT AS id, ${text} AS sku`);
    const file = await write(rows.join(' UNION ALL '));
    expect(await outcome(file, 'parquet')).toBe('PUB 2; ROW 1 E_CONTROL_CHAR null');
  });
  test('J15 a missing column is refused with its name', async () => {
    expect(await outcome(await write("SELECT 'x' AS sku"), 'parquet')).toBe('FILE E_SCHEMA');
  });
  test('J16 billions of cells in a few bytes are a bomb', async () => {
    const bomb = await write(`${sql} FROM range(30_000_000)`);
    expect(await outcome(bomb, 'parquet')).toBe('FILE E_BOMB');
  });
});
