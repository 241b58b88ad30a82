import type { FileCode, Refusal } from '../codes.ts';
import type { compressions } from '../documents.ts';
import { type Format, formats } from './file-options.ts';

export type Compression = (typeof compressions)[number];
export type Refused = { readonly kind: 'refused' } & Refusal<FileCode>;
export type SniffedOuter =
  | { readonly kind: 'plain'; readonly format: Format }
  /** The format shows only in the decompressed bytes: ask `sniffFormat` with those. */
  | { readonly kind: 'compressed'; readonly compression: Exclude<Compression, 'none'> }
  | Refused;
export type SniffedFormat = { readonly kind: 'format'; readonly format: Format } | Refused;

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const PARQUET = ascii('PAR1');
const UTF8_BOM = [0xef, 0xbb, 0xbf];
const UTF16_BOMS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/** First bytes of formats that are often dropped by mistake, so that the refusal can name them. */
const strangers: readonly (readonly [readonly number[], string])[] = [
  [[0x89, ...ascii('PNG')], 'a PNG image'],
  [[0xff, 0xd8, 0xff], 'a JPEG image'],
  [ascii('GIF8'), 'a GIF image'],
  [ascii('%PDF'), 'a PDF document'],
  [[...ascii('PK'), 3, 4], 'a zip archive (or an Office document)'],
  [[...ascii('PK'), 5, 6], 'an empty zip archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Office document'],
  [[...ascii('7z'), 0xbc, 0xaf], 'a 7z archive'],
  [[0xfd, ...ascii('7zXZ')], 'xz-compressed'],
  [ascii('BZh'), 'bzip2-compressed'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4-compressed'],
  [[...ascii('Obj'), 1], 'Avro'],
  [ascii('ORC'), 'ORC'],
  [ascii('ARROW1'), 'Arrow'],
  [ascii('PARE'), 'encrypted Parquet'],
  [ascii('SQLite format 3'), 'an SQLite database'],
];

const promises: readonly (readonly [RegExp, Compression])[] = [
  [/\.(gz|gzip)$/i, 'gzip'],
  [/\.(zst|zstd)$/i, 'zstd'],
];

const allowed = `allowed are ${formats.join(', ')}, plain or compressed with gzip or zstd`;

const refused = (code: FileCode, detail: string): Refused => ({ kind: 'refused', code, detail });

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const compressionOf = (head: Uint8Array): Compression => {
  if (startsWith(head, GZIP)) return 'gzip';
  return startsWith(head, ZSTD) ? 'zstd' : 'none';
};

/**
 * What the first bytes of a landed object are. The name is only asked whether it promises a
 * compression that the bytes do not have: then a half-written file would be read as text.
 */
export const sniff = (head: Uint8Array, key: string): SniffedOuter => {
  const compression = compressionOf(head);
  const promised = promises.find(([name]) => name.test(key))?.[1] ?? compression;
  if (head.length > 0 && promised !== compression) {
    const found = compression === 'none' ? 'are not compressed' : `are ${compression}`;
    return refused('E_FORMAT', `the name promises ${promised}, but the bytes ${found}`);
  }
  if (compression !== 'none') return { kind: 'compressed', compression };
  const inner = sniffFormat(head);
  return inner.kind === 'format' ? { kind: 'plain', format: inner.format } : inner;
};

/** What the first decompressed bytes are. Text that is nothing else is CSV. */
export const sniffFormat = (head: Uint8Array): SniffedFormat => {
  const compression = compressionOf(head);
  if (compression !== 'none') {
    return refused('E_FORMAT', `the file is compressed twice (inside is ${compression})`);
  }
  if (startsWith(head, PARQUET)) return { kind: 'format', format: 'parquet' };
  const stranger = strangers.find(([magic]) => startsWith(head, magic));
  if (stranger !== undefined) return refused('E_FORMAT', `the file is ${stranger[1]}; ${allowed}`);
  if (UTF16_BOMS.some((bom) => startsWith(head, bom)) || looksWide(head)) {
    return refused('E_FILE_ENCODING', 'the file looks like UTF-16 or UTF-32; allowed is UTF-8');
  }
  return sniffText(head);
};

const sniffText = (head: Uint8Array): SniffedFormat => {
  const from = startsWith(head, UTF8_BOM) ? UTF8_BOM.length : 0;
  const first = head.subarray(from).find((byte) => !isBlank(byte));
  if (first === undefined) return refused('E_EMPTY', 'the file holds no text at all');
  switch (String.fromCharCode(first)) {
    case '{':
      return { kind: 'format', format: 'jsonl' };
    case '[':
      return refused('E_FORMAT', 'the file looks like a JSON array; write one object a line');
    case '<':
      return refused('E_FORMAT', `the file looks like XML or HTML; ${allowed}`);
    default:
      return looksBinary(head)
        ? refused('E_FORMAT', `the file looks binary; ${allowed}`)
        : { kind: 'format', format: 'csv' };
  }
};

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

const judged = 512;

/** UTF-16 of Latin text is half NULs. A single NUL is a matter of its row. */
const looksWide = (head: Uint8Array): boolean => {
  const sample = head.subarray(0, judged);
  const zeros = sample.filter((byte) => byte === 0).length;
  return zeros >= 2 && zeros * 4 >= sample.length;
};

/** Text has hardly any control characters but blanks. */
const looksBinary = (head: Uint8Array): boolean => {
  const sample = head.subarray(0, judged);
  const controls = sample.filter((byte) => byte < 0x20 && !isBlank(byte)).length;
  return controls >= 2 && controls * 10 >= sample.length;
};
