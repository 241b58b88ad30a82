/**
 * CSV by the letter, cell by cell with a pattern and without any limit of memory: what frames.ts
 * must agree with. It shares nothing with it but the names of the codes.
 */
export type OracleRow = {
  readonly start: number;
  readonly end: number;
  /** Codes of the row's form; empty when its fields can be told apart. */
  readonly codes: readonly string[];
  /** The cells as latin1 text, one character a byte, unquoted; null: nothing is written there. */
  readonly cells: readonly (string | null)[];
};

type Parsed = { readonly end: number; readonly cells: (string | null)[] };

/** Reads one row; undefined when a quote stands where the grammar knows none. */
const parseRow = (text: string, start: number, options: Options): Parsed | undefined => {
  const { separator, quote = '"' } = options;
  const code = `\\x${separator.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const mark = quote ?? '';
  const plain = `[^${mark}\\r\\n${code}]*`;
  const quoted = `${mark}([^${mark}]*(?:${mark}${mark}[^${mark}]*)*)${mark}`;
  const either = quote === null ? `(?!)()|(${plain})` : `${quoted}|(${plain})`;
  const cell = new RegExp(`(?:${either})(?=[\\r\\n]|${code}|$)`, 'y');
  const cells: (string | null)[] = [];
  for (let at = start; ; at++) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null) return undefined;
    at = cell.lastIndex;
    const [, inQuotes, bare = ''] = found;
    cells.push(inQuotes?.replaceAll(mark + mark, mark) ?? (bare === '' ? null : bare));
    if (text[at] !== separator) return { end: text.startsWith('\r\n', at) ? at + 1 : at, cells };
  }
};

const isUtf8 = (bytes: Buffer): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

type Options = {
  readonly from: number;
  readonly separator: string;
  /** Null: there is none. @default '"' */
  readonly quote?: '"' | "'" | null;
  readonly columns: number;
  readonly rowBytesMax: number;
};

const CONTROL = /[^\t\r\n\x20-\x7e\x80-\xff]/;

/** What is wrong with the form of a row. A row over the limit is not looked into. */
const formCodes = (parsed: Parsed | undefined, row: Buffer, columns: number): string[] =>
  [
    parsed === undefined ? 'E_QUOTE' : undefined,
    parsed !== undefined && parsed.cells.length !== columns ? 'E_FIELD_COUNT' : undefined,
    isUtf8(row) ? undefined : 'E_ENCODING',
    CONTROL.test(row.toString('latin1')) ? 'E_CONTROL_CHAR' : undefined,
  ]
    .filter((code) => code !== undefined)
    .sort();

/** Where a row's content ends, whose line end ends at `stop`. */
const contentEnd = (text: string, start: number, stop: number): number =>
  stop > start && text.startsWith('\r\n', stop - 1) ? stop - 1 : stop;

const parsedWithin = (text: string, start: number, options: Options): Parsed | undefined => {
  const parsed = parseRow(text, start, options);
  if (parsed === undefined) return undefined;
  const bytes = contentEnd(text, start, parsed.end) - start;
  return bytes <= options.rowBytesMax ? parsed : undefined;
};

const lineEnd = (text: string, start: number): number => {
  const found = /\r?\n|\r/g;
  found.lastIndex = start;
  const end = found.exec(text);
  return end === null ? text.length : end.index + end[0].length - 1;
};

/** Of a row over the limit: whether one field alone is larger than it. */
const sizeCode = (row: string, { separator, rowBytesMax, quote = '"' }: Options): string => {
  const quoted = quote === null ? /(?!)/g : new RegExp(`${quote}[^${quote}]*(${quote}|$)`, 'g');
  const fields = row.replace(quoted, (found) => 'x'.repeat(found.length));
  const isLarge = fields.split(separator).some(({ length }) => length > rowBytesMax);
  return isLarge ? 'E_FIELD_SIZE' : 'E_ROW_SIZE';
};

/** Every row behind `from`; blank lines are left out. */
export const oracleRows = (bytes: Buffer, options: Options): OracleRow[] => {
  const text = bytes.toString('latin1');
  const rows: OracleRow[] = [];
  for (let start = options.from, stop = start; start < bytes.length; start = stop + 1) {
    const parsed = parsedWithin(text, start, options);
    stop = parsed?.end ?? lineEnd(text, start);
    const end = contentEnd(text, start, stop);
    if (end === start) continue;
    const over = end - start > options.rowBytesMax;
    const row = bytes.subarray(start, end);
    const codes = over
      ? [sizeCode(row.toString('latin1'), options)]
      : formCodes(parsed, row, options.columns);
    rows.push({ start, end, codes, cells: parsed?.cells ?? [] });
  }
  return rows;
};
