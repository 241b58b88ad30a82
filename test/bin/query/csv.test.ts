import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

  test('any row reads back as it was, but for the apostrophes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }),
        (row) => {
          const [read] = parse(`${csvLine(row)}\n`, { relax_column_count: true });
          const guarded = row.map((cell) =>
            /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell.trim() || 'x'))
              ? `'${cell}`
              : cell,
          );
          expect(read).toEqual(guarded);
        },
      ),
    );
  });
});
