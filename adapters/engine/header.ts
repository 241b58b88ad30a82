import { isUtf8 } from 'node:buffer';
import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { asDeclared, type ColumnPlan, decideColumns } from '../../core/evolution/columns.ts';
import type { FileOptions } from '../../core/landing/file-options.ts';
import { fieldNamer, folded, quoted } from '../../core/landing/header-name.ts';
import { limits } from '../../core/limits.ts';

/** The header of a CSV file, bound to a dataset's fields by name. */
export type Header = {
  readonly kind: 'header';
  /** In the file's order: the names of fields, and of new columns those of their cells. */
  readonly columns: readonly string[];
  readonly plan: ColumnPlan;
  /** Where the first row starts. */
  readonly bytes: number;
};
export type HeaderRefused = { readonly kind: 'refused' } & Refusal<FileCode>;

/** The cells of a header line, before anything is known of them. */
export type HeaderCells = {
  readonly kind: 'cells';
  readonly cells: readonly string[];
  readonly bytes: number;
};

const refused = (code: FileCode, detail: string): HeaderRefused => ({
  kind: 'refused',
  code,
  detail,
});

const BOM = '\ufeff';
const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads the header from a file's first bytes. `ended` says that they are the whole file. Lines
 * without any character before the header are framing, as everywhere.
 */
export const readHeader = (
  head: Buffer,
  ended: boolean,
  dataset: Dataset,
): Header | HeaderRefused => {
  const { files } = dataset;
  const isEmpty = ended && head.toString('latin1', skipLead(head)).trim() === '';
  const columns = Object.keys(dataset.fields);
  const declared = { kind: 'header', columns, plan: asDeclared(dataset) } as const;
  if (isEmpty && files.allowEmpty) return { ...declared, bytes: head.length };
  if (!files.header) {
    if (isEmpty) return refused('E_EMPTY', 'the file holds no text at all');
    return { ...declared, bytes: markBytes(head) };
  }
  const record = readHeaderCells(head, ended, files);
  return record.kind === 'refused' ? record : bind(record, dataset);
};

/** The same as far as no dataset is asked: the pieces of an archive are compared by it. */
export const readHeaderCells = (
  head: Buffer,
  ended: boolean,
  files: Pick<FileOptions, 'delimiter' | 'quote' | 'strictQuotes'>,
): HeaderCells | HeaderRefused => {
  const bytes = head.subarray(0, limits.headerBytesMax);
  const text = bytes.toString('latin1');
  const from = skipLead(bytes);
  if (ended && text.slice(from).trim() === '') {
    return refused('E_EMPTY', 'the file holds no text at all');
  }
  const record = readRecord(text, from, files);
  if (record.kind === 'refused') return record;
  const unended = record.bytes > bytes.length && !(ended && bytes.length === head.length);
  if (unended) {
    return refused('E_HEADER', `the header does not end within ${limits.headerBytesMax} bytes`);
  }
  return { ...record, bytes: Math.min(record.bytes, head.length) };
};

/** Bytes of a byte order mark, which is no part of the first name. */
export const markBytes = (bytes: Buffer): number =>
  bytes.subarray(0, 3).toString('utf8') === BOM ? 3 : 0;

/** Behind the byte order mark and the empty lines. */
const skipLead = (bytes: Buffer): number => {
  let at = markBytes(bytes);
  while (bytes[at] === LF || bytes[at] === CR) at++;
  return at;
};

