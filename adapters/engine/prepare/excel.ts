import { readFileSync, statSync } from 'node:fs';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { boundColumns } from './columns.ts';
import { type CellReader, cellReader, type SheetCell } from './excel-cells.ts';
import { checkParts } from './excel-parts.ts';
import {
  type LinesRequest,
  type LineWriter,
  type PreparedLines,
  shown,
  writeLines,
} from './lines.ts';

/** What of a sheet is read here: rows of cells, and its corners. */
type Sheet = {
  readonly rows: readonly (readonly (SheetCell | undefined)[] | undefined)[];
  readonly read: CellReader;
};

/**
 * A sheet of an Excel workbook as lines. A workbook cannot be read in pieces: it is held in memory,
 * so its size is limited before it is opened. Cells have their stored values: numbers as the
 * shortest literal of the double that Excel keeps, formulas what they gave when it was saved.
 */
export const excelRows = async (request: LinesRequest): Promise<PreparedLines> =>
  await writeLines(request, async (writer) => {
    const { path, dataset } = request;
    const { size } = statSync(path);
    if (size > limits.excelBytesMax) {
      const allowed = `${limits.excelBytesMax} are allowed in Excel; send CSV`;
      throw new Refused('E_SIZE', `${size} bytes; ${allowed}`);
    }
    await checkParts(path);
    const sheet = await openSheet(path, dataset.files.sheet);
    writeSheet(sheet, request, writer);
  });

const openSheet = async (path: string, wanted: string | null): Promise<Sheet> => {
  // A megabyte of parser, which only a file of Excel needs.
  const xlsx = await import('@e965/xlsx');
  const workbook = workbookOf(() =>
    xlsx.read(readFileSync(path), {
      type: 'buffer',
      dense: true,
      cellFormula: false,
      cellHTML: false,
      cellText: false,
      cellNF: true,
      ...(wanted === null ? { sheets: 0 } : { sheets: wanted }),
    }),
  );
  const names = workbook.SheetNames;
  const name = wanted ?? names[0] ?? '';
  if (!names.includes(name)) {
    throw new Refused('E_SCHEMA', `there is no sheet ${shown([name])}; there are ${shown(names)}`);
  }
  const sheet = workbook.Sheets[name];
  if (sheet === undefined) throw new Refused('E_SCHEMA', `${shown([name])} is no sheet of cells`);
  const from1904 = workbook.Workbook?.WBProps?.date1904 === true;
  return { rows: sheet['!data'] ?? [], read: cellReader(xlsx.SSF, from1904) };
};

/** What the parser throws is the file's fault; its words may hold values and are not said. */
const workbookOf = <T>(read: () => T): T => {
  const opened = attempt(read);
  if (opened.kind === 'read') return opened.value;
  if (/password|encrypt/i.test(opened.message)) {
    throw new Refused('E_FORMAT', 'the workbook is encrypted; save it without a password');
  }
  throw new Refused('E_CORRUPT', 'the workbook is damaged, or no workbook of Excel');
};

type Attempt<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

const attempt = <T>(read: () => T): Attempt<T> => {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : '' };
  }
};

const writeSheet = (sheet: Sheet, request: LinesRequest, writer: LineWriter): void => {
  const { dataset } = request;
  const { header } = dataset.files;
  let columns = header ? undefined : keysOf(Object.keys(dataset.fields), request);
  // Rows and cells may be far apart: forEach goes over those that are there.
  sheet.rows.forEach((row) => {
    const cells: Cells = new Map();
    row?.forEach((cell, index) => {
      const text = sheet.read(cell);
      if (text !== undefined && text !== '""') cells.set(index, text);
    });
    if (cells.size === 0) return;
    if (columns === undefined) columns = keysOf(headerOf(cells), request);
    else {
      writer.text(lineOf(cells, columns), 'utf8');
      writer.endRow();
    }
  });
  if (columns === undefined) throw new Refused('E_EMPTY', 'the sheet has no cells');
};

/** The cells of a row that hold something, as JSON, by their column. */
type Cells = Map<number, string>;

/** The header's names by their column. */
const headerOf = (cells: Cells): readonly string[] =>
  Array.from({ length: Math.max(...cells.keys()) + 1 }, (_, index) => {
    const name: unknown = JSON.parse(cells.get(index) ?? '""');
    return String(name).trim();
  });

/** Each column's name as a key of JSON; '' where it has none. */
const keysOf = (header: readonly string[], request: LinesRequest): readonly string[] => {
  const named = header.filter((name) => name !== '');
  if (named.length > limits.columnsMax) {
    const allowed = `${limits.columnsMax} are allowed`;
    throw new Refused('E_HEADER', `${named.length} columns; ${allowed}`);
  }
  const bound = [...boundColumns(named, request)];
  return header.map((name) => (name === '' ? '' : JSON.stringify(bound.shift() ?? name)));
};

/**
 * A row as JSON. A value in a column without a name is no field: it gets a key of its own, so that
 * it is treated as any unknown column, and is never dropped in silence.
 */
const lineOf = (cells: Cells, columns: readonly string[]): string => {
  const parts = [...cells].map(([index, cell]) => {
    const known = columns[index] ?? '';
    return `${known === '' ? JSON.stringify(`column ${index + 1}`) : known}:${cell}`;
  });
  return `{${parts.join(',')}}`;
};
