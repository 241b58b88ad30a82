import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { headBytes, recognise } from '../../adapters/engine/recognise.ts';
import { type CsvForm, csvForm, csvRows, csvSample } from '../../core/infer/csv-sample.ts';
import type { Sample } from '../../core/infer/sample.ts';
import { defaultFiles, type FileOptions, type Format } from '../../core/landing/file-options.ts';
import { ident, literal } from '../../core/sql.ts';
import { UserError } from '../console/errors.ts';
import { jsonSample } from './json-sample.ts';
import { plainBytes } from './plain-bytes.ts';

/** What is read of a file at most; the whole file is judged afterwards. */
export const SAMPLE_BYTES = 16 * 1024 * 1024;

/** A sample with how its file is read. */
export type ReadSample = {
  readonly sample: Sample;
  readonly format: Format;
  /** Only what differs from the defaults. */
  readonly files: Partial<FileOptions>;
};

/** No text has it: such a row is rejected for its form. */
const NO_QUOTE = '\0';

/**
 * Rows that the engine rejected, read as those of the sample were, by options that may be others by
 * now; undefined where they cannot be read.
 */
export const rejectedSample = (
  { format, sample }: ReadSample,
  files: Partial<FileOptions>,
  raw: readonly string[],
): Sample | undefined => {
  const text = raw.map((line) => `${line}\n`).join('');
  if (format === 'jsonl') return jsonSample(text, raw.length, true);
  if (format !== 'csv') return undefined;
  const { delimiter, quote } = { ...defaultFiles, ...files };
  const rows = csvRows(text, { delimiter, quote: quote ?? NO_QUOTE }, raw.length);
  const { names } = sample;
  return { names, rows: rows.filter((row) => row.length === names.length) };
};

/** The three formats that need no further word; which of them it is, the bytes say. */
const sampled: FileOptions = { ...defaultFiles, formats: ['csv', 'jsonl', 'parquet'] };

const refuse = (path: string, detail: string): never => {
  throw new UserError({
    what: `${path}: ${detail}.`,
    allowed: 'CSV, JSON Lines and Parquet, also compressed with gzip or zstd.',
    next: 'Convert it, or write the dataset by hand: docs/datasets.md.',
  });
};

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path).catch(() => refuse(path, 'it cannot be read'));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Reads the first rows of a file, by its bytes and not by its name. */
export const readSample = async (path: string, rowsMax: number): Promise<ReadSample> => {
  const found = recognise(await headOf(path), basename(path), { files: sampled });
  if (found.kind === 'refused') return refuse(path, found.detail);
  const { compression, format } = found.file;
  if (format === 'parquet') {
    if (compression !== 'none') return refuse(path, 'compressed Parquet is not sampled');
    return { sample: await parquetSample(path, rowsMax), format, files: {} };
  }
  if (compression !== 'none' && compression !== 'gzip' && compression !== 'zstd') {
    return refuse(path, `${compression} is not sampled`);
  }
  const { bytes, isWhole } = await plainBytes(path, compression, SAMPLE_BYTES);
  const { text, encoding } = decoded(bytes);
  const files = encoding === 'utf-8' ? {} : { encoding };
  if (format === 'jsonl') return { sample: jsonSample(text, rowsMax, isWhole), format, files };
  if (format !== 'csv') return refuse(path, `${format} is not sampled yet`);
  const form = csvForm(text);
  const { header, ...sample } = csvSample(text, form, rowsMax, isWhole);
  const named = header ? {} : { header };
  return { sample, format, files: { ...files, ...formOptions(form), ...named } };
};

const formOptions = ({ delimiter, quote }: CsvForm): Partial<FileOptions> => ({
  ...(delimiter === defaultFiles.delimiter ? {} : { delimiter }),
  ...(quote === defaultFiles.quote ? {} : { quote }),
});

/** UTF-8 where the bytes are; else the code page of western Windows, which is said as a guess. */
const decoded = (bytes: Buffer): { text: string; encoding: 'utf-8' | 'windows-1252' } => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    // A sample may end inside of a character, or hold a few broken rows.
    const loose = new TextDecoder('utf-8').decode(bytes);
    const broken = loose.split('\ufffd').length - 1;
    const accents = loose.match(/[\u0080-\ufffc]/g)?.length ?? 0;
    if (broken <= 1 || accents > broken) return { text: loose, encoding: 'utf-8' };
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
};

const INSTANT = /^TIMESTAMP/;
const ISO = "'%Y-%m-%dT%H:%M:%S.%fZ'";

/** Columns as the texts that the engine judges: instants in UTC, all else as DuckDB writes it. */
const parquetSample = async (path: string, rowsMax: number): Promise<Sample> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const from = `read_parquet(${literal(path)})`;
    const described = await connection.runAndReadAll(`DESCRIBE FROM ${from}`);
    const columns = described.getRows().map(([name, type]) => ({
      name: String(name),
      sql: INSTANT.test(String(type))
        ? `strftime(make_timestamp(epoch_us(${ident(String(name))})), ${ISO})`
        : `${ident(String(name))}::VARCHAR`,
    }));
    const select = columns.map(({ sql }) => sql).join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${select} FROM ${from} LIMIT ${rowsMax}`);
    return {
      names: columns.map(({ name }) => name),
      rows: reader.getRows().map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
