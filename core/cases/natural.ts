import { textOfDays } from '../calendar.ts';
import { decimalKind } from '../fields/decimal.ts';
import { timestampKind } from '../fields/timestamp.ts';
import type { Scalar, Value } from '../fields/value.ts';
import type { IcebergType } from '../iceberg-type.ts';

/**
 * A published value as people write it: decimals, days, times, instants and 64-bit integers as
 * text, all else as itself.
 */
export type Natural =
  | string
  | number
  | boolean
  | null
  | readonly Natural[]
  | { readonly [name: string]: Natural };

const DECIMAL = /^decimal\((\d+), ?(\d+)\)$/;
const SECOND_MICROS = 1_000_000n;

/** A typed value of a column, written naturally. */
export const naturalOf = (value: Value | null | undefined, type: IcebergType): Natural => {
  if (value === null || value === undefined) return null;
  if (typeof type !== 'string') return nestedOf(value, type);
  return typeof value === 'object' ? String(value) : scalarOf(value, type);
};

const nestedOf = (value: Value, type: Exclude<IcebergType, string>): Natural => {
  if (type.type === 'list') {
    return Array.isArray(value) ? value.map((each) => naturalOf(each, type.element)) : null;
  }
  const entries = new Map(Object.entries(value));
  return Object.fromEntries(
    type.fields.map((field) => [field.name, naturalOf(entries.get(field.name), field.type)]),
  );
};

const scalarOf = (value: Scalar, type: string): Natural => {
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  if (typeof value === 'bigint') {
    if (precision !== undefined) {
      return decimalKind.print(value, { precision: Number(precision), scale: Number(scale) });
    }
    if (type === 'time') return clockOf(value);
    if (type === 'timestamptz') return timestampKind.print(value, {});
    if (type === 'timestamp') return timestampKind.print(value, {}).replace('Z', '');
    return value.toString();
  }
  return type === 'date' && typeof value === 'number' ? textOfDays(value) : value;
};

const clockOf = (micros: bigint): string => {
  const seconds = Number(micros / SECOND_MICROS);
  const fraction = micros % SECOND_MICROS;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return fraction === 0n ? clock : `${clock}.${fraction.toString().padStart(6, '0')}`;
};

/** One spelling of a natural value, so that '20' is the decimal 20.00 and +01:00 is an instant. */
export const spelling = (value: Natural, type: IcebergType): string => {
  if (value === null) return 'null';
  if (typeof type !== 'string') return nestedSpelling(value, type);
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  const parsed =
    precision === undefined
      ? type === 'timestamptz' && timestampKind.parse(text, {})
      : decimalKind.parse(text, { precision: Number(precision), scale: Number(scale) });
  if (parsed === false) return JSON.stringify(text);
  return JSON.stringify(parsed.ok ? scalarOf(parsed.value, type) : text);
};

const nestedSpelling = (
  value: Exclude<Natural, null>,
  type: Exclude<IcebergType, string>,
): string => {
  if (type.type === 'list') {
    const items: readonly Natural[] | null = Array.isArray(value) ? value : null;
    if (items === null) return JSON.stringify(value);
    return `[${items.map((each) => spelling(each, type.element)).join(', ')}]`;
  }
  const entries = new Map<string, Natural>(typeof value === 'object' ? Object.entries(value) : []);
  const parts = type.fields.map(
    (field) => `${field.name}: ${spelling(entries.get(field.name) ?? null, field.type)}`,
  );
  return `{ ${parts.join(', ')} }`;
};
