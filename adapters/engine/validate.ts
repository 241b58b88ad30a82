import { closeSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { limits } from '../../core/limits.ts';
import { CopyRow } from '../../core/load/parquet.ts';
import { compileRow } from '../../core/validate/compile-row.ts';
import { Counts, copiedCounts, rejectReasons } from './counts.ts';
import { cutColumns, cutRejected, cutRows } from './cut.ts';
import { feed, type Sink, writeFileOf } from './feed.ts';
import { type Engine, openEngine } from './instance.ts';
import { type RowSet, rowsIn } from './row-set.ts';
import {
  CUT_LINE_BYTES_MAX,
  cleanCopySql,
  type RowContext,
  rejectedCellsSql,
  rejectsCopySql,
  scanSql,
  texts,
} from './row-sql.ts';
import { csvSource, jsonSource, type Source } from './sources.ts';
import type { Framing, Validated, ValidateRequest } from './types.ts';
import { validateParquet } from './validate-parquet.ts';

const FRAMING: Framing = { chunk: 1 << 20, rowBytesMax: limits.rowBytesMax };

/**
 * Judges every row of a file: valid rows become typed Parquet, rejected rows keep their bytes and
 * every reason. No row is lost: what does not add up is thrown, not reported.
 */
export const validateFile = async (request: ValidateRequest): Promise<Validated> => {
  const { path, format, dataset } = request;
  if (format === 'parquet') return await validateParquet(request);
  const fd = openSync(path, 'r');
  try {
    const open = format === 'csv' ? csvSource : jsonSource;
    const source = open(fd, dataset, request.framing ?? FRAMING);
    return source.kind === 'refused' ? source : await judge(request, source);
  } finally {
    closeSync(fd);
  }
};

type Work = RowContext & {
  readonly engine: Engine;
  readonly source: Source;
  readonly file: (name: string) => string;
};

const judge = async (request: ValidateRequest, source: Source): Promise<Validated> => {
  const { dataset, fileId, runId, outDir } = request;
  await mkdir(outDir, { recursive: true });
  const row = compileRow(dataset);
  const engine = await openEngine({
    workDir: outDir,
    threads: request.threads,
    memoryLimit: request.memoryLimit,
    optimizersOff: ['filter_pushdown'],
    setup: row.setup,
  });
  try {
    const file = (name: string): string => join(outDir, name);
    return await judgeRows({ engine, source, file, dataset, row, fileId, runId });
  } finally {
    engine.close();
  }
};

const judgeRows = async (work: Work): Promise<Validated> => {
  const { engine, source, file } = work;
  const cleanPath = file('clean.parquet');
  const passed = await writeClean(work, cleanPath);
  if (passed.kind === 'refused') return passed;
  const { rows, bytes, valid, nonEmpty } = passed;
  assert(bytes.rows + bytes.framing === bytes.total, 'every byte is a row’s or framing');
  const accepted = await rowsIn(engine, cleanPath, rows);
  assert(accepted.size === valid, 'each valid row has a number of its own');
  const rejected = rows - valid;
  const refused = rejected === 0 ? undefined : await writeRejects(work, accepted, rows);
  if (valid === 0) await rm(cleanPath);
  return {
    kind: 'validated',
    rowsIn: rows,
    valid,
    rejected,
    wellFormed: valid + (refused?.readable ?? 0),
    nonEmpty: Object.fromEntries(
      work.row.fields.map((name) => [name, (nonEmpty[name] ?? 0) + (refused?.nonEmpty[name] ?? 0)]),
    ),
    reasons: refused?.reasons ?? [],
    bytes,
    clean: valid === 0 ? null : cleanPath,
    rejects: refused?.path ?? null,
    notes: source.notes(),
  };
};

/** The fast pass: what is counted while the rows go by, and what DuckDB wrote of them. */
const writeClean = async (work: Work, path: string) => {
  const { engine, source, file } = work;
  let rows = 0;
  let rowBytes = 0;
  let framing = source.leadBytes;
  const pipe = file('rows.csv');
  const write = async (sink: Sink): Promise<void> => {
    for (const batch of source.numbered()) {
      rows = batch.firstRow - 1 + batch.rows;
      rowBytes += batch.rowBytes;
      framing += batch.framingBytes;
      if (rows > limits.rowsPerFileMax) return;
      await sink(batch.numbered);
    }
  };
  const scan = scanSql({
    path: pipe,
    separator: source.separator,
    columns: texts(['_row', ...source.columns]),
    dataset: work.dataset,
  });
  const read = () => engine.rows(cleanCopySql(work, scan, path));
  const copied = z.array(CopyRow).parse(await feed({ path: pipe, write, read }));
  if (rows > limits.rowsPerFileMax) {
    const detail = `more than ${limits.rowsPerFileMax} rows, the limit`;
    return { kind: 'refused', code: 'E_SIZE', detail } as const;
  }
  return {
    kind: 'written',
    rows,
    bytes: { total: source.totalBytes, rows: rowBytes, framing },
    ...copiedCounts(copied, work.row.fields),
  } as const;
};

/** The slow pass, over the rows that are not in clean: every reason of each of them. */
const writeRejects = async (work: Work, accepted: RowSet, rows: number) => {
  const { engine, source, file, row, dataset } = work;
  const cutPath = file('rejected.csv');
  const path = file('rejects.parquet');
  let cut = { rows: 0, cut: 0 };
  const scan = scanSql({
    path: cutPath,
    separator: source.separator,
    columns: cutColumns(source),
    dataset,
    lineBytesMax: CUT_LINE_BYTES_MAX,
  });
  await writeFileOf(cutPath, async (sink) => {
    cut = await cutRows(source, accepted, sink);
  });
  await engine.run(rejectsCopySql(work, cutRejected, scan, path));
  const [cells] = z.array(Counts).parse(await engine.rows(rejectedCellsSql(row, '_fault', scan)));
  await rm(cutPath);
  assert(cut.rows === rows, 'the file has as many rows in the second look as in the first');
  assert(cells?._rows === cut.cut, 'the slow pass read every row that was cut out');
  const reasons = await rejectReasons(engine, path, rows - accepted.size);
  return { path, readable: cells._readable ?? 0, nonEmpty: cells, reasons };
};
