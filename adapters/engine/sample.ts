import { open, readFile } from 'node:fs/promises';
import type { FileCode, Refusal } from '../../core/codes.ts';
import { defineDataset } from '../../core/define-dataset.ts';
import { text } from '../../core/fields/index.ts';
import { csvForm, csvSample } from '../../core/infer/csv-sample.ts';
import type { Sample } from '../../core/infer/sample.ts';
import { type Json, printJson, readJson } from '../../core/json/value.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import { literal } from '../../core/sql.ts';
import { openEngine } from './instance.ts';
import { type PreparedFormat, prepare } from './prepare/index.ts';

/** A look at a file that has no dataset yet. */
export type SampleRequest = {
  readonly path: string;
  readonly format: Exclude<Format, 'fixed'>;
  /** What cannot be seen in the file, such as which element of XML is a row. */
  readonly options: Partial<FileOptions>;
  /** Where rows that are no lines are written on the way. */
  readonly outDir: string;
};

/** The first rows of a file as texts under their names, or why there are none. */
export type Sampled =
  | { readonly kind: 'sampled'; readonly sample: Sample }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/** Bytes that a look reads of a file with lines. */
const LOOK_BYTES = 4 * 1024 * 1024;

/** Reads the first rows of a file of any format but fixed width, which shows no columns. */
export const sampleRows = async (request: SampleRequest, rowsMax: number): Promise<Sampled> => {
  const { path, format, options, outDir } = request;
  const dataset = defineDataset({
    name: 'sample',
    domain: 'samples',
    owner: 'nobody',
    description: 'Stands for the dataset that is still to be written.',
    fields: { sample: text() },
    files: options,
  });
  const prepared = await prepare({ path, format, dataset, outDir, rowsMax });
  if (prepared.kind === 'refused') return prepared;
  return { kind: 'sampled', sample: await readSample(prepared, outDir, rowsMax) };
};

type File = { readonly path: string; readonly format: PreparedFormat };

const readSample = async (file: File, outDir: string, rowsMax: number): Promise<Sample> => {
  if (file.format === 'parquet') {
    return jsonSample(await parquetLines(file.path, outDir, rowsMax));
  }
  const { head, whole } = await headOf(file.path);
  if (file.format === 'jsonl') {
    const lines = head.split('\n').filter((line) => line.trim() !== '');
    return jsonSample((whole ? lines : lines.slice(0, -1)).slice(0, rowsMax));
  }
  const { names, rows } = csvSample(head, csvForm(head), rowsMax, whole);
  return { names, rows };
};

const headOf = async (path: string): Promise<{ head: string; whole: boolean }> => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, LOOK_BYTES)), 0);
    const head = buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
    return { head, whole: bytesRead === size };
  } finally {
    await file.close();
  }
};

/** Parquet's rows as lines of JSON, each value in the text that DuckDB gives it. */
const parquetLines = async (path: string, outDir: string, rowsMax: number): Promise<string[]> => {
  const engine = await openEngine({ workDir: outDir, inputs: [path] });
  const target = `${outDir}/sample.jsonl`;
  try {
    const rows = `SELECT COLUMNS(*)::VARCHAR FROM read_parquet(${literal(path)}) LIMIT ${rowsMax}`;
    await engine.run(`COPY (${rows}) TO ${literal(target)} (FORMAT json)`);
    const lines = await readFile(target, 'utf8');
    return lines.split('\n').filter((line) => line !== '');
  } finally {
    engine.close();
  }
};

/** Objects as columns, in the order in which their names first come; other lines tell nothing. */
export const jsonSample = (lines: readonly string[]): Sample => {
  const objects = lines.flatMap((line) => {
    const found = readJson(line);
    return found.ok && found.json.kind === 'object' ? [found.json.members] : [];
  });
  const names = [...new Set(objects.flatMap((members) => [...members.keys()]))];
  const rows = objects.map((members) => names.map((name) => cellOf(members.get(name))));
  return { names, rows };
};

const cellOf = (json: Json | undefined): string | null => {
  if (json === undefined || json.kind === 'null') return null;
  return json.kind === 'string' || json.kind === 'literal' ? json.text : printJson(json);
};
