import type { Inflated } from '../../adapters/engine/inflate.ts';
import type { Prepared } from '../../adapters/engine/prepare/index.ts';
import type { PreparedLines } from '../../adapters/engine/prepare/lines.ts';
import { recognise } from '../../adapters/engine/recognise.ts';
import type { Transformed, TransformRequest } from '../../adapters/engine/transform.ts';
import type { Validated, ValidateRequest } from '../../adapters/engine/types.ts';
import type { Dataset } from '../../core/dataset.ts';
import { PermanentError, ResourceError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { ContentId } from '../../core/ids.ts';
import type { Compression } from '../../core/landing/sniff.ts';
import type { Kernel, Worker } from './kernel.ts';

/** A row as the simulated files have it: `<id>,<amount>`. */
export type Row = {
  readonly id: string;
  readonly amount: number;
  readonly _file: string;
  readonly _row: number;
};

/** What lies on the disk of one worker, by path. */
export type Disk = Map<string, Buffer>;

/** The line that kills whoever reads it. */
export const POISON = 'POISON';

/** Begins rows that are too large for a small worker: it dies of them or says that it is full. */
export const HEAVY = 'heavy';

const readJson = (disk: Disk, path: string): Row[] => {
  const bytes = disk.get(path);
  if (bytes === undefined) throw new PermanentError(`no file ${path} on this disk`);
  return JSON.parse(bytes.toString('utf8'));
};

const isValid = (line: string): boolean => /^[a-z]\w*,\d+$/.test(line);

/** A line of JSON as the row that it is; any other as it stands. */
const rowOf = (line: string): string => {
  if (!line.startsWith('{')) return line;
  const { id, amount } = JSON.parse(line);
  return `${id},${amount}`;
};

/** A line of a stream as the line of its record, be it a row or none. */
const payloadOf = (line: string): string => {
  const { record, bytes } = JSON.parse(line);
  if (record === undefined) return Buffer.from(bytes, 'base64').toString('utf8');
  return JSON.stringify(record);
};

/**
 * A small engine in place of DuckDB, which is native and cannot be scheduled: the differential
 * tests hold the real one to its contract. It writes its files in an order that nobody promises, as
 * an engine with threads does.
 */
export const engineOf = (kernel: Kernel, worker: Worker, disk: Disk) => {
  const shuffled = <T>(all: readonly T[]): T[] =>
    [...all]
      .map((one) => ({ one, luck: kernel.random.next() }))
      .sort((a, b) => a.luck - b.luck)
      .map(({ one }) => one);

  /** Rows in two files; which of them is the first differs from call to call. */
  const written = (rows: readonly Row[], dir: string, name: string): string[] => {
    const even = rows.filter(({ _row }) => _row % 2 === 0);
    const odd = rows.filter(({ _row }) => _row % 2 === 1);
    return shuffled([even, odd])
      .filter((part) => part.length > 0)
      .map((part, index) => {
        const path = `${dir}/${name}-${index}`;
        disk.set(path, Buffer.from(JSON.stringify(part)));
        return path;
      });
  };

  const inflate = async (
    stream: AsyncIterable<Uint8Array>,
    _compression: Compression,
    path: string,
  ): Promise<Inflated> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    disk.set(path, bytes);
    const contentId = ContentId.parse(sha256(bytes.toString('utf8')));
    const { length } = bytes;
    return { kind: 'file', path, format: null, contentId, landedBytes: length, bytes: length };
  };

  const prepare = async ({ path }: { path: string }): Promise<Prepared> => ({
    ...{ kind: 'prepared', path, format: 'csv' },
  });

  const validateFile = async (request: ValidateRequest): Promise<Validated> => {
    const { path, fileId, outDir } = request;
    const text = disk.get(path)?.toString('utf8') ?? '';
    if (text.includes(POISON)) return await die();
    await bear(text);
    const lines = text.split('\n').filter((line) => line !== '');
    const rows: Row[] = [];
    const rejected: { _row: number; raw: string }[] = [];
    for (const [index, line] of lines.entries()) {
      const row = rowOf(line);
      const [id = '', amount = ''] = row.split(',');
      if (isValid(row)) rows.push({ id, amount: Number(amount), _file: fileId, _row: index + 1 });
      else rejected.push({ _row: index + 1, raw: line });
    }
    const rejects = rejected.length === 0 ? null : `${outDir}/rejects`;
    if (rejects !== null) disk.set(rejects, Buffer.from(JSON.stringify(rejected)));
    const rowBytes = lines.join('').length;
    return {
      kind: 'validated',
      rowsIn: lines.length,
      valid: rows.length,
      rejected: rejected.length,
      wellFormed: lines.length,
      nonEmpty: { id: lines.length, amount: lines.length },
      reasons:
        rejected.length === 0 ? [] : [{ code: 'E_TYPE', field: 'amount', rows: rejected.length }],
      warnings: [],
      warned: 0,
      bytes: { total: text.length, rows: rowBytes, framing: text.length - rowBytes },
      clean: written(rows, outDir, 'clean'),
      rejects,
      evolved: [],
      setAside: 0,
      values: null,
      drift: [],
      notes: { unknownColumns: {}, missingColumns: [] },
    };
  };

  const transformRun = async (request: TransformRequest): Promise<Transformed> => {
    const { clean, outDir } = request;
    const seen = new Set<string>();
    const kept: Row[] = [];
    const doubled: Row[] = [];
    await bear(clean.flatMap(({ paths }) => paths.map((path) => `${disk.get(path)}`)).join());
    const perFile = clean.map(({ fileId, paths }) => {
      const rows = paths.flatMap((path) => readJson(disk, path)).sort((a, b) => a._row - b._row);
      const fresh = rows.filter(({ id }) => !seen.has(id) && seen.add(id));
      kept.push(...fresh);
      doubled.push(...rows.filter((row) => !fresh.includes(row)));
      const deduplicated = rows.length - fresh.length;
      return { fileId, published: fresh.length, deduplicated, barred: 0 };
    });
    const duplicatesPath = doubled.length === 0 ? null : `${outDir}/duplicates`;
    if (duplicatesPath !== null) disk.set(duplicatesPath, Buffer.from(JSON.stringify(doubled)));
    const files = written(kept, outDir, 'curated').map((path) => ({
      path,
      stats: {
        filename: path,
        count: String(readJson(disk, path).length),
        file_size_bytes: String(disk.get(path)?.length ?? 0),
        column_statistics: [],
        partition_keys: null,
      },
      boundsFor: () => true,
    }));
    const nothing = { profile: null, facts: undefined, setRules: undefined, unmatched: {} };
    return { ...nothing, perFile, files, duplicatesPath, rows: kept.length };
  };

  const die = (): Promise<never> => {
    kernel.kill(worker);
    return new Promise(() => undefined);
  };

  /** Lets a large worker go on; a small one has no room for heavy rows. */
  const bear = async (rows: string): Promise<void> => {
    if (worker.name.startsWith('large') || !rows.includes(HEAVY)) return;
    if (kernel.random.chance(0.5)) throw new ResourceError('the disk of the worker is full');
    await die();
  };

  const mendFile = async (): Promise<never> => {
    throw new PermanentError('nothing is mended here');
  };

  const look = (head: Buffer, key: string, dataset: Dataset) => recognise(head, key, dataset);
  const streamRows = async ({ path }: { path: string }): Promise<PreparedLines> => {
    const lines = (disk.get(path)?.toString('utf8') ?? '').split('\n').slice(0, -1);
    disk.set(path, Buffer.from(`${lines.map(payloadOf).join('\n')}\n`));
    return { kind: 'prepared', path, format: 'jsonl' };
  };

  return { inflate, prepare, streamRows, mendFile, validateFile, transformRun, recognise: look };
};
