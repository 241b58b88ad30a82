import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as xlsx from '@e965/xlsx';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { excelRows } from '../../../adapters/engine/prepare/excel.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { text } from '../../../core/fields/index.ts';
import type { FileOptions } from '../../../core/landing/file-options.ts';
import { limits } from '../../../core/limits.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'prepare-excel-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = (files: Partial<FileOptions>) =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Two columns of anything.',
    fields: { a: text({ optional: true }), b_c: text({ optional: true }) },
    files: { formats: ['excel'], ...files },
  });

const read = async (bytes: Uint8Array, files: Partial<FileOptions> = {}): Promise<string> => {
  const path = join(dir, 'file.xlsx');
  writeFileSync(path, bytes);
  const found = await excelRows({ path, dataset: dataset(files), outDir: join(dir, 'out') });
  if (found.kind === 'refused') return `${found.code}: ${found.detail}`;
  return readFileSync(found.path, 'utf8');
};

type Cell = Readonly<Record<string, unknown>> | string | number | boolean | null;
const book = (
  sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
  options: xlsx.WritingOptions = {},
  date1904 = false,
): Uint8Array => {
  const workbook = xlsx.utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = xlsx.utils.aoa_to_sheet(rows.map((row) => [...row]));
    xlsx.utils.book_append_sheet(workbook, sheet, name);
  }
  if (date1904) workbook.Workbook = { WBProps: { date1904: true } };
  return new Uint8Array(xlsx.write(workbook, { type: 'array', bookType: 'xlsx', ...options }));
};
const one = (cell: Cell): Uint8Array => book({ S: [['a'], [cell]] });
const formatted = (v: number, z: string) => ({ t: 'n', v, z });

describe('an Excel cell', () => {
  test.each<[string, Cell, string]>([
    ['a text', 'ż"\n📦', '"ż\\"\\n📦"'],
    ['a text of digits', '007', '"007"'],
    ['a number', 12.5, '12.5'],
    ['the shortest literal', 0.1, '0.1'],
    ['a sum as it is', 0.1 + 0.2, '0.30000000000000004'],
    ['a large number', 9_007_199_254_740_991, '9007199254740991'],
    ['true', true, 'true'],
    ['an error', { t: 'e', v: 0x2a }, '"#N/A"'],
    ['a formula’s value', { t: 'n', v: 3, f: '1+2' }, '3'],
    ['a day', formatted(45_351, 'yyyy-mm-dd'), '"2024-02-29"'],
    ['a day by months’ names', formatted(45_351, 'd mmm yy'), '"2024-02-29"'],
    ['an instant', formatted(45_351.5, 'yyyy-mm-dd hh:mm'), '"2024-02-29T12:00:00"'],
    ['an instant at midnight', formatted(45_351, 'yyyy-mm-dd hh:mm'), '"2024-02-29T00:00:00"'],
    ['an instant under a day', formatted(45_351.25, 'yyyy-mm-dd'), '"2024-02-29T06:00:00"'],
    [
      'milliseconds',
      formatted(45_351 + 1 / 86_400_000, 'yyyy-mm-dd hh:mm:ss.000'),
      '"2024-02-29T00:00:00.001"',
    ],
    ['a time', formatted(0.75, 'hh:mm'), '"18:00:00"'],
    ['the last day before the false one', formatted(59, 'yyyy-mm-dd'), '"1900-02-28"'],
    ['the day after it', formatted(61, 'yyyy-mm-dd'), '"1900-03-01"'],
    ['a currency', formatted(1.5, '"days" #,##0.00'), '1.5'],
    ['a colour', formatted(1.5, '[Red]0.00'), '1.5'],
    ['no day', formatted(-1, 'yyyy-mm-dd'), '-1'],
  ])('has %s', async (_name, cell, expected) => {
    expect(await read(one(cell))).toBe(`{"a":${expected}}\n`);
  });

  test('counts days from 1904 where the workbook does', async () => {
    const bytes = book({ S: [['a'], [formatted(0, 'yyyy-mm-dd')]] }, {}, true);
    expect(await read(bytes)).toBe('{"a":"1904-01-01"}\n');
  });
});

describe('an Excel sheet', () => {
  const rows = [
    ['B C', 'a'],
    [1, 2],
    [null, null],
    [null, 3],
  ];
  test('has its columns by the header, and no empty rows', async () => {
    expect(await read(book({ S: rows }))).toBe('{"b_c":1,"a":2}\n{"a":3}\n');
  });

  test('may begin anywhere', async () => {
    const low = [[], [null, 'a'], [null, 'x']];
    expect(await read(book({ S: low }))).toBe('{"a":"x"}\n');
  });

  test('without header has its columns by their order', async () => {
    expect(await read(book({ S: [[1, 2], [3]] }), { header: false })).toBe(
      '{"a":1,"b_c":2}\n{"a":3}\n',
    );
  });

  test('is the first, or the one that is named', async () => {
    const bytes = book({ First: [['a'], [1]], Second: [['a'], [2]] });
    expect(await read(bytes)).toBe('{"a":1}\n');
    expect(await read(bytes, { sheet: 'Second' })).toBe('{"a":2}\n');
    expect(await read(bytes, { sheet: 'Third' })).toContain(
      'E_SCHEMA: there is no sheet "Third"; there are "First", "Second"',
    );
  });

  test('a value without header is a column of its own', async () => {
    expect(await read(book({ S: [['a'], [1, 2]] }))).toBe('{"a":1,"column 2":2}\n');
  });

  test.each<[string, Uint8Array, string]>([
    [
      'a column twice',
      book({
        S: [
          ['b_c', 'B C'],
          [1, 2],
        ],
      }),
      'E_HEADER_DUP',
    ],
    [
      'an unknown column',
      book({
        S: [
          ['a', 'z'],
          [1, 2],
        ],
      }),
      'E_SCHEMA: unknown: "z"',
    ],
    ['no cells', book({ S: [] }), 'E_EMPTY'],
    ['no rows', book({ S: [['a']] }), 'E_EMPTY'],
    ['the old format', book({ S: rows }, { bookType: 'xls' }), 'E_FORMAT'],
    ['another kind of file', Buffer.from('a,b\n'), 'E_FORMAT: the file is no .xlsx'],
    ['a zip of something else', zipSync({ 'x.txt': Buffer.from('x') }), 'E_CORRUPT'],
    ['an end cut off', book({ S: rows }).subarray(0, -30), 'E_CORRUPT'],
  ])('is refused for %s', async (_name, bytes, words) => {
    expect(await read(bytes)).toContain(words);
  });

  test('keeps nothing of a part that lies about its size', async () => {
    const bytes = Buffer.from(book({ S: rows }));
    // The uncompressed size in the directory's first entry, far from the truth.
    bytes.writeUInt32LE(5, bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
    expect(await read(bytes)).toMatch(/^E_CORRUPT/);
  });

  test('a bomb is refused before it is opened', async () => {
    const parts = unzipSync(book({ S: rows }));
    const zeros = Buffer.alloc(limits.excelInflatedBytesMax + 1);
    const bomb = zipSync({ ...parts, 'xl/more.xml': zeros }, { level: 1 });
    expect(await read(bomb)).toMatch(/^E_BOMB/);
  });

  test('a file over the limit is not read', async () => {
    const large = Buffer.concat([book({ S: rows }), Buffer.alloc(limits.excelBytesMax)]);
    expect(await read(large)).toMatch(/^E_SIZE/);
  });
});
