import type { RowCode } from '../codes.ts';

/**
 * A value, exact in both engines. No kind uses a float:
 * text, email, one-of: string; integer: number; decimal: bigint, the unscaled digits;
 * timestamp: bigint, microseconds since 1970 in UTC; date: number, days since 1970.
 * These are also Iceberg's own representations, so bounds and partitions need no conversion.
 */
export type Value = string | number | bigint;

/** What one text turns out to be: a value, or the one reason why it is none. */
export type Parsed<V extends Value = Value> =
  | { readonly ok: true; readonly value: V }
  | { readonly ok: false; readonly code: RowCode };

/** Both spellings said once, so that the kinds read as tables. */
export const accepted = <V extends Value>(value: V): Parsed<V> => ({ ok: true, value });
export const refused = (code: RowCode): Parsed<never> => ({ ok: false, code });

/** One row, typed; null where the text was empty. */
export type Row = Readonly<Record<string, Value | null>>;
