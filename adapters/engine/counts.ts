import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import { ReasonCount } from '../../core/documents.ts';
import type { CopyRow } from '../../core/load/parquet.ts';
import { ident } from '../../core/sql.ts';
import type { Engine } from './instance.ts';
import { reasonCountsSql, rejectsCountSql } from './row-sql.ts';

const Count = z.coerce.number().int().nonnegative();
const RejectCounts = z.object({ rows: Count, unexplained: Count, numbers: Count });

/** One row of counts, by name. */
export const Counts = z.record(z.string(), Count);

/** Rows written, and how many of them have a value per field. */
export const copiedCounts = (copied: readonly CopyRow[], fields: readonly string[]) => {
  const valid = copied.reduce((sum, each) => sum + Number(each.count), 0);
  const filled = fields.map((name): [string, number] => [name, valid - nullsIn(copied, name)]);
  return { valid, nonEmpty: Object.fromEntries(filled) };
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
