import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { Dataset } from '../../core/dataset.ts';
import { isRequired } from '../../core/fields/field.ts';
import type { FileOptions } from '../../core/landing/file-options.ts';
import { zipOf } from '../support/zip.ts';
import { drawnDataset } from './generated-datasets.ts';

/** A file as it lands, and what its maker knows of it. */
export type GeneratedFile = {
  readonly dataset: Dataset;
  readonly format: 'csv' | 'jsonl';
  readonly landed: Buffer;
  /** As UTF-8 without its compression: what byte ranges count in. */
  readonly plain: Buffer;
  /** Where the first row starts, behind mark and header. */
  readonly from: number;
  /** The fields in the order of the columns. */
  readonly columns: readonly string[];
  readonly framing: { readonly chunk: number; readonly rowBytesMax: number };
  /** How it was made, for the count of what was seen. */
  readonly traits: readonly string[];
};

/** A key that no field of any dataset has. */
export const UNDECLARED = 'no field';

const faults = ['more', 'fewer', 'wild', 'blank', 'long', 'byte', 'control', 'twice'] as const;
type Fault = 'none' | (typeof faults)[number];
type DrawnRow = {
  readonly cells: readonly (string | null)[];
  /** How each cell is written, 0 to 9. */
  readonly styles: readonly number[];
  readonly fault: Fault;
  readonly wild: string;
};

const rowOf = (cells: readonly fc.Arbitrary<string | null>[]): fc.Arbitrary<DrawnRow> =>
  fc.record({
    cells: fc.tuple(...cells),
    styles: fc.array(fc.nat(9), { minLength: cells.length, maxLength: cells.length }),
    fault: fc.oneof(
      { weight: 24, arbitrary: fc.constant<Fault>('none') },
      { weight: 8, arbitrary: fc.constantFrom<Fault[]>(...faults) },
    ),
    wild: fc
      .array(fc.constantFrom(...'"""a,b;\t|{}[]:\\1 \n\r\'', '\u00e9'), { maxLength: 20 })
      .map((all) => all.join('')),
  });

/** Stands for a byte that is no UTF-8, until the text is bytes. */
const BAD_BYTE = '\ue0ff';
const BAD_BYTE_AS_UTF8 = Buffer.from(BAD_BYTE).toString('latin1');

/** What is put behind the first cell of a row. */
const spoilt = ({ cells, fault, styles }: DrawnRow, long: string): readonly (string | null)[] => {
  const [first = '', ...others] = cells;
  const control = ['\0', '\x01', '\b', '\x1b', '\x7f'][(styles[0] ?? 0) % 5] ?? '';
  const put = { long, byte: BAD_BYTE, control };
  return fault === 'long' || fault === 'byte' || fault === 'control'
    ? [`${first ?? ''}${put[fault]}`, ...others]
    : cells;
};

/** A row as long as the limit, give or take a few bytes, if it is to be long. */
const sized = (row: DrawnRow, limit: number, write: (long: string) => string): string => {
  if (row.fault !== 'long') return write('');
  const wanted = limit + (row.styles[0] ?? 5) - 4;
  return write('x'.repeat(Math.max(0, wanted - Buffer.byteLength(write('')))));
};

