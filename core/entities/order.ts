import { timestampKind } from '../fields/timestamp.ts';
import type { Row, Value } from '../fields/value.ts';
import type { RowMeta } from '../stream/opened.ts';

/** More than any number of 38 digits is below 0. */
const OFFSET = 10n ** 38n;
const DIGITS = 39;

/** Kinds of field that can say the order of changes; their values are whole numbers or digits. */
export const orderKinds: readonly string[] = ['integer', 'decimal', 'date', 'time', 'timestamp'];

/** A whole number as a text that compares as the number does. */
const sortable = (value: Value | null | undefined): string | undefined => {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isWhole || (typeof value !== 'bigint' && typeof value !== 'number')) return undefined;
  return (BigInt(value) + OFFSET).toString().padStart(DIGITS, '0');
};

/** What orders the changes of a key: what the source says, or a field of the row. */
export const orderOf = (
  entities: true | { readonly order: string },
  meta: RowMeta,
  values: Row | undefined,
): string | undefined => {
  if (entities !== true) return sortable(values?.[entities.order]);
  return meta.kind === 'change' ? meta.order : undefined;
};

/**
 * When a change was made, in microseconds since 1970: as its source says, or its field of order
 * where that is a time; where neither does, when the stream got it.
 */
export const timeOf = (
  entities: true | { readonly order: string },
  meta: RowMeta,
  { orders, arrivedAt }: { readonly orders: Value | null; readonly arrivedAt: number },
): number => {
  const micros = entities !== true && typeof orders === 'bigint' ? Number(orders) : toldBy(meta);
  return micros !== undefined && Number.isSafeInteger(micros) ? micros : arrivedAt * 1000;
};

const toldBy = (meta: RowMeta): number | undefined => {
  if (meta.kind === 'change') return meta.micros === null ? undefined : Number(meta.micros);
  if (meta.kind === 'none' || meta.time === null) return undefined;
  const parsed = timestampKind.parse(meta.time, {});
  return parsed.ok ? Number(parsed.value) : undefined;
};
