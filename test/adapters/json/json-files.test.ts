import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNumber } from '../../../adapters/engine/cell-text.ts';
import { BLANK, ROW_SIZE } from '../../../adapters/engine/faults.ts';
import { contentEnd } from '../../../adapters/engine/file-bytes.ts';
import { writeCells } from '../../../adapters/engine/json-cells.ts';
import { jsonLines, lineFault } from '../../../adapters/engine/jsonl.ts';
import { validateFile } from '../../../adapters/engine/validate.ts';
import { writeOrders } from '../../../bin/generate/write-orders.ts';
import { FileId } from '../../../core/ids.ts';
import { literal } from '../../../core/sql.ts';
import { orders } from '../../../datasets/orders.ts';
import { parquetFiles } from '../../support/parquet-files.ts';
import { brokenLine, fields, oddLine, scannerOf, usualLine } from './drawn-lines.ts';

const isRelease = process.env.HEADGATE_RELEASE === '1';
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'json-files-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Line = { readonly start: number; readonly end: number; readonly fault: number };
/** What is said of a file, whatever reads it. */
type Told = {
  readonly lines: readonly Line[];
  readonly numbered: string;
  readonly unknown: Readonly<Record<string, number>>;
};
type Options = { readonly rowBytesMax: number; readonly chunk: number };

/** The scanner alone, one line after the other. */
const scanned = (file: Buffer, rowBytesMax: number, names: readonly string[]): Told => {
  const scanner = scannerOf(names);
  const out = Buffer.alloc(8 * rowBytesMax + 1000);
  const lines: Line[] = [];
  const numbered: string[] = [];
  let row = 1;
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(10, start);
    const end = found < 0 ? file.length : found;
    const stop = contentEnd(file, start, end);
    const judged = (): number => lineFault(scanner, file, start, stop);
    const fault = stop === start ? BLANK : stop - start > rowBytesMax ? ROW_SIZE : judged();
    if (fault === 0) {
      const to = writeCells(scanner, file, out, writeNumber(out, 0, row));
      numbered.push(`${out.toString('latin1', 0, to)}\n`);
    }
    if (fault !== BLANK) row += 1;
    lines.push({ start, end, fault });
    start = end + 1;
  }
  return { lines, numbered: numbered.join(''), unknown: Object.fromEntries(scanner.unknown) };
};

/** The reader, which takes most lines in WebAssembly. */
const read = (file: Buffer, options: Options, names: readonly string[], judged = true): Told => {
  const path = join(dir, 'rows.jsonl');
  writeFileSync(path, file);
  const fd = openSync(path, 'r');
  const scanner = scannerOf(names);
  const lines: Line[] = [];
  const numbered: string[] = [];
  let accounted = 0;
  let row = 1;
  try {
    for (const batch of jsonLines(fd, scanner, { from: 0, ...options, judged })) {
      expect([batch.start, batch.firstRow]).toEqual([accounted, row]);
      for (let index = 0, start = 0; index < batch.lines; index++) {
        const end = batch.ends[index] ?? 0;
        const fault = batch.faults[index] ?? 0;
        lines.push({ start: batch.start + start, end: batch.start + end, fault });
        start = end + 1;
      }
      numbered.push(batch.numbered.toString('latin1'));
      accounted += batch.rowBytes + batch.framingBytes;
      row += batch.rows;
    }
  } finally {
    closeSync(fd);
  }
  expect(accounted).toBe(file.length);
  return { lines, numbered: numbered.join(''), unknown: Object.fromEntries(scanner.unknown) };
};

const expectAlike = (file: Buffer, options: Options, names: readonly string[] = fields): void => {
  const expected = scanned(file, options.rowBytesMax, names);
  expect(read(file, options, names)).toEqual(expected);
  // The second look tells lines apart; what is wrong with one of them, no more than its size.
  const apart = expected.lines.map((line) => ({ ...line, fault: line.fault & (BLANK | ROW_SIZE) }));
  expect(read(file, options, names, false)).toEqual({ lines: apart, numbered: '', unknown: {} });
};

