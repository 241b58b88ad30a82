/** The formats a file may have, once decompressed and taken out of its archive. */
export const formats = [
  'csv',
  'fixed',
  'jsonl',
  'json',
  'parquet',
  'avro',
  'excel',
  'xml',
] as const;
export type Format = (typeof formats)[number];

/** `auto`: UTF-8, or UTF-16 where a byte order mark says so. Nothing else is ever guessed. */
export const encodings = [
  'auto',
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-15',
] as const;
export type Encoding = (typeof encodings)[number];

/** How the files of a dataset are read; every format asks only for what concerns it. */
export type FileOptions = {
  /** @default csv, jsonl and parquet: the three that need no further word */
  readonly formats: readonly Format[];
  /** CSV: separator, one ASCII character; a tab makes it TSV. @default ',' */
  readonly delimiter: string;
  /** CSV: the mark around texts; null: there is none, and every mark is text. @default '"' */
  readonly quote: '"' | "'" | null;
  /**
   * CSV: a stray quote rejects its row with E_QUOTE. False: it is part of the text, and a quoted
   * field ends only where a separator or line end follows its quote. @default true
   */
  readonly strictQuotes: boolean;
  /** CSV and Excel: false: there is no header, and the columns are the fields. @default true */
  readonly header: boolean;
  /**
   * Text formats. As in browsers, iso-8859-1 is read as windows-1252, which holds more. @default
   * 'auto'
   */
  readonly encoding: Encoding;
  /**
   * Fixed width: first code point (from 0) and length of each field; what no field covers is
   * filling. @default none
   */
  readonly columns: Readonly<Record<string, { readonly at: number; readonly length: number }>>;
  /** JSON: names of the objects that lead to the rows, outermost first. @default the whole file */
  readonly path: readonly string[];
  /** JSON: the rows are an object's values; this field is its keys. @default null: an array */
  readonly keyedBy: string | null;
  /** XML: name of the element that is a row; its attributes and child elements are fields. */
  readonly record: string | null;
  /** Excel: the sheet. @default null: the first */
  readonly sheet: string | null;
  /** A file without any text: published as no rows, or refused with E_EMPTY. @default false */
  readonly allowEmpty: boolean;
};

/** What a dataset says nothing of. */
export const defaultFiles: FileOptions = {
  formats: ['csv', 'jsonl', 'parquet'],
  delimiter: ',',
  quote: '"',
  strictQuotes: true,
  header: true,
  encoding: 'auto',
  columns: {},
  path: [],
  keyedBy: null,
  record: null,
  sheet: null,
  allowEmpty: false,
};
