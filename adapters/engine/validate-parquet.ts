import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import type { FileCode } from '../../core/codes.ts';
import type { ColumnPlan } from '../../core/evolution/columns.ts';
import { declaredIn } from '../../core/evolution/evolved.ts';
import { typesFault } from '../../core/evolution/types.ts';
import { limits } from '../../core/limits.ts';
import { CopyRow } from '../../core/load/parquet.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { hasControlSql, keepsAnyControls } from '../../core/validate/characters.ts';
import { compileRow } from '../../core/validate/compile-row.ts';
import { isFull } from '../full.ts';
import { cleanColumns, settleColumns } from './aside.ts';
import { Counts, copiedCounts, rejectReasons, warningCounts } from './counts.ts';
import { CONTROL_CHAR } from './faults.ts';
import { type Engine, openEngine } from './instance.ts';
import { isEncrypted } from './parquet-footer.ts';
import { bindParquet, int96Sql } from './parquet-texts.ts';
import {
  cleanCopySql,
  type RejectedColumns,
  type RowContext,
  rejectedCellsSql,
  rejectsCopySql,
} from './row-sql.ts';
import type { Validated, ValidateRequest } from './types.ts';

const Columns = z.array(z.object({ column_name: z.string(), column_type: z.string() }));
const Named = z.object({ name: z.string() });
const Values = z.array(z.object({ cells: z.coerce.number().nullable() }));
const Rows = z.array(z.object({ rows: z.coerce.number().int() })).length(1);

/** A rejected row of Parquet has no bytes of its own: it is kept as JSON. */
const rejected: RejectedColumns = {
  start: 'NULL::BIGINT',
  end: 'NULL::BIGINT',
  raw: '_raw',
  fault: '_fault',
  compound: 'NULL::VARCHAR',
};

const refused = (code: FileCode, detail: string): Validated => ({ kind: 'refused', code, detail });

/** The same verdicts over a Parquet file: each column becomes the text that CSV would hold. */
export const validateParquet = async (request: ValidateRequest): Promise<Validated> => {
  const { dataset, fileId, runId, outDir, path } = request;
  await mkdir(outDir, { recursive: true });
  const engine = await openEngine({
    workDir: outDir,
    inputs: [path],
    threads: request.threads,
    memoryLimit: request.memoryLimit,
    optimizersOff: ['filter_pushdown'],
    setup: compileRow(dataset).setup,
  });
  try {
    return await judge(request, { fileId, runId }, engine);
  } catch (error) {
    // The same query would fail again, and the file has no fault.
    if (isFull(error)) throw error;
    if (await isEncrypted(path)) {
      return refused('E_FORMAT', 'the Parquet file is encrypted; allowed are plain ones');
    }
    if (await readable(engine, path)) throw error;
    return refused('E_CORRUPT', 'the Parquet file is damaged or cut off');
  } finally {
    engine.close();
  }
};

/** Whether a plain read of every value succeeds: else the file is at fault, and not a query. */
const readable = async (engine: Engine, path: string): Promise<boolean> => {
  try {
    await engine.rows(`SELECT bit_xor(hash(COLUMNS(*))) FROM read_parquet(${literal(path)})`);
    return true;
  } catch {
    return false;
  }
};

