import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { explainedReason } from '../../core/explained-reason.ts';
import { ident, list, literal } from '../../core/sql.ts';
import type { Output } from '../console/output.ts';
import { runQuery } from '../query/query.ts';
import { jsonOf, textOf } from '../query/values.ts';
import type { DeployedStack } from '../world.ts';
import type { Planted } from './samples.ts';
import type { Settled } from './settle.ts';
import type { Summary } from './summary.ts';

/** What the queries of the tour may download; the samples are far below it. */
const BYTES_MAX = 50_000_000;

/** Where the tables of the samples are read. */
export type Look = { readonly stack: DeployedStack; readonly datasets: readonly Dataset[] };

const query = async (look: Look, sql: string) => {
  const rows = await runQuery({
    sql,
    sources: look,
    scope: look.stack.outputs.CuratedBucket,
    maxBytes: BYTES_MAX,
    instead: 'Begin anew: npx headgate down, npm start.',
    tell: () => undefined,
  });
  const all = [];
  for await (const chunk of rows.chunks) all.push(...chunk);
  return { columns: rows.columns, rows: all };
};

const ofRuns = ({ runIds }: Summary): string => `_run IN (${list(runIds.map(literal))})`;

/** Exact sums over the rows these samples brought; other files in the table do not count. */
export const sumsOf = async (
  look: Look,
  summary: Summary,
  planted: Planted,
): Promise<Readonly<Record<string, string | null>>> => {
  const columns = Object.keys(planted.sums ?? {});
  if (columns.length === 0 || summary.runIds.length === 0) return {};
  const totals = list(columns.map((column) => `sum(${ident(column)})::VARCHAR`));
  const sql = `SELECT ${totals} FROM ${ident(summary.dataset)} WHERE ${ofRuns(summary)}`;
  const [row = []] = (await query(look, sql)).rows;
  return Object.fromEntries(columns.map((column, at) => [column, textOf(row[at] ?? null)]));
};

/** Columns that tell the story of an order on one line; the confidential ones stay away. */
const SHOWN = 'order_id, order_date, product_name, quantity, unit_price, currency, line_total';

/** Five published rows: typed, joined and derived. */
export const showRows = async (out: Output, look: Look, summary: Summary): Promise<void> => {
  const sql = `SELECT ${SHOWN} FROM ${ident(summary.dataset)} WHERE ${ofRuns(summary)} ORDER BY order_id LIMIT 5`;
  const { columns, rows } = await query(look, sql);
  out.line(`\nFive rows of curated.${summary.dataset}:`);
  out.table(
    columns.map((title) => ({ title })),
    rows.map((row) => row.map((value) => textOf(value) ?? '')),
  );
};

/** What the windows of a minute came to, the newest five. */
export const showWindows = async (out: Output, look: Look): Promise<void> => {
  const sql = `SELECT sensor_id, window_start, readings, round(mean_celsius, 2) AS mean_celsius,
    max_celsius, version FROM sensor_readings_windows WHERE NOT is_gap
    QUALIFY row_number() OVER (PARTITION BY window_id ORDER BY version DESC) = 1
    ORDER BY window_start DESC, sensor_id LIMIT 5`;
  const { columns, rows } = await query(look, sql);
  out.line('\nFive windows of a minute over the stream, curated.sensor_readings_windows:');
  out.table(
    columns.map((title) => ({ title })),
    rows.map((row) => row.map((value) => textOf(value) ?? '')),
  );
};

const Reject = z.tuple([
  z.string(),
  z.number(),
  z.array(z.object({ code: z.string(), field: z.string().nullable() })),
]);

/** Three rejected rows, each refused for something else, and what the reasons mean. */
export const showRejects = async (
  out: Output,
  look: Look,
  summary: Summary,
  settled: readonly Settled[],
): Promise<void> => {
  const sql = `SELECT _file, _row, reasons FROM quarantine.${ident(summary.dataset)}
    WHERE ${ofRuns(summary)}
    QUALIFY row_number() OVER (PARTITION BY reasons[1].code ORDER BY _file, _row) = 1
    ORDER BY reasons[1].code LIMIT 3`;
  const { rows } = await query(look, sql);
  const keys = new Map(settled.map(({ file }) => [String(file.fileId), file.key]));
  out.line(`\nThree of the rejected rows (nothing is dropped without a reason):`);
  for (const row of rows) {
    const [fileId, number, reasons] = Reject.parse(row.map(jsonOf));
    out.line(`  ${out.styles.strong(`${keys.get(fileId) ?? fileId}, row ${number}`)}`);
    for (const { code, field } of reasons) {
      const means = explainedReason({ code, detail: '' })?.means ?? 'no longer known';
      out.line(`    ${field === null ? '' : `${field}: `}${means} (${code})`);
    }
  }
};
