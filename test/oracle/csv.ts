/**
 * CSV by the letter, cell by cell with a pattern and without any limit of memory: what frames.ts
 * must agree with. It shares nothing with it but the names of the codes.
 */
export type OracleRow = {
  readonly start: number;
  readonly end: number;
  /** Codes of the row's form; empty when its fields can be told apart. */
  readonly codes: readonly string[];
  /** The cells as latin1 text, one character a byte, unquoted. */
  readonly cells: readonly string[];
};

type Parsed = { readonly end: number; readonly cells: string[]; readonly stray: boolean };

/** Reads one row; undefined when a quote stands where the grammar knows none. */
const parseRow = (text: string, start: number, separator: string): Parsed | undefined => {
  const code = `\\x${separator.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const plain = `[^"\\n${code}]*`;
  const cell = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"(\\r${plain})?|(${plain}))(?=\\n|${code}|$)`,
    'y',
  );
  const cells: string[] = [];
  let stray = false;
  for (let at = start; ; at++) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null) return undefined;
    at = cell.lastIndex;
    const last = text[at] !== separator;
    const [, quoted, behind, bare] = found;
    const outside = behind ?? bare ?? '';
    const kept = last ? outside.replace(/\r$/, '') : outside;
    stray ||= kept.includes('\r');
    cells.push(quoted === undefined ? kept : quoted.replaceAll('""', '"') + kept);
    if (last) return { end: at, cells, stray };
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
  readonly columns: number;
  readonly rowBytesMax: number;
};

/** What is wrong with the form of a row. A row over the limit is not looked into. */
const formCodes = (parsed: Parsed | undefined, row: Buffer, columns: number): string[] =>
  [
    parsed === undefined ? 'E_QUOTE' : undefined,
    parsed !== undefined && parsed.cells.length !== columns ? 'E_FIELD_COUNT' : undefined,
    parsed?.stray === true ? 'E_NEWLINE' : undefined,
    isUtf8(row) ? undefined : 'E_ENCODING',
    row.includes(0) ? 'E_CONTROL_CHAR' : undefined,
  ]
    .filter((code) => code !== undefined)
    .sort();

const parsedWithin = (text: string, start: number, options: Options): Parsed | undefined => {
  const parsed = parseRow(text, start, options.separator);
  return parsed !== undefined && parsed.end - start <= options.rowBytesMax ? parsed : undefined;
};

const lineEnd = (text: string, start: number): number => {
  const lineFeed = text.indexOf('\n', start);
  return lineFeed < 0 ? text.length : lineFeed;
};

/** Every row behind `from`; blank lines are left out. */
export const oracleRows = (bytes: Buffer, options: Options): OracleRow[] => {
  const text = bytes.toString('latin1');
  const rows: OracleRow[] = [];
  for (let start = options.from, stop = start; start < bytes.length; start = stop + 1) {
    const parsed = parsedWithin(text, start, options);
    stop = parsed?.end ?? lineEnd(text, start);
    const end = stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
    if (end === start) continue;
    const over = stop - start > options.rowBytesMax;
    const row = bytes.subarray(start, end);
    const codes = over ? ['E_ROW_SIZE'] : formCodes(parsed, row, options.columns);
    rows.push({ start, end, codes, cells: parsed?.cells ?? [] });
  }
  return rows;
};
