import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { OrderRow } from './zod-row.ts';

const MS_PER_DAY = 86_400_000;

/** Name and Parquet type of every column of the output, in order. */
const columns = [
  ['order_id', 'STRING'],
  ['customer_id', 'STRING'],
  ['email', 'STRING'],
  ['product_id', 'STRING'],
  ['quantity', 'INT32'],
  ['unit_price', 'DOUBLE'],
  ['currency', 'STRING'],
  ['status', 'STRING'],
  ['ordered_at', 'TIMESTAMP'],
  ['country', 'STRING'],
  ['notes', 'STRING'],
  ['line_total', 'DOUBLE'],
  ['order_date', 'TIMESTAMP'],
  ['product_name', 'STRING'],
  ['category', 'STRING'],
] as const;

type Products = ReadonlyMap<string, { readonly name: string; readonly category: string }>;

export type Months = {
  add(row: OrderRow): void;
  /** Writes one file per month below the folder. */
  write(folder: string): void;
};

/** Collects rows column by column, per month, with what is joined and derived. */
export const makeMonths = (products: Products): Months => {
  const months = new Map<string, unknown[][]>();

  const add = (row: OrderRow): void => {
    const at = new Date(row.ordered_at);
    const month = at.toISOString().slice(0, 7);
    const data = months.get(month) ?? columns.map(() => []);
    months.set(month, data);
    const product = products.get(row.product_id);
    const values = [
      row.order_id,
      row.customer_id,
      row.email,
      row.product_id,
      row.quantity,
      row.unit_price,
      row.currency,
      row.status,
      at,
      row.country,
      row.notes,
      Math.round(row.quantity * row.unit_price * 100) / 100,
      new Date(row.ordered_at - (row.ordered_at % MS_PER_DAY)),
      product?.name ?? null,
      product?.category ?? null,
    ];
    for (let index = 0; index < values.length; index++) data[index]?.push(values[index]);
  };

  const write = (folder: string): void => {
    for (const [month, data] of months) {
      const dir = join(folder, `order_month=${month}`);
      mkdirSync(dir, { recursive: true });
      const columnData = columns.map(([name, type], at) => ({ name, type, data: data[at] ?? [] }));
      const compressors = { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes) };
      const buffer = parquetWriteBuffer({ codec: 'ZSTD', compressors, columnData });
      writeFileSync(join(dir, 'data.parquet'), new Uint8Array(buffer));
    }
  };
  return { add, write };
};
