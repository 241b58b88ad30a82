import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateFile } from '../../../adapters/engine/validate.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { text } from '../../../core/fields/index.ts';
import { FileId } from '../../../core/ids.ts';
import { oracleRows } from '../../oracle/csv.ts';
import { readOutputs } from '../../oracle/outputs.ts';
import { parquetFiles } from '../../support/parquet-files.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cells-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const names = ['a', 'b', 'c'];
const dataset = defineDataset({
  name: 'cells',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Three cells that hold any text.',
  fields: Object.fromEntries(names.map((name) => [name, text({ optional: true })])),
});

/** Pieces of rows: mostly sound cells, and now and then what breaks a row. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(',', ',', '\n', '\n') },
  {
    weight: 6,
    arbitrary: fc.string({
      unit: fc.constantFrom(..."ab \t\u00e9\u{1f4e6}\u0001\u2028\ufeff\\'#"),
      maxLength: 9,
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...'ab ",\n\r\u00e9'), maxLength: 9 })
      .map((cell) => `"${cell.replaceAll('"', '""')}"`),
  },
  { weight: 1, arbitrary: fc.constantFrom('"', '\r', '\r\n', '\0', '""', 'x'.repeat(150)) },
);

const valid = async (paths: readonly string[]): Promise<Map<number, (string | null)[]>> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  // By bytes: the driver drops a byte order mark at the beginning of a text.
  const sql = `SELECT _row, hex(a), hex(b), hex(c) FROM ${parquetFiles(paths)} ORDER BY 1`;
  const rows = (await connection.runAndReadAll(sql)).getRows();
  connection.closeSync();
  instance.closeSync();
  const cell = (value: unknown): string | null =>
    value === null ? null : Buffer.from(String(value), 'hex').toString('utf8');
  return new Map(rows.map(([row, ...cells]) => [Number(row), cells.map(cell)]));
};

const trimmed = (cell: string | null): string | null =>
  cell === null || cell === ''
    ? cell
    : Buffer.from(cell, 'latin1')
        .toString('utf8')
        .replace(/^ +| +$/g, '') || null;

const framing = { chunk: 320, rowBytesMax: 128 };
let runs = 0;

const expectSame = async (pieces: readonly string[]): Promise<void> => {
  runs += 1;
  const own = join(dir, `run-${runs}`);
  mkdirSync(own);
  const bytes = Buffer.from(`a,b,c\n${pieces.join('')}`);
  writeFileSync(join(own, 'file'), bytes);
  const found = await validateFile({
    dataset,
    path: join(own, 'file'),
    format: 'csv',
    fileId: FileId.parse('0'.repeat(32)),
    runId: 'run',
    outDir: join(own, 'out'),
    threads: 1,
    framing,
  });
  if (found.kind === 'refused') throw new Error(found.detail);
  const { rowBytesMax } = framing;
  const rows = oracleRows(bytes, { from: 6, separator: ',', columns: 3, rowBytesMax });
  const sound = rows.flatMap(({ codes, cells }, index): [number, (string | null)[]][] =>
    codes.length > 0 ? [] : [[index + 1, cells.map(trimmed)]],
  );
  expect(found.clean.length === 0 ? new Map() : await valid(found.clean)).toEqual(new Map(sound));
  const { rejected } = await readOutputs(join(own, 'out'));
  expect([...rejected.keys()].sort((a, b) => a - b)).toEqual(
    rows.flatMap(({ codes }, index) => (codes.length > 0 ? [index + 1] : [])),
  );
};

test('DuckDB reads every cell as the oracle does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 300, maxLength: 1_500, size: 'max' }),
      expectSame,
    ),
    { numRuns: 25 },
  );
}, 120_000);