const byteClass = (char: string): string =>
  `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** One cell at a time, up to where a separator or a line end follows. */
const cellPattern = ({
  delimiter,
  quote,
  strictQuotes,
}: Pick<FileOptions, 'delimiter' | 'quote' | 'strictQuotes'>): RegExp => {
  const separator = byteClass(delimiter);
  const ends = `(?=[\\r\\n${separator}]|$)`;
  if (quote === null) return new RegExp(`(?!)()|([^\\r\\n${separator}]*)${ends}`, 'y');
  const mark = byteClass(quote);
  const plain = strictQuotes ? `[^${mark}\\r\\n${separator}]*` : `[^\\r\\n${separator}]*`;
  const quoted = `[ ]*${mark}([^${mark}]*(?:${mark}${mark}[^${mark}]*)*)${mark}[ ]*`;
  return new RegExp(`(?:${quoted}|(${plain}))${ends}`, 'y');
};

/** One record as cells; `text` is latin1, so that positions are bytes. */
const readRecord = (
  text: string,
  from: number,
  files: Pick<FileOptions, 'delimiter' | 'quote' | 'strictQuotes'>,
): HeaderCells | HeaderRefused => {
  const cell = cellPattern(files);
  const mark = files.quote ?? '';
  const cells: string[] = [];
  for (let at = from; ; at++) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (found === null) return refused('E_HEADER', 'a quote in the header stands wrong');
    at = cell.lastIndex;
    const [, quoted, bare = ''] = found;
    cells.push(quoted?.replaceAll(mark + mark, mark) ?? bare);
    if (text[at] === files.delimiter) continue;
    const end = text.startsWith('\r\n', at) ? at + 2 : at + 1;
    return { kind: 'cells', cells, bytes: end };
  }
};

const bind = ({ cells, bytes }: HeaderCells, dataset: Dataset): Header | HeaderRefused => {
  if (cells.length > limits.columnsMax) {
    return refused('E_HEADER', `${cells.length} columns; ${limits.columnsMax} are allowed`);
  }
  if (!cells.every((cell) => isUtf8(Buffer.from(cell, 'latin1')))) {
    return refused('E_FILE_ENCODING', 'the header is not UTF-8');
  }
  const texts = cells.map((cell) => Buffer.from(cell, 'latin1').toString('utf8').trim());
  const fieldOf = fieldNamer(dataset);
  const fields = texts.map(fieldOf);
  const fault = headerFault(texts, fields, dataset);
  if (fault !== undefined) return fault;
  const unknown = texts.filter((_, index) => fields[index] === undefined);
  const plan = decideColumns(dataset, { unknown, missing: missingFrom(fields, dataset) });
  if (plan.kind === 'refused') return plan;
  const added = new Map(plan.newColumns.map(({ spelt, cells: of }) => [spelt, of]));
  const columns = texts.map((text, index) => fields[index] ?? added.get(text) ?? text);
  return { kind: 'header', columns, plan, bytes };
};

/** Declared fields that are none of a file's columns. */
export const missingFrom = (
  columns: readonly (string | undefined)[],
  { fields }: Pick<Dataset, 'fields'>,
): string[] => Object.keys(fields).filter((name) => !columns.includes(name));

const headerFault = (
  texts: readonly string[],
  fields: readonly (string | undefined)[],
  dataset: Dataset,
): HeaderRefused | undefined => {
  if (fields.every((field) => field === undefined)) {
    const found = `none of the ${texts.length} cells of the first line is a declared column`;
    const separated = `separated by ${JSON.stringify(dataset.files.delimiter)}`;
    const declared = quoted(Object.keys(dataset.fields));
    return refused('E_HEADER', `${found}; expected a header of ${declared}, ${separated}`);
  }
  const names = texts.map(folded);
  const double = texts.find((_, index) => {
    const first = names.indexOf(names[index] ?? '');
    return first !== index && names[index] !== '';
  });
  if (double !== undefined)
    return refused('E_HEADER_DUP', `${quoted([double])} stands there twice`);
  const again = fields.findIndex((name, at) => name !== undefined && fields.indexOf(name) !== at);
  if (again !== -1) {
    const both = [texts[fields.indexOf(fields[again])] ?? '', texts[again] ?? ''];
    return refused(
      'E_HEADER_DUP',
      `${quoted(both)} both stand for ${quoted([fields[again] ?? ''])}`,
    );
  }
  if (texts.includes('')) {
    return refused('E_HEADER', `column ${texts.indexOf('') + 1} of the header has no name`);
  }
  return undefined;
};