const csvCell = (text: string | null, style: number, { delimiter, quote }: FileOptions) => {
  if (text === null) return '';
  const mark = quote ?? '';
  const needsMarks = /^$|["'\r\n]/.test(text) || text.includes(delimiter);
  if (mark === '' || style === 0 || (style > 3 && !needsMarks)) return text;
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
};

const csvRow = (row: DrawnRow, long: string, files: FileOptions): string => {
  const { fault, styles, wild } = row;
  if (fault === 'blank') return '';
  if (fault === 'wild') return wild;
  const cells = spoilt(row, long).map((cell, at) => csvCell(cell, styles[at] ?? 5, files));
  if (fault === 'more') cells.push('more');
  if (fault === 'fewer') cells.pop();
  return cells.join(files.delimiter);
};

const BARE = /^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/;

const escaped = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

const jsonValue = (cell: string | null, style: number): string => {
  if (cell === null) return 'null';
  if (style > 5 && BARE.test(cell)) return cell;
  if (style === 0) return `"${escaped(cell)}"`;
  return JSON.stringify(cell);
};

const jsonRow = (row: DrawnRow, long: string, keys: readonly string[]): string => {
  const { fault, styles, wild } = row;
  if (fault === 'blank') return '';
  if (fault === 'wild') return wild.replaceAll(/[\r\n]/g, ' ');
  const members = spoilt(row, long).flatMap((cell, at) => {
    const style = styles[at] ?? 5;
    if (cell === null && style < 5) return [];
    return [`${JSON.stringify(keys[at])}${style === 9 ? ' : ' : ':'}${jsonValue(cell, style)}`];
  });
  const strange = ['""', '{"a":[1]}'][(styles[0] ?? 0) % 2];
  if (fault === 'more') members.push(`${JSON.stringify(UNDECLARED)}:${strange}`);
  if (fault === 'fewer') members[0] = `${JSON.stringify(keys[0])}:{"a":[1,"x"]}`;
  if (fault === 'twice') members.push(...members.slice(0, 1));
  return `{${members.join(styles[0] === 9 ? ' ,\t' : ',')}}`;
};

type Shape = {
  readonly ends: '\n' | '\r\n' | '\r' | 'mixed';
  readonly last: boolean;
  readonly encoding: 'plain' | 'mark' | 'utf-16le' | 'utf-16be' | 'wide declared' | 'windows-1252';
  readonly compression: 'none' | 'gzip' | 'zstd' | 'zip';
  readonly limit: number;
  readonly more: number;
  /** Whether the header spells the names in another way. */
  readonly spelling: 'own' | 'upper' | 'alias' | 'quoted';
  readonly shuffle: number;
  readonly leaveOut: boolean;
  readonly jsonl: boolean;
};

const others = ['utf-16le', 'utf-16be', 'wide declared', 'windows-1252'] as const;

const shape: fc.Arbitrary<Shape> = fc.record({
  ends: fc.constantFrom('\n', '\r\n', '\r', 'mixed'),
  last: fc.boolean(),
  encoding: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Shape['encoding'][]>('plain', 'mark') },
    { weight: 2, arbitrary: fc.constantFrom<Shape['encoding'][]>(...others) },
  ),
  compression: fc.constantFrom('none', 'none', 'gzip', 'zstd', 'zip'),
  limit: fc.constantFrom(60, 150, 300, 1_000, 5_000),
  more: fc.integer({ min: 0, max: 200 }),
  spelling: fc.constantFrom('own', 'upper', 'alias', 'quoted'),
  shuffle: fc.nat(5),
  leaveOut: fc.boolean(),
  jsonl: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
});

const ENDS = ['\n', '\r\n', '\r'] as const;

const lines = (rows: readonly string[], { ends, last, jsonl }: Shape): string => {
  // A carriage return ends no line of JSON.
  const known = jsonl ? ENDS.slice(0, 2) : ENDS;
  const own = jsonl && ends === '\r' ? '\n' : ends;
  const ended = rows.map((row, at) => {
    const end = own === 'mixed' ? (known[(at + row.length) % known.length] ?? '\n') : own;
    return last && at === rows.length - 1 ? row : row + end;
  });
  return ended.join('');
};

const byteOf = new Map(
  Array.from({ length: 256 }, (_, byte): [string, number] => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte)),
    byte,
  ]),
);

/** Landed bytes of a text, and the text as UTF-8, without compression. */
const encoded = (text: string, encoding: Shape['encoding']) => {
  const utf8 = (own: string): Buffer => Buffer.from(own);
  const wide = Buffer.from(`${encoding === 'wide declared' ? '' : '\ufeff'}${text}`, 'utf16le');
  switch (encoding) {
    case 'utf-16le':
    case 'wide declared':
      return { landed: wide, plain: utf8(text), mark: 0 };
    case 'utf-16be':
      return { landed: wide.swap16(), plain: utf8(text), mark: 0 };
    case 'windows-1252': {
      const known = Array.from(text, (char) => (byteOf.has(char) ? char : '?'));
      const landed = Buffer.from(known.map((char) => byteOf.get(char) ?? 0));
      return { landed, plain: utf8(known.join('')), mark: 0 };
    }
    default: {
      const marked = utf8(encoding === 'mark' ? `\ufeff${text}` : text).toString('latin1');
      const landed = Buffer.from(marked.replaceAll(BAD_BYTE_AS_UTF8, '\xff'), 'latin1');
      return { landed, plain: landed, mark: encoding === 'mark' ? 3 : 0 };
    }
  }
};

const compressed = (bytes: Buffer, compression: Shape['compression']): Buffer => {
  if (compression === 'gzip') return gzipSync(bytes);
  if (compression === 'zstd') return zstdCompressSync(bytes);
  return compression === 'zip' ? zipOf([{ name: 'rows', data: bytes }]) : bytes;
};

