import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLANK, faultCodes } from '../../../adapters/engine/faults.ts';
import { contentEnd } from '../../../adapters/engine/file-bytes.ts';
import { frames } from '../../../adapters/engine/frames.ts';
import { oracleRows } from '../../oracle/csv.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'frames-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Options = {
  columns: number;
  separator?: string;
  rowBytesMax?: number;
  chunk?: number;
  keepsControls?: boolean;
};
type Row = { row: number; start: number; end: number; codes: string[] };

/** Everything the framer says of a file, as plain values. */
const framed = (bytes: Buffer, options: Options) => {
  const path = join(dir, 'rows.csv');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  const { columns, separator = ',', rowBytesMax = 1 << 18, chunk = 1 << 20 } = options;
  const settings = {
    keepsControls: options.keepsControls ?? false,
    from: 0,
    separators: columns - 1,
    separator,
    rowBytesMax,
    chunk,
    numbered: true,
  };
  const rows: Row[] = [];
  let numbered = '';
  let rowBytes = 0;
  let framingBytes = 0;
  try {
    for (const batch of frames(fd, settings)) {
      let row = batch.firstRow;
      let start = 0;
      for (let line = 0; line < batch.lines; line++) {
        const end = batch.ends[line] ?? 0;
        const fault = batch.faults[line] ?? 0;
        if (fault !== BLANK) {
          const stop =
            batch.bytes.length >= end
              ? contentEnd(batch.bytes, start, end)
              : start + batch.rowBytes;
          const codes = faultCodes.filter(({ bit }) => fault & bit).map(({ code }) => code);
          rows.push({
            row: row++,
            start: batch.start + start,
            end: batch.start + stop,
            codes: codes.sort(),
          });
        }
        start = end + 1;
      }
      numbered += batch.numbered.toString('latin1');
      rowBytes += batch.rowBytes;
      framingBytes += batch.framingBytes;
    }
  } finally {
    closeSync(fd);
  }
  return { rows, numbered, rowBytes, framingBytes };
};

/** The same from the oracle. */
const expected = (bytes: Buffer, { columns, separator = ',', rowBytesMax = 1 << 18 }: Options) => {
  const found = oracleRows(bytes, { from: 0, columns, separator, rowBytesMax });
  const rows = found.map(({ start, end, codes }, i) => ({ row: i + 1, start, end, codes }));
  const numbered = rows
    .filter(({ codes }) => codes.length === 0)
    .map(({ row, start, end }) => {
      const number = String(row).padStart(10, '0');
      return `${number}${separator}${bytes.toString('latin1', start, end)}\n`;
    });
  const rowBytes = rows.reduce((sum, row) => sum + row.end - row.start, 0);
  return { rows, numbered: numbered.join(''), rowBytes, framingBytes: bytes.length - rowBytes };
};

