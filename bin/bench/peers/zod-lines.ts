import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { type OrderCells, orderColumns } from '../../generate/columns.ts';

/** A row as it was read, or the reason why it is none. */
export type Line =
  | { readonly kind: 'cells'; readonly cells: OrderCells }
  | { readonly kind: 'broken'; readonly raw: unknown; readonly code: 'E_FIELD_COUNT' | 'E_JSON' };

type Take = (line: Line) => void;

const CHUNK_BYTES = 1024 * 1024;

/** One object literal per row: anything cleverer here would make the peer slower than it is. */
const cellsOf = (row: readonly string[]): OrderCells => ({
  order_id: row[0] ?? '',
  customer_id: row[1] ?? '',
  email: row[2] ?? '',
  product_id: row[3] ?? '',
  quantity: row[4] ?? '',
  unit_price: row[5] ?? '',
  currency: row[6] ?? '',
  status: row[7] ?? '',
  ordered_at: row[8] ?? '',
  country: row[9] ?? '',
  notes: row[10] ?? '',
});

const readCsv = async (path: string, take: Take): Promise<void> => {
  const rows = createReadStream(path, { highWaterMark: CHUNK_BYTES }).pipe(
    parse({ relax_column_count: true, from_line: 2 }),
  );
  for await (const row of rows as AsyncIterable<string[]>) {
    const isWhole = row.length === orderColumns.length;
    if (isWhole) take({ kind: 'cells', cells: cellsOf(row) });
    else take({ kind: 'broken', raw: row, code: 'E_FIELD_COUNT' });
  }
};

const readJson = async (path: string, take: Take): Promise<void> => {
  const input = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const row = jsonRow(line);
    if (row === undefined) take({ kind: 'broken', raw: line, code: 'E_JSON' });
    else take({ kind: 'cells', cells: cellsOf(orderColumns.map((name) => textOf(row[name]))) });
  }
};

const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value);

const jsonRow = (line: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Hands over the rows of a file, one by one. */
export const readLines = (path: string, take: Take): Promise<void> =>
  path.endsWith('.csv') ? readCsv(path, take) : readJson(path, take);
