import { expect } from 'vitest';
import type { RowReason } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import { ident, list } from '../../core/sql.ts';
import { compileRow } from '../../core/validate/compile-row.ts';
import { type JudgedRow, judgeRow } from '../../core/validate/judge-row.ts';
import { db, judgeInDuckDb, keepClean, type Texts } from '../set-engine.ts';

/** The warnings of the accepted rows that `keepClean` put into a table, by their number. */
const warningsInDuckDb = async (
  table: string,
  dataset: Dataset,
): Promise<ReadonlyMap<number, readonly RowReason[]>> => {
  const { warnings, warned } = compileRow(dataset);
  if (warnings.length === 0) return new Map();
  const whens = warnings.map(({ when }, at) => `(${when}) AS _${at}`);
  const reader = await db.runAndReadAll(
    `SELECT ${list(['i', ...whens])} FROM (SELECT i, ${warned} FROM ${ident(table)})`,
  );
  return new Map(
    reader.getRows().map(([i, ...flags]) => [
      Number(i),
      warnings.flatMap(({ code, field }, at) => {
        if (typeof flags[at] !== 'boolean') throw new Error(`warning ${at} is NULL`);
        return flags[at] ? [{ code, field }] : [];
      }),
    ]),
  );
};

/** Both engines on the same rows: verdicts, reasons and warnings. What the row engine found. */
export const judgedAlike = async (
  dataset: Dataset,
  rows: readonly Texts[],
): Promise<readonly JudgedRow[]> => {
  const sets = await judgeInDuckDb(dataset, rows);
  await keepClean('clean_rows', dataset, rows);
  const warnings = await warningsInDuckDb('clean_rows', dataset);
  return rows.map((cells, at) => {
    const judged = judgeRow(dataset, cells);
    expect({
      cells,
      accepted: sets[at]?.accepted,
      reasons: sets[at]?.reasons,
      warnings: warnings.get(at) ?? [],
    }).toStrictEqual({
      cells,
      accepted: judged.ok,
      reasons: judged.ok ? [] : judged.reasons,
      warnings: judged.ok ? judged.warnings : [],
    });
    return judged;
  });
};