describe('frames', () => {
  const long = 'x'.repeat(300_000);
  const huge = 'y'.repeat(10_000_000);
  test.each([
    ['plain rows', 'a,b\nc,d\n', []],
    ['CRLF', 'a,b\r\nc,d\r\n', []],
    ['no final newline', 'a,b\nc,d', []],
    ['no final newline behind a carriage return', 'a,b\nc,d\r', []],
    ['blank lines shift nothing', '\na,b\n\n\r\nc\n\n', ['2 E_FIELD_COUNT']],
    ['separators and line ends in quotes', '"a,\n",b\n"c\r\n",""\n', []],
    ['doubled quotes', '"a""b",""""\n', []],
    ['too few and too many fields', 'a\na,b,c\nd,e\n', ['1 E_FIELD_COUNT', '2 E_FIELD_COUNT']],
    ['a carriage return alone', 'a,b\rc,d\r', []],
    ['all line ends in one file', 'a,b\rc,d\ne,f\r\ng,h\r\r\ni,j', []],
    ['a carriage return in quotes', '"a\r",b\r"\r\n\r",c\r', []],
    ['a carriage return in a field', 'a\rb,c\nd,e\r\r\n', ['1 E_FIELD_COUNT']],
    ['one that ends a block', `${'x'.repeat(61)},y\rc,d\n${'x'.repeat(57)},y\r\ne,f\r`, []],
    ['a quote inside a plain field', 'a,5" pipe\nb,c\n', ['1 E_QUOTE']],
    ['text behind a closing quote', '"a"x,b\nb,c\n', ['1 E_QUOTE']],
    ['a quote that never closes costs one row', 'a,"b\nc,d\ne,f\n', ['1 E_QUOTE']],
    ['a quote that closes rows later costs one row', 'a,"b\nc,d\n"e",f\ng,h\n', ['1 E_QUOTE']],
    ['not UTF-8', Buffer.from('caf\xe9,b\nc,d\n', 'latin1'), ['1 E_ENCODING']],
    ['a NUL byte', 'a\0,b\nc,d\n', ['1 E_CONTROL_CHAR']],
    ['an escape sequence', 'a,b\nc,\x1b[31md\ne,f\n', ['2 E_CONTROL_CHAR']],
    ['a bell, a form feed', 'a,\x07\n\f,d\n', ['1 E_CONTROL_CHAR', '2 E_CONTROL_CHAR']],
    ['tabs and quoted line ends', 'a\t,"b\r\n\t"\n\t\t,c\n', []],
    [
      'a control character behind a wrong quote',
      `a"${'x'.repeat(90)}\x01,b\nc,d\n`,
      ['1 E_CONTROL_CHAR E_QUOTE'],
    ],
    ['one in a row of other faults', '\x01\nc,d\n', ['1 E_CONTROL_CHAR E_FIELD_COUNT']],
    ['a row over the limit', `a,${long}\nb,c\n`, ['1 E_FIELD_SIZE']],
    ['a row of many fields over the limit', `a,b\n${'x,'.repeat(200_000)}\nc,d`, ['2 E_ROW_SIZE']],
    ['a row larger than the chunk', `a,b\nc,${huge}\r\nd,e\n`, ['2 E_FIELD_SIZE']],
    ['a last row larger than the chunk', `a,b\rc,${huge}`, ['2 E_FIELD_SIZE']],
    ['an open quote over the limit', `a,"${long}\nb,c\n`, ['1 E_FIELD_SIZE']],
    ['an open quote whose line is short', `a,"b\n${long}\nd,e\n`, ['1 E_QUOTE', '2 E_FIELD_SIZE']],
  ])('%s', (_name, text, faults) => {
    const bytes = Buffer.from(text);
    const found = framed(bytes, { columns: 2 });
    expect(found).toEqual(expected(bytes, { columns: 2 }));
    const bad = found.rows.filter(({ codes }) => codes.length > 0);
    expect(bad.map(({ row, codes }) => `${row} ${codes.join(' ')}`)).toEqual(faults);
  });

  test.each([0, 1, 8, 11, 12, 14, 27, 31, 127])('byte %i breaks its row, and no other', (byte) => {
    for (const at of [0, 56, 60, 64, 68, 124, 128, 200, 236]) {
      const bytes = Buffer.from('a,b\n'.repeat(60));
      bytes[at] = byte;
      const { rows } = framed(bytes, { columns: 2 });
      const bad = rows.filter(({ codes }) => codes.length > 0);
      expect(bad.map(({ row, codes }) => [row, codes])).toEqual([
        [(at >> 2) + 1, ['E_CONTROL_CHAR']],
      ]);
    }
  });

  test('where control characters are kept, NUL alone breaks a row', () => {
    const bytes = Buffer.from('a\x01,b\nc\0,d\n\x1b,\x7f\n');
    const { rows } = framed(bytes, { columns: 2, keepsControls: true });
    expect(rows.map(({ codes }) => codes)).toEqual([[], ['E_CONTROL_CHAR'], []]);
  });

  test('agrees with the oracle on any bytes, wherever the chunks are cut', () => {
    const byte = fc.constantFrom(...Buffer.from('ab,;"""\n\n\r\r\0\t\x1b\u00e9'), 0xff);
    const piece = fc.oneof(
      fc.array(byte, { maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          'a,b\n',
          'c,d\r',
          '"a\nb","c"\r\n',
          'x'.repeat(63),
          `"${'y,\n'.repeat(30)}",z\n`,
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.constantFrom(',', ';'),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 20, max: 120 }),
        fc.integer({ min: 0, max: 200 }),
        (pieces, separator, columns, rowBytesMax, more) => {
          const bytes = Buffer.concat(pieces);
          const options = { columns, separator, rowBytesMax, chunk: rowBytesMax + 64 + more };
          expect(framed(bytes, options)).toEqual(expected(bytes, options));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
