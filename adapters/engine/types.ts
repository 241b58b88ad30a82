import type { FileCode, Refusal } from '../../core/codes.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { ValidatedFile } from '../../core/documents.ts';
import type { Drift } from '../../core/evolution/drift.ts';
import type { FileId } from '../../core/ids.ts';
import type { Format } from '../../core/landing/file-options.ts';
import type { MendedRange } from '../../core/replay/mended-ranges.ts';

/** What a caller may want to know of a file beside its rows. */
export type Notes = {
  /** Rows per name that no field has (JSON Lines only; elsewhere such a file is refused). */
  readonly unknownColumns: Readonly<Record<string, number>>;
  /** Optional fields that the file has no column for. */
  readonly missingColumns: readonly string[];
};

/** How a file is read. @default chunks of 1 MiB, rows up to the limit */
export type Framing = {
  /** Bytes read at a time; must hold a row. */
  readonly chunk: number;
  readonly rowBytesMax: number;
};

/** One file to judge, as a plain local file. */
export type ValidateRequest = {
  readonly dataset: Dataset;
  readonly path: string;
  readonly format: Format;
  readonly fileId: FileId;
  readonly runId: string;
  /** Made when missing; everything is written here. */
  readonly outDir: string;
  /** Where mended rows lie, when `path` is a mended file. @default none */
  readonly mended?: readonly MendedRange[] | undefined;
  readonly threads?: number;
  readonly memoryLimit?: string;
  /** A test takes small ones, so that rows lie across the edges of what is read at a time. */
  readonly framing?: Framing | undefined;
  /** Smaller files are walked on one thread. @default 16 MiB; a test wants threads for little */
  readonly walkAloneBytes?: number | undefined;
};

/** Local paths of what was written, and the counts of core's ValidatedFile. */
export type Validated =
  | (Omit<
      ValidatedFile,
      'fileId' | 'contentId' | 'clean' | 'evolved' | 'setAside' | 'values' | 'drift'
    > & {
      /** Parquet files, of which each has some of the valid rows. */
      readonly clean: readonly string[];
      /** Columns that the table must have beside the declared ones. */
      readonly evolved: readonly string[];
      /** Values of valid rows that are not published, and the Parquet file that keeps them. */
      readonly setAside: number;
      readonly values: string | null;
      readonly drift: readonly Drift[];
      readonly kind: 'validated';
      readonly notes: Notes;
    })
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);
