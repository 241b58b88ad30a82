import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** An instant as text in UTC: DuckDB's own text follows the zone of this machine. */
const instant = (value: DuckDBTimestampTZValue): string => {
  const text = new DuckDBTimestampValue(value.micros).toString();
  return value.isFinite ? `${text}+00` : text;
};

/** A value as a person reads it, exact to the last digit; null stays null. */
export const textOf = (value: DuckDBValue): string | null => {
  if (value === null || value === undefined) return null;
  if (value instanceof DuckDBTimestampTZValue) return instant(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBStructValue)
    return JSON.stringify(jsonOf(value));
  return String(value);
};

/**
 * A value in JSON. A number only where every reader of JSON keeps it whole: integers up to 2^53
 * and doubles. Larger integers and all decimals are text.
 */
export const jsonOf = (value: DuckDBValue): unknown => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map(jsonOf);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, entry]) => [name, jsonOf(entry)]),
    );
  return textOf(value);
};