/** Control characters make a file look binary when there are many of them at its beginning. */
const readable = (text: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const controls = /[\0-\x08\x0e-\x1f]/g;
  return (text.match(controls)?.length ?? 0) > 1 ? text.replaceAll(controls, '') : text;
};

const named = (name: string, dataset: Dataset, { spelling }: Shape): string => {
  if (spelling === 'alias') return dataset.fields[name]?.aliases[0] ?? name;
  return spelling === 'upper' ? name.toUpperCase() : name;
};

/** Places of the columns that the file has, in its order. */
const placesOf = ({ fields }: Dataset, { shuffle, leaveOut }: Shape): readonly number[] => {
  const all = Object.keys(fields).map((_, at) => at);
  const turned = [...all.slice(shuffle % all.length), ...all.slice(0, shuffle % all.length)];
  const free = Object.values(fields).findIndex((field) => !isRequired(field));
  return leaveOut && all.length > 1 && shuffle > 3 ? turned.filter((at) => at !== free) : turned;
};

const build = (dataset: Dataset, shape: Shape, drawn: readonly DrawnRow[]): GeneratedFile => {
  const { files, fields } = dataset;
  const own = files.header || shape.jsonl ? shape : { ...shape, shuffle: 0 };
  const places = placesOf(dataset, own);
  const columns = places.map((at) => Object.keys(fields)[at] ?? '');
  const rows = drawn.map((row, at) => ({
    ...row,
    cells: places.map((place) => row.cells[place] ?? null),
    ...(at === 0 && (shape.jsonl || !files.header) ? { fault: 'none' as const, styles: [2] } : {}),
  }));
  const heads = columns.map((name) => named(name, dataset, shape));
  const keys = columns.map((name) =>
    shape.spelling === 'alias' ? named(name, dataset, shape) : name,
  );
  const quoted = shape.spelling === 'quoted' && files.quote !== null;
  const header = heads.map((head) => csvCell(head, quoted ? 1 : 5, files)).join(files.delimiter);
  const hasHeader = !shape.jsonl && files.header;
  const texts = rows.map((row) =>
    sized(row, shape.limit, (long) =>
      shape.jsonl ? jsonRow(row, long, keys) : csvRow(row, long, files),
    ),
  );
  const all = lines(hasHeader ? [header, ...texts] : texts, shape);
  const text = readable(all.toWellFormed());
  const bytes = encoded(text, shape.encoding);
  const end = /\r\n|\r|\n|$/.exec(text.slice(header.length))?.[0].length ?? 0;
  const from = bytes.mark + (hasHeader ? header.length + end : 0);
  return {
    dataset: shape.jsonl ? taking(dataset, shape) : dataset,
    format: shape.jsonl ? 'jsonl' : 'csv',
    landed: compressed(bytes.landed, shape.compression),
    plain: bytes.plain,
    from,
    columns: shape.jsonl ? Object.keys(fields) : columns,
    framing: { rowBytesMax: shape.limit, chunk: shape.limit + 64 + shape.more },
    traits: [
      shape.jsonl
        ? 'jsonl'
        : `csv ${files.delimiter} ${files.quote} ${files.header ? 'header' : 'no header'}`,
      JSON.stringify(shape.ends),
      shape.encoding,
      shape.compression,
      ...(hasHeader ? [`${shape.spelling} names`] : []),
      ...(shape.jsonl ? [taking(dataset, shape).evolution.newColumns] : []),
      ...rows.map(({ fault }) => fault),
    ],
  };
};

/** A key that no field names is one more value of the file, which is in one place or the other. */
const taking = (dataset: Dataset, { shuffle }: Shape): Dataset => {
  const newColumns = shuffle % 2 === 0 ? 'evolve' : 'quarantine_value';
  return { ...dataset, evolution: { ...dataset.evolution, newColumns } };
};

const declared = ({ encoding }: Shape): FileOptions['encoding'] => {
  if (encoding === 'wide declared') return 'utf-16le';
  return encoding === 'windows-1252' ? encoding : 'auto';
};

/** Files of any form that text may have, most of their rows sound. */
export const generatedFile: fc.Arbitrary<GeneratedFile> = fc
  .record({
    shape,
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    quote: fc.constantFrom('"', '"', '"', "'", null),
    header: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
  })
  .chain(({ shape: own, delimiter, quote, header }) =>
    fc.tuple(
      fc.constant(own),
      drawnDataset({ delimiter, quote, header: header || quote === null, encoding: declared(own) }),
    ),
  )
  .chain(([own, { dataset, cells }]) =>
    fc
      .array(rowOf(cells), { minLength: 1, maxLength: 40, size: 'max' })
      .map((rows) => build(dataset, own, rows)),
  );
