import { isUtf8 } from 'node:buffer';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { limits } from '../../core/limits.ts';

/** The header of a CSV file, bound to a dataset's fields by name. */
export type Header = {
  readonly kind: 'header';
  /** Field names in the file's order. */
  readonly columns: readonly string[];
  /** Where the first row starts. */
  readonly bytes: number;
};
export type HeaderRefused = { readonly kind: 'refused' } & Refusal<FileCode>;

type Record = { readonly kind: 'record'; readonly cells: string[]; readonly bytes: number };

const refused = (code: FileCode, detail: string): HeaderRefused => ({
  kind: 'refused',
  code,
  detail,
});

const BOM = '\ufeff';

/**
 * Reads the header from a file's first bytes. `ended` says that they are the whole file. Lines
 * without any character before the header are framing, as everywhere.
 */
export const readHeader = (
  head: Buffer,
  ended: boolean,
  dataset: Dataset,
): Header | HeaderRefused => {
  const bytes = head.subarray(0, limits.headerBytesMax);
  const text = bytes.toString('latin1');
  const from = skipLead(bytes);
  if (ended && text.slice(from).trim() === '') {
    return refused('E_EMPTY', 'the file holds no text at all');
  }
  const record = readRecord(text, from, dataset.files.delimiter);
  if (record.kind === 'refused') return record;
  const unended = record.bytes > bytes.length && !(ended && bytes.length === head.length);
  if (unended) {
    return refused('E_HEADER', `the header does not end within ${limits.headerBytesMax} bytes`);
  }
  const bound = bind(record, dataset);
  return bound.kind === 'refused'
    ? bound
    : { ...bound, bytes: Math.min(record.bytes, head.length) };
};

/** Behind the byte order mark and the empty lines. */
const skipLead = (bytes: Buffer): number => {
  let at = bytes.subarray(0, 3).toString('utf8') === BOM ? 3 : 0;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
};

/** One record as cells; `text` is latin1, so that positions are bytes. */
const readRecord = (text: string, from: number, delimiter: string): Record | HeaderRefused => {
  const separator = `\\x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const plain = `[^"\\n${separator}]*`;
  const cell = new RegExp(
    `(?:[ ]*"([^"]*(?:""[^"]*)*)"[ ]*\\r?|(${plain}))(?=\\n|${separator}|$)`,
    'y',
  );
  const cells: string[] = [];
  for (let at = from; ; at++) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null) return refused('E_HEADER', 'a quote in the header stands wrong');
    at = cell.lastIndex;
    const last = text[at] !== delimiter;
    const [, quoted, bare = ''] = found;
    const content = quoted?.replaceAll('""', '"') ?? (last ? bare.replace(/\r$/, '') : bare);
    if (quoted === undefined && content.includes('\r')) {
      const allowed = 'lines end with LF or CRLF';
      return refused('E_HEADER', `a carriage return stands alone in the header; ${allowed}`);
    }
    cells.push(content);
    if (last) return { kind: 'record', cells, bytes: at + 1 };
  }
};

const bind = ({ cells, bytes }: Record, dataset: Dataset): Header | HeaderRefused => {
  if (cells.length > limits.columnsMax) {
    return refused('E_HEADER', `${cells.length} columns; ${limits.columnsMax} are allowed`);
  }
  if (!cells.every((cell) => isUtf8(Buffer.from(cell, 'latin1')))) {
    return refused('E_FILE_ENCODING', 'the header is not UTF-8');
  }
  const columns = cells.map((cell) => Buffer.from(cell, 'latin1').toString('utf8').trim());
  const refusal = headerFault(columns, dataset) ?? schemaFault(columns, dataset);
  return refusal ?? { kind: 'header', columns, bytes };
};

const headerFault = (columns: readonly string[], dataset: Dataset): HeaderRefused | undefined => {
  const declared = Object.keys(dataset.fields);
  if (!columns.some((name) => declared.includes(name))) {
    const found = `none of the ${columns.length} cells of the first line is a declared column`;
    const separated = `separated by ${JSON.stringify(dataset.files.delimiter)}`;
    return refused('E_HEADER', `${found}; expected a header of ${named(declared)}, ${separated}`);
  }
  const double = columns.find((name, index) => columns.indexOf(name) !== index && name !== '');
  if (double !== undefined) return refused('E_HEADER_DUP', `${named([double])} stands there twice`);
  if (columns.includes('')) {
    return refused('E_HEADER', `column ${columns.indexOf('') + 1} of the header has no name`);
  }
  return undefined;
};

/** What the columns of a file lack or have too many, or undefined when they fit. */
export const schemaFault = (
  columns: readonly string[],
  dataset: Dataset,
): HeaderRefused | undefined => {
  const declared = Object.keys(dataset.fields);
  const unknown = columns.filter((name) => !declared.includes(name));
  const missing = Object.entries(dataset.fields)
    .filter(([name, field]) => !field.optional && !columns.includes(name))
    .map(([name]) => name);
  if (unknown.length === 0 && missing.length === 0) return undefined;
  const parts = [
    missing.length > 0 ? `missing: ${named(missing)}` : undefined,
    unknown.length > 0 ? `unknown: ${named(unknown)}` : undefined,
    `declared: ${named(declared)}`,
  ];
  return refused('E_SCHEMA', parts.filter((part) => part !== undefined).join('; '));
};

const NAMES_SHOWN = 20;
const NAME_SHOWN = 60;

/** Names for a message: quoted, so that nothing in them can pretend to be the message. */
const named = (names: readonly string[]): string => {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .map((name) => JSON.stringify(name.slice(0, NAME_SHOWN)));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};
