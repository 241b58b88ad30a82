import { hasNames } from './header.ts';
import type { Sample } from './sample.ts';

/** How a CSV text seems to be written. */
export type CsvForm = { readonly delimiter: string; readonly quote: '"' | "'" };

const DELIMITERS = [',', ';', '\t', '|'] as const;
const HEAD_ROWS = 50;

/** Where a quoted text ends: at its closing mark, or at the end of all. */
const closingMark = (text: string, from: number, quote: string): number => {
  let at = text.indexOf(quote, from);
  while (at >= 0 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at < 0 ? text.length : at;
};

type Cell = { readonly text: string; readonly end: number };

const cellAt = (text: string, at: number, quote: string, ends: RegExp): Cell => {
  const close = text[at] === quote ? closingMark(text, at + 1, quote) : undefined;
  ends.lastIndex = close === undefined ? at : close + 1;
  const end = ends.exec(text)?.index ?? text.length;
  const rest = text.slice(close === undefined ? at : close + 1, end).replace(/\r$/, '');
  if (close === undefined) return { text: rest, end };
  return { text: text.slice(at + 1, close).replaceAll(quote + quote, quote) + rest, end };
};

/** The rows of a CSV text; a text that is cut off loses its last row. */
export const csvRows = (
  text: string,
  { delimiter, quote }: { readonly delimiter: string; readonly quote: string },
  rowsMax: number,
  isWhole = true,
): string[][] => {
  const ends = new RegExp(`[${delimiter}\n]`, 'g');
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length && rows.length < rowsMax; ) {
    const cell = cellAt(text, at, quote, ends);
    row.push(cell.text);
    at = cell.end + 1;
    if (text[cell.end] === delimiter) continue;
    if (cell.end >= text.length && !isWhole) return rows;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  // A separator at the very end has one more empty cell behind it.
  if (row.length > 0 && isWhole) rows.push([...row, '']);
  return rows;
};

/** The form in which the first rows have most columns, and all the same number of them. */
export const csvForm = (text: string): CsvForm => {
  const head = text.slice(0, 200_000);
  const forms = DELIMITERS.flatMap((delimiter) =>
    (['"', "'"] as const).map((quote) => {
      const rows = csvRows(head, { delimiter, quote }, HEAD_ROWS);
      const columns = rows[0]?.length ?? 0;
      const even = rows.filter((row) => row.length === columns).length / Math.max(1, rows.length);
      const marks = head.split(quote).length > 2 && head.includes(`${delimiter}${quote}`) ? 1 : 0;
      return { form: { delimiter, quote }, rank: columns < 2 ? 0 : even * 100 + columns + marks };
    }),
  );
  // The first of equal ones: a comma and a double quote are what most files have.
  return forms.reduce((best, each) => (each.rank > best.rank ? each : best)).form;
};

/** Rows that tell whether the first one is a header. */
const TELLING_ROWS = 200;

/**
 * Rows under their header, or under made-up names where there is none; rows of another length tell
 * nothing of columns and are left out.
 */
export const csvSample = (
  text: string,
  form: CsvForm,
  rowsMax: number,
  isWhole: boolean,
): Sample & { readonly header: boolean } => {
  const [first = [], ...others] = csvRows(text, form, rowsMax + 1, isWhole);
  const even = others.filter((row) => row.length === first.length);
  const header = hasNames(first, even.slice(0, TELLING_ROWS));
  if (header) return { names: first.map((name) => name.trim()), rows: even, header };
  return { names: first.map((_, at) => `column_${at + 1}`), rows: [first, ...even], header };
};
