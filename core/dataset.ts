import type { Field } from './fields/field.ts';
import type { DatasetName } from './ids.ts';
import type { Transform } from './transforms/transform.ts';

/** How a run changes the curated table. More modes (merge, history) join this union. */
export type WriteMode =
  /** Each run adds its rows. */
  | { readonly kind: 'append' }
  /** Each file is the whole table; the newest one wins, older ones are SUPERSEDED. */
  | { readonly kind: 'replace' };

export type PartitionField = {
  readonly column: string;
  readonly transform: 'year' | 'month' | 'day';
};

/** The formats a file may have, once decompressed. */
export const formats = ['csv', 'jsonl', 'parquet'] as const;
export type Format = (typeof formats)[number];

/** Everything Headgate knows of one dataset; the rest is derived from it. */
export type Dataset = {
  readonly name: DatasetName;
  readonly domain: string;
  readonly owner: string;
  readonly description: string;
  /** In the order of the curated table's columns. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Columns that identify a row; within a run the first row of a key wins. Empty: no key. */
  readonly key: readonly string[];
  readonly write: WriteMode;
  readonly partition: readonly PartitionField[];
  readonly transforms: readonly Transform[];
  readonly rejects: {
    /** Share of rejected rows (0 to 1) above which the run is held. @default 0.05 */
    readonly holdAbove: number;
  };
  readonly files: {
    /** @default all formats */
    readonly formats: readonly Format[];
    /** CSV separator, one ASCII character. @default ',' */
    readonly delimiter: string;
  };
};

/** A column of the curated table, as the catalogue and the data files know it. */
export type Column = {
  readonly name: string;
  /** Iceberg type: string, int, long, decimal(p, s), date, timestamptz, … */
  readonly type: string;
  readonly required: boolean;
  readonly doc?: string;
  /** False for classified columns: a bound in a manifest is a value. */
  readonly bounds: boolean;
};
