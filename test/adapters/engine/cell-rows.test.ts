import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CellReader, cellRows } from '../../../adapters/engine/cell-rows.ts';
import { BLANK, faultCodes } from '../../../adapters/engine/faults.ts';
import { contentEnd } from '../../../adapters/engine/file-bytes.ts';
import { fixedReader } from '../../../adapters/engine/fixed-width.ts';
import { looseCsvReader } from '../../../adapters/engine/loose-csv.ts';
import { oracleRows } from '../../oracle/csv.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cell-rows-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Row = { start: number; end: number; codes: readonly string[]; cells: readonly string[] };
type Limits = { rowBytesMax: number; chunk: number; keepsControls?: boolean };
const usual = { rowBytesMax: 1 << 18, chunk: 1 << 20 };

/** Every row that a reader finds, with the cells that it writes of the sound ones. */
const readRows = (bytes: Buffer, reader: CellReader, limits: Limits = usual): Row[] => {
  const path = join(dir, 'rows');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  const rows: Row[] = [];
  let counted = 0;
  try {
    for (const batch of cellRows(fd, reader, { from: 0, ...limits, numbered: true })) {
      const written = cellsOf(batch.numbered);
      let start = 0;
      let number = batch.firstRow;
      for (let line = 0; line < batch.lines; line++) {
        const end = batch.ends[line] ?? 0;
        const fault = batch.faults[line] ?? 0;
        if (fault !== BLANK) {
          const held = batch.bytes.length >= end;
          const stop = held ? contentEnd(batch.bytes, start, end) : start + batch.rowBytes;
          const codes = faultCodes.filter(({ bit }) => fault & bit).map(({ code }) => code);
          const cells = written.get(number) ?? [];
          const at = batch.start;
          rows.push({ start: at + start, end: at + stop, codes: codes.sort(), cells });
          number += 1;
        }
        start = end + 1;
      }
      counted += batch.rowBytes + batch.framingBytes;
    }
  } finally {
    closeSync(fd);
  }
  expect(counted).toBe(bytes.length);
  return rows;
};

/** Stands for a cell without anything, which is no empty text. */
const NOTHING = 'nothing';

/** The written rows as another reader of CSV sees them, by number. */
const cellsOf = (numbered: Buffer): ReadonlyMap<number, string[]> => {
  const options = { delimiter: '\x01', record_delimiter: '\n', encoding: 'latin1' } as const;
  const records: string[][] = parse(numbered, {
    ...{ ...options, relax_column_count: true },
    cast: (cell, { quoting }) => (cell === '' && !quoting ? NOTHING : cell),
  });
  return new Map(records.map(([number = '', ...cells]) => [Number(number), cells]));
};

/** What the oracle of CSV says, its cells left out where the row is faulty. */
const expected = (bytes: Buffer, options: Parameters<typeof oracleRows>[1]): Row[] =>
  oracleRows(bytes, options).map((row) => ({
    ...row,
    cells: row.codes.length > 0 ? [] : row.cells.map((cell) => cell ?? NOTHING),
  }));

const swapped = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.map((byte) => (byte === 0x22 ? 0x27 : byte === 0x27 ? 0x22 : byte)));
const swappedText = (text: string): string =>
  swapped(Buffer.from(text, 'latin1')).toString('latin1');