const anyLine = fc.oneof(
  { weight: 4, arbitrary: usualLine.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: oddLine.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: brokenLine },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '\r', '{}', ' ', '{"x":1}').map((text) => Buffer.from(text)),
  },
);
const anyFile = fc
  .tuple(
    fc.array(fc.tuple(anyLine, fc.constantFrom('\n', '\n', '\r\n', '\n\n')), { maxLength: 20 }),
    fc.boolean(),
  )
  .map(([lines, isEnded]) => {
    const whole = Buffer.concat(lines.flatMap(([line, end]) => [line, Buffer.from(end)]));
    return isEnded ? whole : whole.subarray(0, -1);
  });

describe('a file of JSON Lines is read as the scanner alone would read it', () => {
  test('whatever its lines are, and wherever it is cut', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(1_000), (file, more) => {
        expectAlike(file, { rowBytesMax: 300, chunk: 302 + more });
      }),
      { numRuns: isRelease ? 5_000 : 300 },
    );
  });

  test('with every chunk from the smallest to one that holds it all', () => {
    const lines = [
      '{"a":"x","b":1.5}',
      '{"b":-0,"a":"\\u00e9\\n\\""}\r',
      '',
      '{"a":"é📦","x":{"y":[1]}}',
      '\r',
      '{"x":1,"b":"cut',
      '{"any":"\\\\","parts":["\\""]}',
      '{"a":1,"A é":2}',
      '{}',
      `{"a":"${'long'.repeat(20)}"}`,
      '{"a":null,"b":true}\r',
    ];
    for (const last of ['', '\r\n']) {
      const file = Buffer.from(lines.join('\n') + last);
      for (let chunk = 62; chunk < file.length + 3; chunk++) {
        expectAlike(file, { rowBytesMax: 60, chunk });
      }
    }
  });

  test.each([
    ['narrow lines that become wide rows', '{}\n', fields],
    ['lines of blanks', '\n\r\n', fields],
    ['lines of one byte', '1\n', ['a']],
    ['quotes alone, which are doubled', '{"any":["","",""]}\n', ['any']],
    [
      'bytes that are no UTF-8 here and there',
      Buffer.from('{"a":1}\n{"a":"é"}\n{"a":"\xe9"}\n', 'latin1'),
      ['a'],
    ],
  ])('with %s', (_name, text, names) => {
    const file = Buffer.concat(Array.from({ length: 2_000 }, () => Buffer.from(text)));
    expectAlike(file, { rowBytesMax: 200, chunk: 1_000 }, names);
    expectAlike(file, { rowBytesMax: 200, chunk: 1 << 20 }, names);
  });

  test('with more names that are no field than are counted or told', () => {
    const names = Array.from({ length: 1_300 }, (_, index) => `"x${index}":${index}`);
    const lines = names.flatMap((one, index) => [
      `{"a":${index},${one},"x":[1]}`,
      `{"x":0,${names.slice(index % 50, (index % 50) + 20).join(',')},"b":""}`,
    ]);
    expectAlike(Buffer.from([...lines, ...lines].join('\n')), { rowBytesMax: 500, chunk: 4_000 });
  });
});

test.each([1, 2])(
  'orders are judged alike with and without the module, on %s threads',
  async (threads) => {
    const path = join(dir, 'orders.jsonl');
    writeOrders(path, { rows: 5_000, format: 'jsonl', bad: 0.1 });
    const { rowsIn, rows } = await judged(path, threads);
    expect(rowsIn).toBe(5_000);
    // A key with an escape is the same key, and none that the module knows.
    const escaped = join(dir, 'escaped.jsonl');
    writeFileSync(escaped, readFileSync(path, 'utf8').replaceAll('"order_id"', '"\\u006frder_id"'));
    expect(await judged(escaped, threads)).toEqual({ rowsIn, rows });
  },
);

/** Every row of a file by its number, as it was published or with its reasons. */
const judged = async (path: string, threads: number) => {
  const outDir = `${path}-${threads}`;
  const fileId = FileId.parse('0'.repeat(32));
  const found = await validateFile({
    dataset: orders,
    path,
    format: 'jsonl',
    fileId,
    runId: 'run',
    outDir,
    threads,
  });
  if (found.kind === 'refused' || found.rejects === null) throw new Error('all or none refused');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(
    `SELECT _row, to_json(c)::VARCHAR AS told FROM ${parquetFiles(found.clean)} c
     UNION ALL SELECT _row, to_json(reasons)::VARCHAR FROM ${literal(found.rejects)}
     ORDER BY ALL`,
  );
  connection.closeSync();
  instance.closeSync();
  return { rowsIn: found.rowsIn, rows: rows.getRowObjectsJson() };
};