const judge = async (
  request: ValidateRequest,
  identity: Pick<RowContext, 'fileId' | 'runId'>,
  engine: Engine,
): Promise<Validated> => {
  const { path, dataset } = request;
  const file = `read_parquet(${literal(path)}, file_row_number = true)`;
  const described = Columns.parse(
    await engine.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(path)})`),
  );
  const columns = described.map((each) => ({ name: each.column_name, type: each.column_type }));
  const int96 = z.array(Named).parse(await engine.rows(int96Sql(path)));
  const bound = bindParquet(
    columns,
    dataset,
    int96.map(({ name }) => name),
  );
  if (bound.kind === 'refused') return bound;
  const [found] = Rows.parse(
    await engine.rows(`SELECT count(*) AS rows FROM read_parquet(${literal(path)})`),
  );
  const total = (await stat(path)).size;
  const rows = found?.rows ?? 0;
  const [held] = Values.parse(
    await engine.rows(`SELECT sum(num_values) AS cells FROM parquet_metadata(${literal(path)})`),
  );
  const bomb = bombIn(rows, Math.max(rows * columns.length, held?.cells ?? 0), total);
  if (bomb !== undefined) return bomb;
  const { plan } = bound;
  const fault = faultSql(bound.strings.map(ident), keepsAnyControls(plan.dataset));
  const nulls = plan.missing.map((name) => `NULL::VARCHAR AS ${ident(name)}`);
  const named = ['file_row_number + 1 AS _row', ...bound.texts, ...nulls];
  const from = `(SELECT *, ${fault} AS _fault FROM (SELECT ${list(named)} FROM ${file}))`;
  const row = compileRow(plan.dataset, plan);
  const context = { ...identity, dataset: plan.dataset, row };
  return await judgeRows(request, context, engine, { from, rows, total, plan });
};

/**
 * What the characters of a row's texts say of it: no other form of a Parquet row can be wrong. JSON
 * writes control characters, but not the delete, as escapes; texts that are not longer as JSON
 * need no regular expression, which takes five times as long.
 */
const faultSql = (texts: readonly string[], keepsControls: boolean): string => {
  if (texts.length === 0) return '0';
  const all = `concat(${list(texts)})`;
  const suspect = keepsControls
    ? `contains(${all}, chr(0))`
    : `strlen(to_json(${all})) <> strlen(${all}) + 2 OR contains(${all}, chr(127))`;
  const found = keepsControls ? 'true' : hasControlSql(all);
  return `CASE WHEN NOT (${suspect}) THEN 0 WHEN ${found} THEN ${CONTROL_CHAR} ELSE 0 END`;
};

/** Run lengths can say billions of rows in a few bytes; each cell is counted as one byte. */
const bombIn = (rows: number, cells: number, bytes: number): Validated | undefined => {
  if (rows > limits.rowsPerFileMax) {
    return refused('E_SIZE', `${rows} rows; ${limits.rowsPerFileMax} are allowed`);
  }
  const judged = cells >= limits.inflationRatioFromBytes;
  if (!judged || cells <= bytes * limits.inflationRatioMax) return undefined;
  return refused('E_BOMB', `${bytes} bytes hold ${cells} cells`);
};

type Texts = {
  readonly from: string;
  readonly rows: number;
  readonly total: number;
  readonly plan: ColumnPlan;
};

const judgeRows = async (
  { outDir }: ValidateRequest,
  context: RowContext,
  engine: Engine,
  { from, rows, total, plan }: Texts,
): Promise<Validated> => {
  const clean = join(outDir, 'clean.parquet');
  const sound = `(SELECT * FROM ${from} WHERE _fault = 0)`;
  const copied = z.array(CopyRow).parse(await engine.rows(cleanCopySql(context, sound, clean)));
  const { valid, nonEmpty } = await copiedCounts(engine, copied, cleanColumns(context));
  const bad = { clean, path: join(outDir, 'rejects.parquet'), rows: rows - valid };
  const found =
    bad.rows === 0 ? undefined : await writeRejects(context, engine, from, { ...bad, plan });
  if (valid === 0) await rm(clean);
  const reasons = found?.reasons ?? [];
  const fault = typesFault(plan.dataset, reasons);
  if (fault !== undefined) return fault;
  const kept = valid === 0 ? [] : [clean];
  const judged = { rowsIn: rows, filled: nonEmpty, reasons, clean: kept };
  return {
    kind: 'validated',
    rowsIn: rows,
    valid,
    rejected: bad.rows,
    wellFormed: valid + (found?.cells._readable ?? 0),
    nonEmpty: Object.fromEntries(
      declaredIn(plan.dataset).map((name) => [
        name,
        (nonEmpty[name] ?? 0) + (found?.cells[name] ?? 0),
      ]),
    ),
    reasons,
    ...(await warningCounts(engine, context.row, kept)),
    ...(await settleColumns(engine, context, plan, judged, join(outDir, 'values.parquet'))),
    bytes: { total, rows: total, framing: 0 },
    clean: kept,
    rejects: found === undefined ? null : bad.path,
    notes: { unknownColumns: {}, missingColumns: plan.missing },
  };
};

const writeRejects = async (
  context: RowContext,
  engine: Engine,
  from: string,
  bad: {
    readonly clean: string;
    readonly path: string;
    readonly rows: number;
    readonly plan: ColumnPlan;
  },
) => {
  const { dataset, newColumns } = bad.plan;
  const cells = [
    ...declaredIn(dataset).map((name) => `${ident(name)} := ${ident(name)}`),
    ...newColumns.map(({ spelt, cells: of }) => `${ident(spelt)} := ${ident(of)}`),
  ];
  const raw = `encode(to_json(struct_pack(${list(cells)}))::VARCHAR) AS _raw`;
  const rows = `(SELECT *, ${raw} FROM ${from}
    WHERE _row NOT IN (SELECT _row FROM ${literal(bad.clean)}))`;
  await engine.run(rejectsCopySql(context, rejected, rows, bad.path));
  const [counted] = z
    .array(Counts)
    .parse(await engine.rows(rejectedCellsSql(context.row, '_fault', rows)));
  assert(counted?._rows === bad.rows, 'the slow pass read every row that is not valid');
  return { cells: counted, reasons: await rejectReasons(engine, bad.path, bad.rows) };
};
