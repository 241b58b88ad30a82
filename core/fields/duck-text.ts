import { textOfDays } from '../calendar.ts';
import type { Value } from './value.ts';

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

const two = (number: bigint): string => String(number).padStart(2, '0');

const clockText = (micros: bigint): string => {
  const seconds = micros / SECOND;
  const clock = [seconds / 3_600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':');
  return `${clock}.${String(micros % SECOND).padStart(6, '0')}`;
};

const instantText = (micros: bigint): string => {
  const inDay = ((micros % DAY) + DAY) % DAY;
  return `${textOfDays(Number((micros - inDay) / DAY))} ${clockText(inDay)}+00`;
};

const decimalText = (type: string, unscaled: bigint): string => {
  const scale = Number(/, (\d+)\)/.exec(type)?.[1] ?? 0);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const sign = unscaled < 0n ? '-' : '';
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
};

/** DuckDB reads a BLOB from a text with two hex digits behind \\x for each byte. */
const blobText = (base64: string): string =>
  Array.from(atob(base64), (byte) => {
    const hex = byte.charCodeAt(0).toString(16).padStart(2, '0');
    return `\\x${hex}`;
  }).join('');

/**
 * A scalar of an Iceberg type as DuckDB casts it: exactly, and whatever the field's own text is
 * like, which may have a decimal comma or say yes for true.
 */
export const duckText = (type: string, value: Value): string => {
  if (typeof value === 'string') return type === 'binary' ? blobText(value) : value;
  if (typeof value === 'number') return type === 'date' ? textOfDays(value) : String(value);
  if (typeof value !== 'bigint') return String(value);
  if (type.startsWith('decimal')) return decimalText(type, value);
  if (type.startsWith('timestamp')) return instantText(value);
  return type === 'time' ? clockText(value) : String(value);
};
