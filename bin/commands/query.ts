import type { DuckDBValue } from '@duckdb/node-api';
import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Output } from '../console/output.ts';
import type { Rows } from '../query/engine.ts';
import { stackOption, withStack } from '../world.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { loadDatasets } from './dataset-named.ts';
import { counted } from './words.ts';

const formats = ['table', 'csv', 'json'] as const;
/** What people type to see what there is; DuckDB would only show what it was given. */
const showTables = /^\s*show\s+(all\s+)?tables\s*;?\s*$/i;
/** What a person reads in a table; exports are whole unless --limit says otherwise. */
const tableRowsDefault = 100;
const jsonRowsMax = 1_000_000;

const units: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9 };
const bytesOf = (text: string): number =>
  Number.parseInt(text, 10) * (units[text.replaceAll(/[\d ]/g, '').toLowerCase()] ?? 1);

const QueryOptions = z.object({
  limit: wholeNumber(1, 1_000_000_000).optional(),
  format: z.enum(formats, { error: `must be one of ${formats.join(', ')}` }).optional(),
  maxBytes: z
    .string()
    .regex(/^\d+ ?([kMG]B)?$/i, 'must be a number of bytes, as in 500MB or 4GB')
    .transform(bytesOf),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate query`: SQL over the published tables, the quarantine and the ledger. */
export const queryCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('query')
    .description('run a SELECT over the published tables, the quarantine and the ledger')
    .argument('[sql]', 'DuckDB’s SQL; without it the tables are listed')
    .addOption(
      new Option('--limit <rows>', `rows to print (a table: ${tableRowsDefault}; else all)`),
    )
    .addOption(new Option('--format <format>', `${formats.join(', ')} (default: table)`))
    .addOption(new Option('--max-bytes <size>', 'most to download, as in 500MB').default('2GB'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText('after', tablesHelp)
    .action(async (sql: string | undefined, raw: unknown) => {
      const options = parseOptions(QueryOptions, raw);
      const datasets = await loadDatasets();
      if (sql === undefined || showTables.test(sql)) {
        const { knownTables } = await import('../query/tables.ts');
        if (options.json) out.json(knownTables(datasets));
        else for (const table of knownTables(datasets)) out.line(table);
        return;
      }
      const format = options.json ? 'json' : (options.format ?? 'table');
      const limit = options.limit ?? (format === 'table' ? tableRowsDefault : undefined);
      await withStack({ out, env }, options.stack, async (stack) => {
        const { runQuery } = await import('../query/query.ts');
        const rows = await runQuery({
          sql,
          sources: { stack, datasets },
          scope: stack.where,
          maxBytes: options.maxBytes,
          instead:
            'Allow more with --max-bytes, or ask Athena or Spark: they read the tables where they lie.',
          tell: (text) => out.note(out.styles.faint(text)),
        });
        await printRows[format](out, rows, limit);
      });
    });
  return withExamples(command, [
    'query "SELECT currency, sum(line_total) FROM orders GROUP BY ALL"',
    'query "FROM quarantine.orders LIMIT 10"',
    'query "FROM orders" --format csv > orders.csv',
    `query "SELECT state, count(*) FROM ledger.files GROUP BY state" --json`,
  ]);
};

const tablesHelp = `
Tables:
  <dataset>, curated.<dataset>  rows of the current snapshot
  clean.<dataset>               valid rows of every run, also of held ones
  quarantine.<dataset>          rejected rows of every run, with reasons and raw bytes
  quarantine.files              files that were refused as a whole
  ledger.files, ledger.runs     every file and run
Exact on every path: in JSON, decimals and integers above 2^53 are text.`;

type Printer = (out: Output, rows: Rows, limit: number | undefined) => Promise<void>;

/** Rows up to the limit, and whether there were more. */
async function* taken(
  { chunks }: Rows,
  limit: number | undefined,
): AsyncGenerator<readonly DuckDBValue[], boolean> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const chunk of chunks)
    for (const row of chunk) {
      if (left === 0) return true;
      left -= 1;
      yield row;
    }
  return false;
}

/** Every row as it comes, and in the end whether some were left out. */
const each = async (
  rows: Rows,
  limit: number | undefined,
  take: (row: readonly DuckDBValue[]) => void,
): Promise<boolean> => {
  const reader = taken(rows, limit);
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return value;
    take(value);
  }
};

const printTable: Printer = async (out, rows, limit) => {
  const { textOf } = await import('../query/values.ts');
  const lines: string[][] = [];
  const isNumber = rows.columns.map(() => true);
  const isCut = await each(rows, limit, (row) => {
    for (const [at, value] of row.entries()) if (!isNumeric(value)) isNumber[at] = false;
    lines.push(row.map((value) => textOf(value) ?? 'NULL'));
  });
  const columns = rows.columns.map((title, at) =>
    isNumber[at] === true && lines.length > 0 ? ({ title, align: 'right' } as const) : { title },
  );
  out.table(columns, lines);
  if (isCut) out.note(`There are more than ${counted(lines.length, 'row')}; --limit prints more.`);
  else out.note(out.styles.faint(counted(lines.length, 'row')));
};

const isNumeric = (value: DuckDBValue): boolean =>
  value === null ||
  typeof value === 'number' ||
  typeof value === 'bigint' ||
  (typeof value === 'object' && 'scale' in value);

const printCsv: Printer = async (out, rows, limit) => {
  const [{ csvLine }, { textOf }] = await Promise.all([
    import('../query/csv.ts'),
    import('../query/values.ts'),
  ]);
  out.line(csvLine(rows.columns));
  await each(rows, limit, (row) => out.line(csvLine(row.map(textOf))));
};

const printJson: Printer = async (out, rows, limit = jsonRowsMax) => {
  const { jsonOf } = await import('../query/values.ts');
  const objects: Record<string, unknown>[] = [];
  const isCut = await each(rows, limit, (row) => {
    objects.push(
      Object.fromEntries(rows.columns.map((name, at) => [name, jsonOf(row[at] ?? null)])),
    );
  });
  out.json(objects);
  if (isCut)
    out.note(`There are more than ${counted(objects.length, 'row')}; --limit prints more.`);
};

/** How rows are written, by --format. */
export const printRows: Readonly<Record<(typeof formats)[number], Printer>> = {
  table: printTable,
  csv: printCsv,
  json: printJson,
};
