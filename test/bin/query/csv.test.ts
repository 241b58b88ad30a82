import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { csvCell, csvLine } from '../../../bin/query/csv.ts';

describe('csv export', () => {
  test.each([
    ['a formula', '=1+1', "'=1+1"],
    ['a formula with a quote', '=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['a plus that is no number', '+cmd', "'+cmd"],
    ['a minus that is no number', '-2+3', "'-2+3"],
    ['a mention', '@sum', "'@sum"],
    ['a tab', '\t=1', "'\t=1"],
    ['a carriage return', '\r=1', `"'\r=1"`],
    ['a negative number', '-12.50', '-12.50'],
    ['a signed exponent', '+1e-7', '+1e-7'],
    ['a comma', 'a,b', '"a,b"'],
    ['a newline', 'a\nb', '"a\nb"'],
    ['an empty text', '', '""'],
    ['nothing', null, ''],
    ['plain text', 'plain', 'plain'],
  ])('%s', (_name, value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'", ''), fc.string())
      .map((parts) => parts.join('')),
    fc.double().map(String),
  );

  test('any row reads back, with at most an apostrophe before a cell', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (row) => {
        const [read] = z.array(z.array(z.string())).parse(parse(`${csvLine(row)}\n`));
        expect(read?.map((text, at) => (text === row[at] ? text : text.slice(1)))).toEqual(row);
        expect(read?.filter((text, at) => text !== row[at] && !text.startsWith("'"))).toEqual([]);
      }),
    );
  });

  test('no cell that a spreadsheet would run is left, and every number is', () => {
    fc.assert(
      fc.property(cell, (value) => {
        const [[read = ''] = []] = z
          .array(z.array(z.string()))
          .parse(parse(`${csvLine([value, 'x'])}\n`));
        const runs = /^[=+\-@\t\r]/.test(read) && !Number.isFinite(Number(read));
        expect(runs).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(csvCell(String(value))).toBe(String(value));
      }),
    );
  });
});
