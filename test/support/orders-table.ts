import type { Column } from '../../core/dataset.ts';
import { DatasetName } from '../../core/ids.ts';
import { dataFile } from '../../core/load/parquet.ts';
import { currentSchema, currentSpec, type TableMetadata } from '../../core/load/table.ts';

/** A dataset as the load layer sees it: one column of each kind, partitioned by month. */
export const ordersDataset = {
  name: DatasetName.parse('orders'),
  partition: [{ column: 'ordered_at', transform: 'month' }],
} as const;

/** Its columns; `email` is classified, so it has no bounds. */
export const ordersColumns: readonly Column[] = [
  { name: 'order_id', type: 'string', required: true, bounds: true },
  { name: 'quantity', type: 'int', required: false, bounds: true },
  { name: 'customer', type: 'long', required: true, bounds: true, doc: 'The shop’s number.' },
  { name: 'price', type: 'decimal(12, 2)', required: false, bounds: true },
  { name: 'due', type: 'date', required: false, bounds: true },
  { name: 'ordered_at', type: 'timestamptz', required: true, bounds: true },
  { name: 'email', type: 'string', required: false, bounds: false },
];

/** Where its files lie. */
export const ordersLocation = 's3://curated/orders';

/** A data file of the orders table that only exists on paper. */
export const paperFile = (metadata: TableMetadata, name: string, month = '672', rows = '10') => {
  const schema = currentSchema(metadata);
  const id = schema.fields.find((field) => field.name === 'order_id')?.id ?? 0;
  return dataFile(schema, currentSpec(metadata), {
    uri: `${metadata.location}/data/${name}.parquet`,
    rows,
    bytes: '1000',
    partition: [month],
    columns: [{ id, sizeBytes: '100', values: rows, nulls: '0', min: name, max: name }],
  });
};
