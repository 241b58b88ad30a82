import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { inflate } from '../../adapters/engine/inflate.ts';
import { headBytes, recognise } from '../../adapters/engine/recognise.ts';
import { jsonSample, sampleRows } from '../../adapters/engine/sample.ts';
import { type CsvForm, csvForm, csvRows, csvSample } from '../../core/infer/csv-sample.ts';
import type { Sample } from '../../core/infer/sample.ts';
import { defaultFiles, type FileOptions, type Format } from '../../core/landing/file-options.ts';
import type { Compression } from '../../core/landing/sniff.ts';
import { ident, literal } from '../../core/sql.ts';
import { UserError } from '../console/errors.ts';
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
  if (format === 'jsonl') return jsonSample(raw);
  if (format !== 'csv') return undefined;
  const text = raw.map((line) => `${line}\n`).join('');
  const { delimiter, quote } = { ...defaultFiles, ...files };
  const rows = csvRows(text, { delimiter, quote: quote ?? NO_QUOTE }, raw.length);
  const { names } = sample;
  return { names, rows: rows.filter((row) => row.length === names.length) };
};

/** What a sample's file cannot say of itself. */
export type Asked = Partial<Pick<FileOptions, 'record' | 'path' | 'keyedBy' | 'sheet'>>;

/** Every format but fixed width, which shows no columns; which of them it is, the bytes say. */
const sampled: readonly Format[] = ['csv', 'jsonl', 'json', 'parquet', 'avro', 'excel', 'xml'];

const refuse = (path: string, detail: string): never => {
  throw new UserError({
    what: `${path}: ${detail}.`,
    allowed: 'CSV, JSON, Parquet, Avro, Excel and XML, also in gzip, zstd or zip.',
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
export const readSample = async (
  path: string,
  rowsMax: number,
  asked: Asked = {},
): Promise<ReadSample> => {
  const files: FileOptions = { ...defaultFiles, formats: sampled, ...asked };
  const found = recognise(await headOf(path), basename(path), { files });
  if (found.kind === 'refused') return refuse(path, found.detail);
  const { compression, format } = found.file;
  if (format === 'parquet' && compression === 'none') {
    return { sample: await parquetSample(path, rowsMax), format, files: {} };
  }
  const isStream = compression === 'none' || compression === 'gzip' || compression === 'zstd';
  if (!isStream || (format !== 'csv' && format !== 'jsonl')) {
    return await preparedSample({ path, compression, format, files, asked }, rowsMax);
  }
  const { bytes, isWhole } = await plainBytes(path, compression, SAMPLE_BYTES);
  return textSample(bytes, format, rowsMax, isWhole);
};

const textSample = (
  bytes: Buffer,
  format: 'csv' | 'jsonl',
  rowsMax: number,
  isWhole: boolean,
): ReadSample => {
  const { text, encoding } = decoded(bytes);
  const files = encoding === 'utf-8' ? {} : { encoding };
  if (format === 'jsonl') {
    const lines = text.split('\n').slice(0, isWhole ? undefined : -1);
    return { sample: jsonSample(lines.slice(0, rowsMax)), format, files };
  }
  const form = csvForm(text);
  const { header, ...sample } = csvSample(text, form, rowsMax, isWhole);
  const named = header ? {} : { header };
  return { sample, format, files: { ...files, ...formOptions(form), ...named } };
};

type Packed = {
  readonly path: string;
  readonly compression: Compression;
  readonly format: Format;
  readonly files: FileOptions;
  readonly asked: Asked;
};

/** The rows of a file that the engine unpacks and rewrites first. */
const preparedSample = async (packed: Packed, rowsMax: number): Promise<ReadSample> => {
  const { path, compression, files, asked } = packed;
  const dir = await mkdtemp(join(tmpdir(), 'headgate-sample-'));
  try {
    const plain = await inflate(createReadStream(path), compression, join(dir, 'plain'), files);
    if (plain.kind === 'refused') return refuse(path, plain.detail);
    const format = plain.format ?? packed.format;
    if (format === 'csv' || format === 'jsonl') {
      const { bytes, isWhole } = await plainBytes(plain.path, 'none', SAMPLE_BYTES);
      return textSample(bytes, format, rowsMax, isWhole);
    }
    if (format === 'fixed') return refuse(path, 'fixed width shows no columns');
    if (format === 'xml' && files.record === null) {
      return refuse(path, 'XML does not say which element is a row; name it with --record');
    }
    const outDir = join(dir, 'prepared');
    await mkdir(outDir);
    const request = { path: plain.path, format, options: { ...asked, formats: [format] }, outDir };
    const found = await sampleRows(request, rowsMax);
    if (found.kind === 'refused') return refuse(path, found.detail);
    return { sample: found.sample, format, files: asked };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
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
