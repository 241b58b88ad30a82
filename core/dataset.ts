import type { Evolution } from './evolution/evolution.ts';
import type { Field } from './fields/field.ts';
import type { IcebergType } from './iceberg-type.ts';
import type { DatasetName } from './ids.ts';
import type { FileOptions } from './landing/file-options.ts';
import type { QualityCheck } from './quality/check.ts';
import type { DatasetRule } from './rules/row-rule.ts';
import type { StreamOptions } from './stream/options.ts';
import type { Transform } from './transforms/transform.ts';
import type { Webhook } from './webhooks/webhook.ts';
import type { WindowRule } from './windows/rule.ts';

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

/** Which of several rows that are the same, in one run, is published. */
export type Deduplication = {
  /** Rows are the same when their keys are, or, in a dataset without key, all their fields. */
  readonly by: 'key' | 'row';
  /**
   * By the order of the files and of the rows in them; or the row with the largest value in a
   * field, such as a version: a missing value is the smallest, of equal ones the last is kept.
   */
  readonly keep: 'first' | 'last' | { readonly largest: string };
};

/** Everything Headgate knows of one dataset; the rest is derived from it. */
export type Dataset = {
  readonly name: DatasetName;
  readonly domain: string;
  readonly owner: string;
  readonly description: string;
  /** Raised by hand when a change breaks its readers or its senders. @default 1 */
  readonly version: number;
  /** In the order of the curated table's columns. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Columns that identify a row; of a key, one row of a run is published. Empty: no key. */
  readonly key: readonly string[];
  readonly write: WriteMode;
  readonly partition: readonly PartitionField[];
  /** Rules over several columns or rows; those of one column stand at its field. */
  readonly rules: readonly DatasetRule[];
  readonly transforms: readonly Transform[];
  /** @default the first row of a key */
  readonly deduplicate: Deduplication;
  readonly quality: readonly QualityCheck[];
  readonly rejects: {
    /** Share of rejected rows (0 to 1) above which the run is held. @default 0.05 */
    readonly holdAbove: number;
  };
  /** What is done when a file has other columns, or values of other types, than declared. */
  readonly evolution: Evolution;
  readonly files: FileOptions;
  /** How rows come from the stream; absent where none do. */
  readonly stream?: StreamOptions;
  /** Questions about its stream; absent where there are none. */
  readonly windows?: readonly WindowRule[];
  /** The dataset whose windows fill this one; absent where rows come from outside. */
  readonly derivedFrom?: DatasetName;
  /** Whose webhooks bring rows; absent where none do. */
  readonly webhooks?: readonly Webhook[];
};

/** A column of the curated table, as the catalogue and the data files know it. */
export type Column = {
  readonly name: string;
  readonly type: IcebergType;
  readonly required: boolean;
  readonly doc?: string;
  /** False for classified columns: a bound in a manifest is a value. */
  readonly bounds: boolean;
  /** True of a column that is not declared: files brought it. */
  readonly evolved?: true;
};
