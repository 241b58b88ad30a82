import type { FileCode, Refusal } from '../codes.ts';
import type { compressions } from '../documents.ts';
import { encodingOf, narrow } from './encoding.ts';
import { type FileOptions, type Format, formats } from './file-options.ts';

export type Compression = (typeof compressions)[number];
/** Compressions of one stream; a zip is a directory of several. */
export type StreamCompression = Exclude<Compression, 'none' | 'zip'>;
export type Refused = { readonly kind: 'refused' } & Refusal<FileCode>;
export type SniffedOuter =
  | { readonly kind: 'plain'; readonly format: Format }
  /** The format shows only in the decompressed bytes: ask `sniffFormat` with those. */
  | { readonly kind: 'compressed'; readonly compression: Exclude<Compression, 'none'> }
  | Refused;
export type SniffedFormat = { readonly kind: 'format'; readonly format: Format } | Refused;

/** What a dataset says of its files, as far as it decides what some bytes are. */
export type Expected = Pick<
  FileOptions,
  'formats' | 'encoding' | 'path' | 'keyedBy' | 'allowEmpty'
>;

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const ZIP = [...ascii('PK'), 3, 4];
const PARQUET = ascii('PAR1');
const AVRO = [...ascii('Obj'), 1];

/** First bytes of formats that are often dropped by mistake, so that the refusal can name them. */
const strangers: readonly (readonly [readonly number[], string])[] = [
  [[0x89, ...ascii('PNG')], 'a PNG image'],
  [[0xff, 0xd8, 0xff], 'a JPEG image'],
  [ascii('GIF8'), 'a GIF image'],
  [ascii('%PDF'), 'a PDF document'],
  [[...ascii('PK'), 5, 6], 'an empty zip archive'],
  [[...ascii('PK'), 7, 8], 'a zip archive in several pieces'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Office document'],
  [[...ascii('7z'), 0xbc, 0xaf], 'a 7z archive'],
  [[0xfd, ...ascii('7zXZ')], 'xz-compressed'],
  [ascii('BZh'), 'bzip2-compressed'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4-compressed'],
  [ascii('ORC'), 'ORC'],
  [ascii('ARROW1'), 'Arrow'],
  [ascii('PARE'), 'encrypted Parquet'],
  [ascii('SQLite format 3'), 'an SQLite database'],
];

/** Marks that a header may begin with; bytes that are text behind them are text. */
const wordy = ['GIF8', 'BZh', 'ORC', 'ARROW1', 'PARE', 'PAR1'].map(ascii);

const promises: readonly (readonly [RegExp, Compression])[] = [
  [/\.(gz|gzip)$/i, 'gzip'],
  [/\.(zst|zstd)$/i, 'zstd'],
  [/\.zip$/i, 'zip'],
];

const allowed = `allowed are ${formats.join(', ')}, plain or in gzip, zstd or zip`;

const refused = (code: FileCode, detail: string): Refused => ({ kind: 'refused', code, detail });

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const compressionOf = (head: Uint8Array): Compression => {
  if (startsWith(head, GZIP)) return 'gzip';
  if (startsWith(head, ZSTD)) return 'zstd';
  return startsWith(head, ZIP) && !isExcel(head) ? 'zip' : 'none';
};

const LOCAL_HEADER_BYTES = 30;
const NAME_LENGTH_AT = 26;
/** What the first entry of an Office file is called, whichever program wrote it. */
const office = /^(\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/;

/** The name of a zip's first entry, told from its local header. */
const isExcel = (head: Uint8Array): boolean => {
  const length = (head[NAME_LENGTH_AT] ?? 0) + 256 * (head[NAME_LENGTH_AT + 1] ?? 0);
  const name = head.subarray(LOCAL_HEADER_BYTES, LOCAL_HEADER_BYTES + length);
  return startsWith(head, ZIP) && office.test(String.fromCharCode(...name.subarray(0, 64)));
};

/**
 * What the first bytes of a landed object are. The name is only asked whether it promises a
 * compression that the bytes do not have: then a half-written file would be read as text.
 */
export const sniff = (head: Uint8Array, key: string, expected: Expected): SniffedOuter => {
  const compression = compressionOf(head);
  const promised = promises.find(([name]) => name.test(key))?.[1] ?? compression;
  if (head.length > 0 && promised !== compression) {
    const found = compression === 'none' ? 'are not compressed' : `are ${compression}`;
    return refused('E_FORMAT', `the name promises ${promised}, but the bytes ${found}`);
  }
  if (compression !== 'none') return { kind: 'compressed', compression };
  const inner = sniffFormat(head, expected);
  return inner.kind === 'format' ? { kind: 'plain', format: inner.format } : inner;
};

/** What the first decompressed bytes are, if the dataset accepts that. */
export const sniffFormat = (head: Uint8Array, expected: Expected): SniffedFormat => {
  const compression = compressionOf(head);
  if (compression !== 'none') {
    return refused('E_FORMAT', `the file is compressed twice (inside is ${compression})`);
  }
  const found = formatOf(head, expected);
  if (found.kind === 'refused' || expected.formats.includes(found.format)) return found;
  // No bytes are of no format, and are read like CSV.
  if (expected.allowEmpty && head.every(isBlankOrMark)) return found;
  return notAccepted(found.format, expected);
};

/** Also asked when the format shows only in an archive's directory. */
export const notAccepted = (format: Format, { formats: accepted }: Expected): Refused =>
  refused('E_FORMAT', `the file is ${format}; the dataset accepts ${accepted.join(', ')}`);

const formatOf = (head: Uint8Array, expected: Expected): SniffedFormat => {
  const binary = magicFormat(head);
  if (binary !== undefined) return binary;
  const found = encodingOf(head, expected.encoding);
  return found.kind === 'refused' ? found : sniffText(narrow(head, found), expected);
};

const magicFormat = (head: Uint8Array): SniffedFormat | undefined => {
  const word = wordy.find((magic) => startsWith(head, magic));
  const isText = word !== undefined && head.length > word.length && looksText(head);
  if (isText) return undefined;
  if (startsWith(head, PARQUET)) return { kind: 'format', format: 'parquet' };
  if (startsWith(head, AVRO)) return { kind: 'format', format: 'avro' };
  if (isExcel(head)) return { kind: 'format', format: 'excel' };
  const stranger = strangers.find(([magic]) => startsWith(head, magic));
  if (stranger === undefined) return undefined;
  return refused('E_FORMAT', `the file is ${stranger[1]}; ${allowed}`);
};

const sniffText = (text: Uint8Array, expected: Expected): SniffedFormat => {
  const from = text.findIndex((byte) => !isBlank(byte));
  if (from === -1) {
    if (expected.allowEmpty) return { kind: 'format', format: emptyFormat(expected) };
    return refused('E_EMPTY', 'the file holds no text at all');
  }
  const accepts = (format: Format): boolean => expected.formats.includes(format);
  switch (String.fromCharCode(text[from] ?? 0)) {
    case '{':
      return { kind: 'format', format: isOneObject(expected) ? 'json' : 'jsonl' };
    case '[':
      if (accepts('json')) return { kind: 'format', format: 'json' };
      return refused(
        'E_FORMAT',
        'the file looks like a JSON array; write one object a line, or accept json in files.formats',
      );
    case '<':
      return sniffMarkup(text.subarray(from), accepts('xml'));
    default:
      if (looksBinary(text)) return refused('E_FORMAT', `the file looks binary; ${allowed}`);
      return { kind: 'format', format: accepts('fixed') && !accepts('csv') ? 'fixed' : 'csv' };
  }
};

/** Whether a text that begins with an object is one document, not one object a line. */
const isOneObject = ({ formats: accepted, path, keyedBy }: Expected): boolean =>
  accepted.includes('json') && (path.length > 0 || keyedBy !== null || !accepted.includes('jsonl'));

const emptyFormat = ({ formats: accepted }: Expected): Format =>
  (['csv', 'jsonl', 'fixed'] as const).find((format) => accepted.includes(format)) ?? 'csv';

const HTML = /^<(!doctype\s+html|html|head|body)\b/i;

const sniffMarkup = (text: Uint8Array, isXml: boolean): SniffedFormat => {
  const beginning = String.fromCharCode(...text.subarray(0, 64));
  if (HTML.test(beginning)) return refused('E_FORMAT', `the file looks like HTML; ${allowed}`);
  if (isXml) return { kind: 'format', format: 'xml' };
  return refused(
    'E_FORMAT',
    'the file looks like XML or HTML; accept xml in files.formats to read XML',
  );
};

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
/** Blanks and byte order marks, of UTF-16 too. */
const isBlankOrMark = (byte: number): boolean =>
  isBlank(byte) || [0, 0xef, 0xbb, 0xbf, 0xfe, 0xff].includes(byte);

const judged = 512;

const looksText = (head: Uint8Array): boolean =>
  head.subarray(0, judged).every((byte) => byte >= 0x20 || isBlank(byte));

/** Text has hardly any control characters but blanks. */
const looksBinary = (head: Uint8Array): boolean => {
  const sample = head.subarray(0, judged);
  const controls = sample.filter((byte) => byte < 0x20 && !isBlank(byte)).length;
  return controls >= 2 && controls * 10 >= sample.length;
};
