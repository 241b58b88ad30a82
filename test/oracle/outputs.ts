import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { judgeOrder } from './orders.ts';

/** One row of a file as an oracle framed it: faults of its form, or its cells. */
export type OracleInput = {
  readonly start: number | null;
  readonly end: number | null;
  /** As the engine keeps it, in latin1. */
  readonly raw: string;
  readonly codes: readonly string[];
  readonly cells: Readonly<Record<string, string | null>>;
  readonly compound?: readonly string[];
};

type Published = Readonly<Record<string, unknown>>;
type Rejected = { start: unknown; end: unknown; raw: unknown; reasons: readonly string[] };

/** Everything a processed file says, row by row. */
export type Outputs = {
  readonly published: ReadonlyMap<number, Published>;
  readonly rejected: ReadonlyMap<number, Rejected>;
  /** Row number → number of the first row with the key. */
  readonly duplicates: ReadonlyMap<number, number>;
};

/** What must come out of these rows, numbered from 1. */
export const expectedOutputs = (
  rows: readonly OracleInput[],
  products: ReadonlyMap<string, readonly [string, string]>,
): Outputs => {
  const published = new Map<number, Published>();
  const rejected = new Map<number, Rejected>();
  const duplicates = new Map<number, number>();
  const firsts = new Map<string, number>();
  for (const [index, { start, end, raw, codes, cells, compound }] of rows.entries()) {
    const row = index + 1;
    const verdict = codes.length > 0 ? undefined : judgeOrder(cells, products, compound);
    if (verdict?.kind !== 'valid') {
      const reasons = verdict?.reasons ?? codes.map((code) => `${code} null`);
      rejected.set(row, { start, end, raw, reasons });
      continue;
    }
    const key = verdict.values.order_id ?? '';
    const first = firsts.get(key);
    if (first !== undefined) duplicates.set(row, first);
    else {
      firsts.set(key, row);
      published.set(row, verdict.values);
    }
  }
  return { published, rejected, duplicates };
};

const VALUES = `_row, order_id, customer_id, email, product_id, quantity::VARCHAR AS quantity,
  unit_price::VARCHAR AS unit_price, currency, status, epoch_us(ordered_at)::VARCHAR AS ordered_at,
  country, notes, line_total::VARCHAR AS line_total, order_date::VARCHAR AS order_date,
  product_name, category`;

/** Reads a processed directory with an engine of its own, without any of Headgate's SQL. */
export const readOutputs = async (dir: string): Promise<Outputs> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await connection.runAndReadAll(sql)).getRowObjectsJson();
  const files = globSync(join(dir, 'curated/**/*.parquet'));
  try {
    const published =
      files.length === 0
        ? []
        : await rows(`SELECT ${VALUES} FROM
            read_parquet(${JSON.stringify(files).replaceAll('"', "'")}, hive_partitioning = false)`);
    const rejected = await rowsOf(
      rows,
      join(dir, 'rejects.parquet'),
      `_row, byte_start, byte_end, hex(raw) AS raw,
        [r.code || ' ' || coalesce(r.field, 'null') FOR r IN reasons] AS reasons`,
    );
    const duplicates = await rowsOf(
      rows,
      join(dir, 'duplicates.parquet'),
      '_row, duplicate_of_row',
    );
    return {
      published: byRow(published, (row) => row),
      rejected: byRow(rejected, ({ byte_start, byte_end, raw, reasons }) => ({
        start: byte_start === null ? null : Number(byte_start),
        end: byte_end === null ? null : Number(byte_end),
        raw: Buffer.from(String(raw), 'hex').toString('latin1'),
        reasons: Array.isArray(reasons) ? reasons.map(String).sort() : [],
      })),
      duplicates: byRow(duplicates, (row) => Number(row.duplicate_of_row)),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

const rowsOf = async (
  rows: (sql: string) => Promise<Record<string, unknown>[]>,
  path: string,
  columns: string,
) => (existsSync(path) ? await rows(`SELECT ${columns} FROM '${path}'`) : []);

/** Keyed by row number; a number that comes twice is a fault in itself. */
const byRow = <T>(
  rows: readonly Record<string, unknown>[],
  of: (row: Record<string, unknown>) => T,
): Map<number, T> => {
  const map = new Map<number, T>();
  for (const { _row, ...rest } of rows) {
    const row = Number(_row);
    if (map.has(row)) throw new Error(`row ${row} came out twice`);
    map.set(row, of(rest));
  }
  return map;
};
