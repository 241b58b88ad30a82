import type { RowCode } from '../codes.ts';

/**
 * A plain value, exact in both engines:
 * text and its kin, oneOf, uuid, json (canonical text), binary (base64): string;
 * integer of 32 bits, double: number; integer of 64 bits: bigint; boolean: boolean;
 * decimal: bigint, the unscaled digits; date: number, days since 1970;
 * time: bigint, microseconds since midnight; timestamp: bigint, microseconds since 1970 in UTC.
 * These are also Iceberg's own representations, so bounds and partitions need no conversion.
 */
export type Scalar = string | number | bigint | boolean;

/** A value of any kind; lists and structs hold the values of their parts. */
export type Value = Scalar | readonly (Value | null)[] | { readonly [name: string]: Value | null };

/** What one text turns out to be: a value, or the one reason why it is none. */
export type Parsed<V extends Value = Value> =
  | { readonly ok: true; readonly value: V }
  | { readonly ok: false; readonly code: RowCode };

/** Both spellings said once, so that the kinds read as tables. */
export const accepted = <V extends Value>(value: V): Parsed<V> => ({ ok: true, value });
export const refused = (code: RowCode): Parsed<never> => ({ ok: false, code });

/** One row, typed; null where the text was empty. */
export type Row = Readonly<Record<string, Value | null>>;
