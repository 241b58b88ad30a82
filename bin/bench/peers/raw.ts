import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { list, literal } from '../../../core/sql.ts';
import { orderColumns } from '../../generate/columns.ts';

const columns = list(orderColumns.map((name) => `${name}: 'VARCHAR'`));

const csvRows = (input: string): string => {
  const dialect = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"'`;
  return `read_csv(${literal(input)}, ${dialect}, new_line = '\\n',
    columns = {${columns}}, ignore_errors = true)`;
};

const jsonRows = (input: string): string =>
  `read_json(${literal(input)}, format = 'newline_delimited', columns = {${columns}},
    ignore_errors = true)`;

/**
 * The limit: what DuckDB needs to read the file and write it as Parquet with types and months.
 * Rows it cannot split are skipped and values it cannot cast become null, so this is no way to
 * load data; it is what every check comes on top of.
 */
const copyRaw = async (input: string, out: string): Promise<void> => {
  mkdirSync(out, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '1500MB',
    temp_directory: join(out, 'tmp'),
  });
  const connection = await instance.connect();
  const rows = input.endsWith('.csv') ? csvRows(input) : jsonRows(input);
  const typed = `SELECT order_id, customer_id, email, product_id,
      TRY_CAST(quantity AS INTEGER) AS quantity,
      TRY_CAST(unit_price AS DECIMAL(12, 2)) AS unit_price,
      currency, status, TRY_CAST(ordered_at AS TIMESTAMP) AS ordered_at, country, notes,
      ordered_at[1:7] AS order_month
    FROM ${rows} WHERE ordered_at BETWEEN '2024' AND '2026'`;
  await connection.run(
    `COPY (${typed}) TO ${literal(join(out, 'months'))}
     (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (order_month))`,
  );
};

const [input = '', out = ''] = process.argv.slice(2);
await copyRaw(input, out);
