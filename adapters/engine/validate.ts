import { closeSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import type { ValidatedFile } from '../../core/documents.ts';
import { type ColumnsRefused, decideColumns } from '../../core/evolution/columns.ts';
import { declaredIn } from '../../core/evolution/evolved.ts';
import { typesFault } from '../../core/evolution/types.ts';
import { limits } from '../../core/limits.ts';
import { CopyRow } from '../../core/load/parquet.ts';
import { isMendable } from '../../core/replay/mend.ts';
import { addedBytes, type MendedRange } from '../../core/replay/mended-ranges.ts';
import { compileRow } from '../../core/validate/compile-row.ts';
import { cleanColumns, settleColumns } from './aside.ts';
import { Counts, copiedCounts, rejectReasons, warningCounts } from './counts.ts';
import { cutColumns, cutRejected, cutRows } from './cut.ts';
import { feed, type Sink, writeFileOf } from './feed.ts';
import type { Batch } from './frames.ts';
import { type Engine, openEngine } from './instance.ts';
import { openSource } from './open-source.ts';
import { type ColumnProgram, programOf } from './plain/program.ts';
import { openWalk } from './plain/walk.ts';
import { type RowSet, rowsIn, rowsOfAll } from './row-set.ts';
import {
  CUT_LINE_BYTES_MAX,
  cleanCopySql,
  type RowContext,
  rejectedCellsSql,
  rejectsCopySql,
  scanSql,
  texts,
} from './row-sql.ts';
import type { Source } from './sources.ts';
import type { Validated, ValidateRequest } from './types.ts';
import { validateParquet } from './validate-parquet.ts';

/** Below it a second thread would have started when the first one is done. */
const WALK_ALONE_BYTES = 16 << 20;
/**
 * Judges every row of a file: valid rows become typed Parquet, rejected rows keep their bytes and
 * every reason. No row is lost: what does not add up is thrown, not reported.
 */
export const validateFile = async (request: ValidateRequest): Promise<Validated> => {
  const { path, format, dataset } = request;
  if (format === 'parquet') return await validateParquet(request);
  const fd = openSync(path, 'r');
  try {
    assert(isMendable(format), `${format} is read as a text by rows`);
    const source = openSource(fd, dataset, format, request.framing);
    if (source.kind === 'refused') return source;
    const judged = await judge(request, source);
    return judged.kind === 'refused' ? judged : ofOriginal(judged, request.mended ?? []);
  } finally {
    closeSync(fd);
  }
};

/** Bytes are accounted for as they landed, whatever stands in their place. */
const ofOriginal = (
  judged: Extract<Validated, { kind: 'validated' }>,
  mended: readonly MendedRange[],
): Validated => {
  const { total, rows, framing } = judged.bytes;
  const added = addedBytes(mended);
  return { ...judged, bytes: { total: total - added, rows: rows - added, framing } };
};

type Work = RowContext & {
  readonly mended: readonly MendedRange[];
  readonly engine: Engine;
  readonly source: Source;
  readonly file: (name: string) => string;
  /** Of the walk. */
  readonly threads: number;
};

const judge = async (request: ValidateRequest, source: Source): Promise<Validated> => {
  const { fileId, runId, outDir, mended = [] } = request;
  const { dataset } = source.plan;
  await mkdir(outDir, { recursive: true });
  const row = compileRow(dataset, source.plan);
  const engine = await openEngine({
    workDir: outDir,
    threads: request.threads,
    memoryLimit: request.memoryLimit,
    optimizersOff: ['filter_pushdown'],
    setup: row.setup,
  });
  try {
    const file = (name: string): string => join(outDir, name);
    const isSmall = source.totalBytes < (request.walkAloneBytes ?? WALK_ALONE_BYTES);
    const threads = isSmall ? 1 : (request.threads ?? availableParallelism());
    const ids = { fileId, runId, threads };
    return await judgeRows({ engine, source, file, dataset, row, mended, ...ids });
  } finally {
    engine.close();
  }
};

const judgeRows = async (work: Work): Promise<Validated> => {
  const { engine, source } = work;
  const { missing } = source.plan;
  // The walk knows of no column that should be there and is not.
  const programs = missing.length > 0 ? undefined : programOf(work.dataset, source.columns);
  const passed = await (programs === undefined ? writeClean(work) : writePlain(work, programs));
  if (passed.kind === 'refused') return passed;
  const late = lateFault(work);
  if (late !== undefined) return late;
  const { rows, bytes, valid, nonEmpty, accepted, clean } = passed;
  assert(bytes.rows + bytes.framing === bytes.total, 'every byte is a row’s or framing');
  assert(accepted.size === valid, 'each valid row has a number of its own');
  const rejected = rows - valid;
  const refused = rejected === 0 ? undefined : await writeRejects(work, accepted, rows);
  const reasons = refused?.reasons ?? [];
  const fault = typesFault(work.dataset, reasons);
  if (fault !== undefined) return fault;
  const judged = { rowsIn: rows, filled: nonEmpty, reasons, clean };
  return {
    kind: 'validated',
    rowsIn: rows,
    valid,
    rejected,
    wellFormed: valid + (refused?.readable ?? 0),
    nonEmpty: Object.fromEntries(
      declaredIn(work.dataset).map((name) => [
        name,
        (nonEmpty[name] ?? 0) + (refused?.nonEmpty[name] ?? 0),
      ]),
    ),
    reasons,
    ...(await warningCounts(engine, work.row, clean)),
    ...(await settleColumns(engine, work, source.plan, judged, work.file('values.parquet'))),
    bytes,
    clean,
    rejects: refused?.path ?? null,
    notes: source.notes(),
  };
};

/** In formats whose rows name their own keys, a frozen contract is broken by any row. */
const lateFault = ({ dataset, source }: Work): ColumnsRefused | undefined => {
  const { unknownColumns: rows } = source.notes();
  const unknown = Object.keys(rows);
  if (unknown.length === 0) return undefined;
  assert(dataset.evolution.newColumns === 'freeze', 'every key that is no field has cells');
  const decided = decideColumns(dataset, { unknown, missing: [], rows });
  return decided.kind === 'refused' ? decided : undefined;
};

/** What a pass over all rows counted, and which of them are valid. */
type Passed = {
  readonly kind: 'passed';
  readonly rows: number;
  readonly bytes: ValidatedFile['bytes'];
  readonly valid: number;
  readonly nonEmpty: Readonly<Record<string, number>>;
  readonly accepted: RowSet;
  /** Files with rows in them. */
  readonly clean: readonly string[];
};

/** The set engine's fast form over every row, which it reads while the framer writes. */
const writeClean = async (work: Work): Promise<Passed | TooManyRows> => {
  const pipe = work.file('rows.csv');
  const path = work.file('clean.parquet');
  const counter = rowCounter(work.source);
  const write = async (sink: Sink): Promise<void> => {
    for (const batch of work.source.numbered()) {
      if (!counter.count(batch)) return;
      await sink(batch.numbered);
    }
  };
  const read = () => copyClean(work, [pipe], path);
  const copied = await feed({ path: pipe, write, read });
  if (counter.refused()) return tooManyRows;
  return { ...counter.counted(), ...(await cleanOf(work, path, copied, counter.rows())) };
};

/** Plain rows are typed as they are framed; only the rest needs the set engine. */
const writePlain = async (
  work: Work,
  programs: readonly ColumnProgram[],
): Promise<Passed | TooManyRows> => {
  const { source, file, fileId, runId, threads } = work;
  const counter = rowCounter(source);
  const { separator, rowBytesMax, totalBytes } = source;
  const bounds = { rowBytesMax, totalBytes };
  const walk = openWalk({ file, programs, separator, ...bounds, fileId, runId, threads });
  try {
    for (const batch of source.numbered()) {
      if (!counter.count(batch)) return tooManyRows;
      await walk.take(batch.numbered);
    }
    const { rows, nulls, clean, rest } = await walk.end();
    const filled = [...nulls].map(([name, missing]) => [name, rows.size - missing]);
    const own = {
      ...counter.counted(),
      valid: rows.size,
      nonEmpty: Object.fromEntries(filled),
      accepted: rows,
      clean,
    };
    return rest.length === 0 ? own : withRest(work, own, rest);
  } finally {
    await walk.stop();
  }
};

/** The rows that the walk left, judged by the set engine. */
const withRest = async (work: Work, own: Passed, rest: readonly string[]): Promise<Passed> => {
  const path = work.file('clean.parquet');
  const copied = await copyClean(work, rest, path);
  for (const each of rest) await rm(each);
  const other = await cleanOf(work, path, copied, own.rows);
  return {
    ...own,
    valid: own.valid + other.valid,
    nonEmpty: Object.fromEntries(
      cleanColumns(work).map((name) => [
        name,
        (own.nonEmpty[name] ?? 0) + (other.nonEmpty[name] ?? 0),
      ]),
    ),
    accepted: rowsOfAll([own.accepted, other.accepted]),
    clean: [...own.clean, ...other.clean],
  };
};

const tooManyRows = {
  kind: 'refused',
  code: 'E_SIZE',
  detail: `more than ${limits.rowsPerFileMax} rows, the limit`,
} as const;
type TooManyRows = typeof tooManyRows;

/** Counts rows and bytes while they go by. */
const rowCounter = (source: Source) => {
  let rows = 0;
  let rowBytes = 0;
  let framing = source.leadBytes;
  return {
    /** False when there are more rows than a file may have. */
    count: (batch: Batch): boolean => {
      rows = batch.firstRow - 1 + batch.rows;
      rowBytes += batch.rowBytes;
      framing += batch.framingBytes;
      return rows <= limits.rowsPerFileMax;
    },
    rows: () => rows,
    refused: () => rows > limits.rowsPerFileMax,
    counted: () =>
      ({
        kind: 'passed',
        rows,
        bytes: { total: source.totalBytes, rows: rowBytes, framing },
      }) as const,
  };
};

const copyClean = async (work: Work, from: readonly string[], to: string): Promise<CopyRow[]> => {
  const { source, dataset } = work;
  const columns = texts(['_row', ...source.columns]);
  const scan = scanSql({ paths: from, separator: source.separator, columns, dataset });
  return z.array(CopyRow).parse(await work.engine.rows(cleanCopySql(work, scan, to)));
};

const cleanOf = async (work: Work, path: string, copied: readonly CopyRow[], rows: number) => {
  const counts = await copiedCounts(work.engine, copied, cleanColumns(work));
  const accepted = await rowsIn(work.engine, path, rows);
  if (counts.valid === 0) await rm(path);
  return { ...counts, accepted, clean: counts.valid === 0 ? [] : [path] };
};

/** The slow pass, over the rows that are not in clean: every reason of each of them. */
const writeRejects = async (work: Work, accepted: RowSet, rows: number) => {
  const { engine, source, file, row, dataset } = work;
  const cutPath = file('rejected.csv');
  const path = file('rejects.parquet');
  let cut = { rows: 0, cut: 0 };
  const scan = scanSql({
    paths: [cutPath],
    separator: source.separator,
    columns: cutColumns(source),
    dataset,
    lineBytesMax: CUT_LINE_BYTES_MAX,
  });
  await writeFileOf(cutPath, async (sink) => {
    cut = await cutRows(source, accepted, sink, work.mended);
  });
  const mended = work.mended.map((each) => each.row);
  await engine.run(rejectsCopySql(work, cutRejected, scan, path, mended));
  const [cells] = z.array(Counts).parse(await engine.rows(rejectedCellsSql(row, '_fault', scan)));
  await rm(cutPath);
  assert(cut.rows === rows, 'the file has as many rows in the second look as in the first');
  assert(cells?._rows === cut.cut, 'the slow pass read every row that was cut out');
  const reasons = await rejectReasons(engine, path, rows - accepted.size);
  return { path, readable: cells._readable ?? 0, nonEmpty: cells, reasons };
};
