import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { inflate } from '../../adapters/engine/inflate.ts';
import type { InflateLimits } from '../../adapters/engine/meters.ts';
import { type Prepared, prepare } from '../../adapters/engine/prepare/index.ts';
import { headBytes, recognise } from '../../adapters/engine/recognise.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import type { Dataset } from '../../core/dataset.ts';
import { FileId } from '../../core/ids.ts';
import type { Refused } from '../../core/landing/sniff.ts';
import { limits } from '../../core/limits.ts';
import { parquetFiles } from '../support/parquet-files.ts';

/** What became of one file on its way from landed bytes to judged rows. */
export type Outcome =
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  | {
      readonly kind: 'read';
      readonly rowsIn: number;
      readonly valid: number;
      /** Rows per reason: 'E_QUOTE', or 'E_TYPE qty' where a field is at fault. */
      readonly reasons: Readonly<Record<string, number>>;
      readonly framing: number;
      readonly missing: readonly string[];
      /** Raw bytes of the rejected rows, as latin1. */
      readonly raw: readonly string[];
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    };

type Given = { readonly key?: string; readonly caps?: Partial<InflateLimits> };

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_521) yield bytes.subarray(at, at + 65_521);
}

/**
 * The way of one landed object as the plan and validate functions take it, and the books that must
 * balance whatever was in it: no row and no byte is lost, and raw bytes stand where they are said
 * to stand.
 */
export const readLanded = async (
  bytes: Buffer,
  dataset: Dataset,
  { key = 'sales.csv', caps = {} }: Given = {},
): Promise<Outcome> => {
  const dir = mkdtempSync(join(tmpdir(), 'bad-input-'));
  try {
    return await read(bytes, dataset, dir, key, { ...limits, ...caps });
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/** The way of a landed object to a file that can be judged: recognised, inflated, as rows. */
export const preparedFile = async (
  bytes: Buffer,
  dataset: Dataset,
  dir: string,
  key: string,
  caps: InflateLimits = limits,
): Promise<Prepared | Refused> => {
  const found = recognise(bytes.subarray(0, headBytes), key, dataset);
  if (found.kind === 'refused') return found;
  const { compression } = found.file;
  const path = join(dir, 'rows');
  const plain = await inflate(pieces(bytes), compression, path, dataset.files, caps);
  if (plain.kind === 'refused') return plain;
  const format = plain.format ?? found.file.format;
  return await prepare({ path, format, dataset, outDir: join(dir, 'prepared') });
};

const read = async (
  bytes: Buffer,
  dataset: Dataset,
  dir: string,
  key: string,
  caps: InflateLimits,
): Promise<Outcome> => {
  const prepared = await preparedFile(bytes, dataset, dir, key, caps);
  if (prepared.kind === 'refused') return prepared;
  const judged = await validateFile({
    dataset,
    path: prepared.path,
    format: prepared.format,
    fileId: FileId.parse('0123456789abcdef0123456789abcdef'),
    runId: 'sales-run',
    outDir: join(dir, 'out'),
    threads: 1,
  });
  if (judged.kind === 'refused') return judged;
  const { rowsIn, valid, rejected, bytes: counted } = judged;
  expectBooks(rowsIn === valid + rejected, 'every row is valid or rejected');
  expectBooks(counted.rows + counted.framing === counted.total, 'every byte is counted');
  const rejects = await rowsOf(judged.rejects === null ? [] : [judged.rejects]);
  expectBooks(rejects.length === rejected, 'every rejected row is kept');
  const raw = rejects.map((row) => rawOf(row, readFileSync(prepared.path)));
  return {
    kind: 'read',
    rowsIn,
    valid,
    reasons: Object.fromEntries(
      judged.reasons.map(({ code, field, rows }) => [
        field === null ? code : `${code} ${field}`,
        rows,
      ]),
    ),
    framing: counted.framing,
    missing: judged.notes.missingColumns,
    raw,
    rows: await rowsOf(judged.clean),
  };
};

const expectBooks = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`the books do not balance: ${what}`);
};

/** The raw bytes of a rejected row, which must be those at its place in the file. */
const rawOf = (row: Readonly<Record<string, unknown>>, file: Buffer): string => {
  const [from, to] = [Number(row.byte_start), Number(row.byte_end)];
  const stop = Math.min(to, from + limits.rowBytesMax);
  const there = file.subarray(from, stop).toString('hex').toUpperCase();
  expectBooks(row.raw === there, `the raw bytes stand at ${from} to ${stop}`);
  return file.subarray(from, stop).toString('latin1');
};

const rowsOf = async (paths: readonly string[]): Promise<Readonly<Record<string, unknown>>[]> => {
  if (paths.length === 0) return [];
  const from = parquetFiles(paths);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const columns = (await connection.runAndReadAll(`DESCRIBE FROM ${from}`)).getRows();
    const hasRaw = columns.some(([name]) => name === 'raw');
    const list = hasRaw ? '* REPLACE (hex(raw) AS raw)' : '*';
    const found = await connection.runAndReadAll(`SELECT ${list} FROM ${from} ORDER BY _row`);
    return found.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
