import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import type { QualityCheck } from '../../core/quality/check.ts';
import { customCondition } from '../../core/quality/custom.ts';
import { checkKindOf } from '../../core/quality/index.ts';
import type { RunFacts } from '../../core/quality/summary.ts';
import { ident, list } from '../../core/sql.ts';
import { type CleanFile, cleanSql } from './dedupe.ts';
import type { Engine } from './instance.ts';

const Count = z.coerce.number().int().nonnegative();
const Measured = z.array(z.object({ rows: Count, holding: Count }));

/** What checks ask of all clean rows, and no stage counts anyway. Costs nothing without such. */
export const measureChecks = async (
  engine: Engine,
  dataset: Dataset,
  clean: readonly CleanFile[],
): Promise<RunFacts['measured']> => {
  const measured: Record<string, { rows: number; holding: number }> = {};
  for (const check of dataset.quality) {
    const sql = sqlOf(check, dataset, cleanSql(clean));
    if (sql === undefined) continue;
    const [found] = Measured.parse(await engine.rows(sql));
    if (found !== undefined) measured[checkKindOf(check).name(check)] = found;
  }
  return measured;
};

const sqlOf = (check: QualityCheck, { fields }: Dataset, from: string): string | undefined => {
  switch (check.kind) {
    case 'uniqueness': {
      const columns = check.columns.map(ident);
      const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
      return `SELECT coalesce(sum(n), 0) AS rows, count(*) FILTER (WHERE n = 1) AS holding
        FROM (SELECT count(*) AS n FROM ${from} WHERE ${present} GROUP BY ${list(columns)})`;
    }
    case 'custom': {
      const condition = customCondition(check, fields).toSql(ident);
      return `SELECT count(*) AS rows, count(*) FILTER (WHERE coalesce(${condition}, true)) AS holding
        FROM ${from}`;
    }
    default:
      return undefined;
  }
};
