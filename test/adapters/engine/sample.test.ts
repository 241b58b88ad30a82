import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as xlsx from '@e965/xlsx';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleRequest, sampleRows } from '../../../adapters/engine/sample.ts';
import { container, encoded } from '../prepare/avro-container.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sample-'));
  mkdirSync(join(dir, 'out'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const schema = {
  type: 'record',
  name: 'T',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'Name', type: 'string' },
  ],
};
const avro = encoded(
  schema,
  [9_007_199_254_740_993n, 2n, 3n].map((id) => ({ id, Name: 'x' })),
);
const workbook = xlsx.utils.book_new();
const cells = [
  ['id', 'Name'],
  [9, 'x'],
  [2, 'x'],
  [3, 'x'],
];
xlsx.utils.book_append_sheet(workbook, xlsx.utils.aoa_to_sheet(cells), 'S');
const excel = new Uint8Array(xlsx.write(workbook, { type: 'array', bookType: 'xlsx' }));
const big = '9007199254740993';
const lines = [big, 2, 3].map((id) => `{"id":${id},"Name":"x"}`);
const elements = [big, 2, 3].map((id) => `<r><id>${id}</id><Name>x</Name></r>`);

const sample = async (
  format: SampleRequest['format'],
  options: SampleRequest['options'],
  bytes: string | Uint8Array,
) => {
  const path = join(dir, 'file');
  writeFileSync(path, bytes);
  return await sampleRows({ path, format, options, outDir: join(dir, 'out') }, 2);
};

test.each<[SampleRequest['format'], SampleRequest['options'], string | Uint8Array, string]>([
  ['csv', {}, `id;Name\n${big};x\n2;x\n3;x\n`, big],
  ['csv', {}, `id\tName\n${big}\tx\n2\tx\n3\tx\n`, big],
  ['jsonl', {}, lines.join('\n'), big],
  ['json', {}, `[${lines.join()}]`, big],
  ['json', { path: ['d'] }, `{"d":[${lines.join()}]}`, big],
  ['avro', {}, container(schema, avro), big],
  ['excel', {}, excel, '9'],
  ['xml', { record: 'r' }, `<s>${elements.join('')}</s>`, big],
])('shows the first rows of %s with %o', async (format, options, bytes, first) => {
  expect(await sample(format, options, bytes)).toEqual({
    kind: 'sampled',
    sample: {
      names: ['id', 'Name'],
      rows: [
        [first, 'x'],
        ['2', 'x'],
      ],
    },
  });
});

test('shows the first rows of Parquet', async () => {
  const path = join(dir, 'file.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const sql = `SELECT ${big}::BIGINT AS id, NULL::VARCHAR AS n, 1.50::DECIMAL(9, 2) AS p`;
  await connection.run(`COPY (${sql} FROM range(3)) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const outDir = join(dir, 'out');
  expect(await sampleRows({ path, format: 'parquet', options: {}, outDir }, 2)).toMatchObject({
    sample: {
      names: ['id', 'n', 'p'],
      rows: [
        [big, null, '1.50'],
        [big, null, '1.50'],
      ],
    },
  });
});

test('says why there are none', async () => {
  expect(await sample('json', {}, '{"x":1}')).toMatchObject({ kind: 'refused', code: 'E_SCHEMA' });
});
