/** The columns of an orders file, in the order in which the shop exports them. */
export const orderColumns = [
  'order_id',
  'customer_id',
  'email',
  'product_id',
  'quantity',
  'unit_price',
  'currency',
  'status',
  'ordered_at',
  'country',
  'notes',
] as const;
export type OrderColumn = (typeof orderColumns)[number];
export type OrderCells = Record<OrderColumn, string>;

/** Text formats are written by this generator, Parquet by DuckDB. */
export type OrderFormat = 'csv' | 'jsonl' | 'parquet';