const byte = fc.constantFrom(...Buffer.from('ab,;"""\'\n\n\r\x01\u00e9'), 0xff);
const piece = fc.oneof(
  fc.array(byte, { maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('a,b\n', 'c,d\r', '"a\nb","c"\r\n', "it's,ok\n", `"${'y,\n'.repeat(30)}",z\n`)
    .map((text) => Buffer.from(text)),
);
const anyFile = {
  bytes: fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.concat(pieces)),
  columns: fc.integer({ min: 1, max: 3 }),
  rowBytesMax: fc.integer({ min: 20, max: 120 }),
  more: fc.integer({ min: 0, max: 200 }),
};

describe('CSV with another quote', () => {
  test('is told as the oracle tells it with both quotes exchanged, on any bytes', () => {
    fc.assert(
      fc.property(fc.record(anyFile), ({ bytes, columns, rowBytesMax, more }) => {
        const limits = { rowBytesMax, chunk: rowBytesMax + 64 + more };
        const reader = looseCsvReader(columns, { delimiter: ',', quote: "'", strictQuotes: true });
        const rows = expected(bytes, { from: 0, separator: ',', columns, rowBytesMax });
        const found = readRows(swapped(bytes), reader, limits);
        const back = found.map((row) => ({ ...row, cells: row.cells.map(swappedText) }));
        expect(back).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('CSV with stray quotes as text', () => {
  test('is the same as strict CSV, where no quote is stray', () => {
    fc.assert(
      fc.property(fc.record(anyFile), ({ bytes, columns, more }) => {
        const limits = { rowBytesMax: 2_000, chunk: 2_064 + more };
        const options = { from: 0, separator: ',', columns, rowBytesMax: 2_000 };
        const rows = expected(bytes, options);
        fc.pre(!rows.some(({ codes }) => codes.includes('E_QUOTE')));
        const reader = looseCsvReader(columns, { delimiter: ',', quote: '"', strictQuotes: false });
        expect(readRows(bytes, reader, limits)).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['in a plain field', 'a"b,5" pipe\n', ['a"b', '5" pipe']],
    ['in a quoted field', '"a"b,c","d"\n', ['a"b,c', 'd']],
    ['behind a quoted field', '"a" x",b\n', ['a" x', 'b']],
    ['beside doubled ones', '"a""b"c",d\n', ['a"b"c', 'd']],
    ['before a line end in a quoted field', '"a"x\nb",c\n', ['a"x\nb', 'c']],
    ['alone', 'a,b"\n', ['a', 'b"']],
  ])('%s', (_name, text, cells) => {
    const reader = looseCsvReader(2, { delimiter: ',', quote: '"', strictQuotes: false });
    expect(readRows(Buffer.from(text), reader)).toEqual([
      { start: 0, end: text.length - 1, codes: [], cells },
    ]);
  });

  test('a quote that nothing closes costs its own row', () => {
    const reader = looseCsvReader(2, { delimiter: ',', quote: '"', strictQuotes: false });
    const found = readRows(Buffer.from('a,"b\nc,d\ne,f\n'), reader);
    expect(found.map(({ codes, cells }) => [...codes, ...cells])).toEqual([
      ['E_QUOTE'],
      ['c', 'd'],
      ['e', 'f'],
    ]);
  });
});

test('CSV without quotes is lines of separated text, whatever they hold', () => {
  fc.assert(
    fc.property(fc.record(anyFile), ({ bytes, columns, rowBytesMax, more }) => {
      const limits = { rowBytesMax, chunk: rowBytesMax + 64 + more };
      const reader = looseCsvReader(columns, { delimiter: ',', quote: null, strictQuotes: true });
      const found = readRows(bytes, reader, limits);
      const lines = bytes
        .toString('latin1')
        .split(/\r\n|\n|\r/)
        .filter((line) => line !== '');
      expect(found.map(({ start, end }) => bytes.toString('latin1', start, end))).toEqual(lines);
      for (const { codes, cells, start, end } of found) {
        const line = bytes.toString('latin1', start, end);
        const texts = line.split(',').map((cell) => (cell === '' ? NOTHING : cell));
        if (codes.length === 0) expect(cells).toEqual(texts);
        expect(codes.includes('E_QUOTE')).toBe(false);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe('lines of fixed width', () => {
  const columns = [
    { name: 'id', at: 0, length: 4 },
    { name: 'name', at: 5, length: 6 },
  ];
  test.each([
    ['as they are', '0001 Anna  \n', ['0001', 'Anna  ']],
    ['code points, not bytes', '0001 Jürg🧀 \n', ['0001', 'Jürg🧀 ']],
    ['quotes and separators as text', '0"01 a;"b,c\n', ['0"01', 'a;"b,c']],
    ['blanks behind the last field', '0001 Anna     \n', ['0001', 'Anna  ']],
    ['no line end', '0001 Anna  ', ['0001', 'Anna  ']],
    ['a line that is too short', '0001 Anna\n', 'E_FIELD_COUNT'],
    ['text behind the last field', '0001 Anna   x\n', 'E_FIELD_COUNT'],
    ['a NUL', '0001 An\0a  \n', 'E_CONTROL_CHAR'],
    ['a bell', '0001 An\x07a  \n', 'E_CONTROL_CHAR'],
    ['no UTF-8', Buffer.from('0001 Ann\xe9  \n', 'latin1'), 'E_ENCODING'],
    ['a line over the limit', `0001 Anna  ${' '.repeat(300_000)}\n`, 'E_ROW_SIZE'],
  ])('%s', (_name, text, wanted) => {
    const bytes = Buffer.from(text);
    const end = bytes.includes(0x0a) ? bytes.length - 1 : bytes.length;
    const [codes, cells] = typeof wanted === 'string' ? [[wanted], []] : [[], wanted];
    const found = readRows(bytes, fixedReader(columns));
    const decoded = found.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => Buffer.from(cell, 'latin1').toString()),
    }));
    expect(decoded).toEqual([{ start: 0, end, codes, cells }]);
  });

  test('the separator of what is written as text, where control characters are kept', () => {
    const kept = { ...usual, keepsControls: true };
    const rows = readRows(
      Buffer.from('0"01 a\x01"b,c\n00\0 x     y\n'),
      fixedReader(columns),
      kept,
    );
    expect(rows.map(({ codes, cells }) => [codes, cells])).toEqual([
      [[], ['0"01', 'a\x01"b,c']],
      [['E_CONTROL_CHAR'], []],
    ]);
  });

  test('all line ends and blank lines, wherever the chunks are cut', () => {
    const lines = ['0001 Anna  ', '', '0002 Ü     ', '03', '0004 Bob   '];
    const text = lines.map((line, at) => line + ['\n', '\r', '\r\n'][at % 3]).join('');
    const rows = readRows(Buffer.from(text), fixedReader(columns));
    expect(rows.map(({ codes }) => codes.length)).toEqual([0, 0, 1, 0]);
    for (let more = 0; more < 40; more++) {
      const limits = { rowBytesMax: 16, chunk: 17 + more };
      expect(readRows(Buffer.from(text), fixedReader(columns), limits)).toEqual(rows);
    }
  });
});
