import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processFile } from '../../adapters/engine/process.ts';
import type { Case, CaseRow } from '../../core/cases/case.ts';
import { naturalOf } from '../../core/cases/natural.ts';
import { caseSalt, type Outcome } from '../../core/cases/run-case.ts';
import { knownColumns, type Lookup } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { defaultFiles } from '../../core/landing/file-options.ts';
import { literal } from '../../core/sql.ts';
import { db, plain } from '../set-engine.ts';

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/**
 * The rows as a CSV file with every text quoted: nothing of a text is framing. A missing value is a
 * cell with nothing in it; alone in its row it would be a blank line.
 */
const writeCsv = (path: string, dataset: Dataset, rows: readonly CaseRow[]): string => {
  const names = Object.keys(dataset.fields);
  const missing = names.length === 1 ? quoted('') : '';
  const cell = (text: string | null | undefined): string =>
    text === null || text === undefined ? missing : quoted(text);
  const lines = rows.map((row) => names.map((name) => cell(row[name])).join(','));
  writeFileSync(path, [names.join(','), ...lines, ''].join('\n'));
  return path;
};

/** The same dataset fed with plain CSV, whatever format its senders use. */
const asCsv = (dataset: Dataset): Dataset => ({ ...dataset, files: defaultFiles });

/** Runs a case through the files of the pipeline: CSV in, Parquet out, DuckDB between. */
export const runInSetEngine = async (
  dataset: Dataset,
  lookup: Lookup,
  { rows, partners }: Case,
  work: string,
): Promise<Outcome> => {
  const csvLookup: Lookup = (name) => {
    const found = lookup(name);
    return found && asCsv(found);
  };
  const referenceFiles: Record<string, string> = {};
  for (const [name, given] of Object.entries(partners ?? {})) {
    const other = lookup(name);
    if (other === undefined) throw new Error(`no dataset ${name}`);
    referenceFiles[name] = writeCsv(join(work, `${name}.csv`), other, given);
  }
  const outDir = join(work, 'out');
  const processed = await processFile({
    dataset: asCsv(dataset),
    lookup: csvLookup,
    path: writeCsv(join(work, 'rows.csv'), dataset, rows),
    outDir,
    referenceFiles,
    threads: 1,
    salt: caseSalt,
  });
  if (processed.kind === 'refused') throw new Error(processed.detail);
  return {
    published: await publishedIn(outDir, dataset, lookup),
    rejected: [...(await rejectedIn(outDir)), ...(await duplicatesIn(outDir))].sort(
      (a, b) => a.row - b.row,
    ),
    score: processed.metrics.quality.score,
  };
};

const publishedIn = async (outDir: string, dataset: Dataset, lookup: Lookup) => {
  const files = globSync(join(outDir, 'curated/**/*.parquet'));
  if (files.length === 0) return [];
  const paths = `[${files.map(literal).join(', ')}]`;
  const reader = await db.runAndReadAll(
    `FROM read_parquet(${paths}, hive_partitioning = false) ORDER BY _row`,
  );
  const columns = knownColumns(dataset, lookup);
  return reader.getRowObjects().map((row) => ({
    row: Number(row._row),
    values: Object.fromEntries(
      columns.map(({ name, type }) => [name, naturalOf(plain(row[name]), type)]),
    ),
  }));
};

/** Rows rejected by the validate stage, and by the rules over several rows. */
const rejectedIn = async (outDir: string) => {
  const paths = globSync(join(outDir, '{rejects,barred-*}.parquet'));
  const found: { row: number; reasons: string[] }[] = [];
  for (const path of paths) {
    const reader = await db.runAndReadAll(
      `SELECT _row, [r.code || coalesce(' ' || r.field, '') FOR r IN reasons] AS reasons
       FROM ${literal(path)}`,
    );
    for (const { _row, reasons } of reader.getRowObjectsJson()) {
      found.push({ row: Number(_row), reasons: Array.isArray(reasons) ? reasons.map(String) : [] });
    }
  }
  return found;
};

const duplicatesIn = async (outDir: string) => {
  const path = join(outDir, 'duplicates.parquet');
  if (!existsSync(path)) return [];
  const reader = await db.runAndReadAll(`SELECT _row, code FROM ${literal(path)}`);
  return reader
    .getRowObjectsJson()
    .map(({ _row, code }) => ({ row: Number(_row), reasons: [String(code)] }));
};
