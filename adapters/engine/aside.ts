import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import type { ReasonCount } from '../../core/documents.ts';
import type { ColumnPlan } from '../../core/evolution/columns.ts';
import { type Drift, driftIn } from '../../core/evolution/drift.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { Engine } from './instance.ts';
import type { RowContext } from './row-sql.ts';

const Counted = z.tuple([z.object({ rows: z.coerce.number().int() })]);

/** What a file holds beside its declared columns, and where it now is. */
export type Settled = {
  /** Columns with values that the table must have beside the declared ones. */
  readonly evolved: readonly string[];
  /** Values of published rows that are kept in quarantine. */
  readonly setAside: number;
  /** The Parquet file of those; null when there is none. */
  readonly values: string | null;
  readonly drift: readonly Drift[];
};

/** What is known of a file once its rows are judged. */
export type JudgedRows = {
  readonly rowsIn: number;
  /** Values in the clean rows, by column. */
  readonly filled: Readonly<Record<string, number>>;
  readonly reasons: readonly ReasonCount[];
  readonly clean: readonly string[];
};

/** Every column of a clean file whose values are counted. */
export const cleanColumns = ({ row }: RowContext): string[] => [
  ...row.fields,
  ...row.aside.map(({ cells }) => cells),
];

/** Keeps the values that are published nowhere, and says how the file differed. */
export const settleColumns = async (
  engine: Engine,
  context: RowContext,
  plan: ColumnPlan,
  judged: JudgedRows,
  path: string,
): Promise<Settled> => {
  const { aside } = context.row;
  const { filled } = judged;
  const has = (cells: string): boolean => (filled[cells] ?? 0) > 0;
  const evolves = plan.dataset.evolution.newColumns === 'evolve' ? plan.newColumns : [];
  const companions = aside.filter((each) => each.evolves);
  const kept = aside.filter(({ cells, evolves: published }) => !published && has(cells));
  const missing =
    plan.dataset.evolution.missingColumns === 'quarantine_value' && judged.rowsIn > 0
      ? plan.missing
      : [];
  const queries = [
    ...kept.map(({ cells, column, code }) => valuesSql(context, judged, { cells, column, code })),
    ...missing.map((column) => missingSql(context, column, judged.rowsIn)),
  ];
  const setAside = kept.reduce((sum, { cells }) => sum + (filled[cells] ?? 0), 0);
  if (queries.length > 0) {
    await engine.run(`COPY (${queries.join(' UNION ALL ')})
      TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`);
    const [counted] = Counted.parse(
      await engine.rows(`SELECT count(*) AS rows FROM ${literal(path)}`),
    );
    assert(
      counted.rows === setAside + missing.length,
      'every value that is not published is set aside',
    );
  }
  return {
    evolved: [...evolves, ...companions].map(({ cells }) => cells).filter(has),
    setAside,
    values: queries.length > 0 ? path : null,
    drift: driftIn(plan, { ...judged, aside }),
  };
};

const recordSql = (
  { runId, fileId }: RowContext,
  record: Readonly<Record<'row' | 'column' | 'code' | 'value' | 'rows', string>>,
): string => {
  const columns = [
    `${literal(runId)} AS _run`,
    `${literal(fileId)} AS _file`,
    `${record.row}::INTEGER AS _row`,
    `${literal(record.column)} AS "column"`,
    `${literal(record.code)} AS code`,
    `${record.value}::VARCHAR AS value`,
    `${record.rows}::INTEGER AS rows`,
  ];
  return `SELECT ${list(columns)}`;
};

const valuesSql = (
  context: RowContext,
  { clean }: JudgedRows,
  { cells, column, code }: { cells: string; column: string; code: string },
): string => {
  const value = ident(cells);
  const files = list(clean.map(literal));
  return `${recordSql(context, { row: '_row', column, code, value, rows: '1' })}
    FROM read_parquet([${files}], union_by_name = true) WHERE ${value} IS NOT NULL`;
};

/** One record for the whole file, since the value of every row is missing. */
const missingSql = (context: RowContext, column: string, rows: number): string =>
  recordSql(context, {
    ...{ row: 'NULL', value: 'NULL', rows: String(rows) },
    ...{ column, code: 'E_MISSING_COLUMN' },
  });
