import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { ReasonCount } from '../../core/documents.ts';
import type { CopyRow } from '../../core/load/parquet.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { CompiledRow } from '../../core/validate/compile-row.ts';
import type { Engine } from './instance.ts';
import { reasonCountsSql, rejectsCountSql, warningCountsSql } from './row-sql.ts';

const Count = z.coerce.number().int().nonnegative();
const RejectCounts = z.object({ rows: Count, unexplained: Count, numbers: Count });

/** One row of counts, by name. */
export const Counts = z.record(z.string(), Count);

/**
 * Rows written, and how many of them have a value per field. DuckDB counts the leaves of a nested
 * column and not the column, so that of those the file is asked.
 */
export const copiedCounts = async (
  engine: Pick<Engine, 'rows'>,
  copied: readonly CopyRow[],
  fields: readonly string[],
) => {
  const valid = copied.reduce((sum, each) => sum + Number(each.count), 0);
  const isNested = (name: string): boolean =>
    copied.some((each) => each.column_statistics.every(({ key }) => key !== ident(name)));
  const nested = valid === 0 ? [] : fields.filter(isNested);
  const asked = await countsIn(engine, copied, nested);
  const filled = (name: string): number => {
    if (valid === 0) return 0;
    return nested.includes(name) ? (asked[name] ?? 0) : valid - nullsIn(copied, name);
  };
  return { valid, nonEmpty: Object.fromEntries(fields.map((name) => [name, filled(name)])) };
};

const countsIn = async (
  engine: Pick<Engine, 'rows'>,
  copied: readonly CopyRow[],
  fields: readonly string[],
): Promise<Readonly<Record<string, number>>> => {
  if (fields.length === 0) return {};
  const counts = list(fields.map((name) => `count(${ident(name)}) AS ${ident(name)}`));
  const files = list(copied.map(({ filename }) => literal(filename)));
  const [found] = z
    .array(Counts)
    .parse(await engine.rows(`SELECT ${counts} FROM read_parquet([${files}])`));
  return found ?? {};
};

/** How many rows have no value in a column, of all files together. */
export const nullsIn = (copied: readonly CopyRow[], name: string): number =>
  copied.reduce((sum, each) => {
    const column = each.column_statistics.find(({ key }) => key === ident(name));
    const nulls = column?.value.find(({ key }) => key === 'null_count')?.value;
    assert(nulls !== undefined, `DuckDB counts the NULLs of ${name}`);
    return sum + Number(nulls);
  }, 0);

/** Counts the reasons, and sees to it that each of the rejected rows has one. */
export const rejectReasons = async (engine: Engine, path: string, rejected: number) => {
  const [found] = z.array(RejectCounts).parse(await engine.rows(rejectsCountSql(path)));
  assert(found?.rows === rejected, 'every row that is not valid is rejected');
  assert(found.numbers === rejected, 'each rejected row has a number of its own');
  assert(found.unexplained === 0, 'each rejected row has a reason');
  return z.array(ReasonCount).parse(await engine.rows(reasonCountsSql(path)));
};

const WarningCounts = z.array(z.object({ per_warning: z.array(Count), warned: Count }));

/** What clean rows are warned of, the most frequent first: one look at them, or none. */
export const warningCounts = async (engine: Engine, row: CompiledRow, paths: readonly string[]) => {
  if (row.warnings.length === 0 || paths.length === 0) return { warnings: [], warned: 0 };
  const [found] = WarningCounts.parse(await engine.rows(warningCountsSql(row, paths)));
  assert(found !== undefined, 'the warnings of the clean rows were counted');
  const warnings = row.warnings
    .map(({ code, field }, at) => ({ code, field, rows: found.per_warning[at] ?? 0 }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows);
  return { warnings, warned: found.warned };
};
