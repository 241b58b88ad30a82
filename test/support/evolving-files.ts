import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { prepare } from '../../adapters/engine/prepare/index.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import { type DatasetDefinition, defineDataset } from '../../core/define-dataset.ts';
import type { Evolution } from '../../core/evolution/evolution.ts';
import { integer, text } from '../../core/fields/index.ts';
import { FileId } from '../../core/ids.ts';
import type { Format } from '../../core/landing/file-options.ts';
import { ident, list, literal } from '../../core/sql.ts';

/** Sales that files of any format hold, and that take differences as a test says. */
export const define = (evolution: Partial<Evolution>, more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: 'sales',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Sales whose files change.',
    fields: {
      id: integer(),
      size: integer({ optional: true, aliases: ['Size (EU)'] }),
      note: text({ optional: true }),
    },
    files: { formats: ['csv', 'jsonl', 'parquet', 'json', 'xml', 'avro', 'excel'], record: 'sale' },
    evolution,
    ...more,
  });

const dir = mkdtempSync(join(tmpdir(), 'evolution-'));
let runs = 0;
export const db = await (await DuckDBInstance.create(':memory:')).connect();

/** To be called when a file's tests are over; another's, of the same process, may come after. */
export const closeFiles = (): void => rmSync(dir, { recursive: true });

/** A place in a directory of its own. */
export const at = (name: string): string => {
  runs += 1;
  mkdirSync(join(dir, `${runs}`), { recursive: true });
  return join(dir, `${runs}`, name);
};
/** A landed file with these bytes. */
export const written = (content: string): string => {
  const path = at('landed');
  writeFileSync(path, content);
  return path;
};

/** Judges a file as the validate stage does. */
export const judge = async (
  path: string,
  format: Format,
  evolution: Partial<Evolution>,
  more: Partial<DatasetDefinition> = {},
) => {
  const dataset = define(evolution, more);
  const outDir = at('out');
  const prepared = await prepare({ path, format, dataset, outDir: at('prepared') });
  if (prepared.kind === 'refused') return prepared;
  return await validateFile({
    dataset,
    path: prepared.path,
    format: prepared.format,
    fileId: FileId.parse('0123456789abcdef0123456789abcdef'),
    runId: 'sales-run',
    outDir,
    threads: 1,
  });
};

/** What became of a file. */
export type Judged = Awaited<ReturnType<typeof judge>>;
export type Validated = Extract<Judged, { kind: 'validated' }>;

const rowsOf = async (paths: readonly string[]): Promise<Record<string, unknown>[]> => {
  if (paths.length === 0) return [];
  const from = `read_parquet([${list(paths.map(literal))}], union_by_name = true)`;
  const described = (await db.runAndReadAll(`DESCRIBE FROM ${from}`)).getRows();
  const texts = described.map(([name, type]) =>
    type === 'BLOB'
      ? `decode(${ident(String(name))}) AS ${ident(String(name))}`
      : ident(String(name)),
  );
  const sql = `SELECT ${list(texts)} FROM ${from}`;
  return (await db.runAndReadAll(sql)).getRowObjectsJson();
};

/** What the engine made of a file, read back from what it wrote. */
export const contents = async (found: Validated) => ({
  clean: await rowsOf(found.clean),
  rejects: await rowsOf(found.rejects === null ? [] : [found.rejects]),
  values: await rowsOf(found.values === null ? [] : [found.values]),
});

/** A verdict on a file in a few words. */
export const summary = (found: Judged) => {
  if (found.kind === 'refused') return `${found.code} ${found.detail}`;
  const { valid, rejected, evolved, setAside, drift } = found;
  return {
    ...{ valid, rejected, evolved, setAside },
    drift: drift.map(({ kind, column, rows }) => `${kind} ${column} ${rows}`),
  };
};
