import type { RowCode } from '../codes.ts';

/** Which change a row of a change feed tells of; a snapshot reads rows that were there before. */
export type ChangeOp = 'insert' | 'update' | 'delete' | 'snapshot';

/** What an envelope says of its row. */
export type RowMeta =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly source: string;
      readonly type: string;
      readonly time: string | null;
    }
  | {
      readonly kind: 'change';
      readonly op: ChangeOp;
      /**
       * Changes of one key are in the order of these texts, compared character by character. Two
       * may be equal: then the later record of the shard is the later change.
       */
      readonly order: string;
      /** When it was made, as the source says: microseconds since 1970, in digits. */
      readonly micros: string | null;
      readonly id: string | null;
    };

/** Why a record has no row. */
export type RefusedRecord = { readonly kind: 'refused'; readonly code: RowCode };

/** A row as one line of JSON without its line end, or why there is none. */
export type ReadRow = { readonly kind: 'row'; readonly line: Uint8Array } | RefusedRecord;

/** Reads a body that is no JSON as a row. */
export type ReadBody = (body: Uint8Array, keepsControls?: boolean) => ReadRow;

/** What one record of a stream turns out to hold. */
export type Opened =
  | { readonly kind: 'row'; readonly line: Uint8Array; readonly meta: RowMeta }
  /** Says once more that the row of a key is gone; the delete before it has said so. */
  | { readonly kind: 'tombstone'; readonly key: string }
  | RefusedRecord;

/** One code said as a value. */
export const refusedAs = (code: RowCode): RefusedRecord => ({ kind: 'refused', code });

/** A row with what its envelope says of it. */
export const openedRow = (row: ReadRow, meta: RowMeta): Opened =>
  row.kind === 'refused' ? row : { ...row, meta };
