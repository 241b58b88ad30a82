import type { PartitionField } from '../dataset.ts';
import type { KnownColumn } from '../transforms/transform.ts';
import { utcOf } from '../transforms/typed.ts';

/** Iceberg counts years, months and days from 1970, in UTC. */
export const partitionSql = (
  { transform }: PartitionField,
  { type }: KnownColumn,
  sql: string,
): string => {
  const at = type === 'timestamptz' ? utcOf(sql) : sql;
  switch (transform) {
    case 'year':
      return `CAST(year(${at}) - 1970 AS INTEGER)`;
    case 'month':
      return `CAST((year(${at}) - 1970) * 12 + month(${at}) - 1 AS INTEGER)`;
    default:
      return `CAST(CAST(${at} AS DATE) - DATE '1970-01-01' AS INTEGER)`;
  }
};
