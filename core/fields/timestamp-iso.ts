import { daysOfText } from '../calendar.ts';
import { grammar } from './grammar.ts';
import {
  FIRST,
  FIRST_SQL,
  LAST,
  LAST_SQL,
  printIso,
  SECOND,
  type TimestampForm,
} from './timestamp-form.ts';
import { accepted, type Parsed, refused } from './value.ts';

const CLOCK = '([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?';
const strict = grammar(`\\d{4}-\\d\\d-\\d\\d[T ]${CLOCK}(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)`);
/** Instants that someone meant, but of no year or offset that exists: their reason is the range. */
const loose = grammar(`[+-]?\\d{4,6}-\\d\\d-\\d\\d[T ]${CLOCK}(Z|[+-]\\d\\d(:?\\d\\d)?)`);
const parts = /^(.{10}).(..):(..):(..)(?:\.(\d+))?(?:Z|([+-])(..):?(..)?)$/;

/** The instant of an ISO 8601 text with a zone. */
export const parseIso = (text: string): Parsed<bigint> => {
  if (!loose.test(text)) return refused('E_TYPE');
  if (!strict.test(text)) return refused('E_RANGE');
  const [, day = '', hour, minute, second, fraction = '', sign, zoneHour, zoneMinute = '0'] =
    parts.exec(text) ?? [];
  const days = daysOfText(day);
  if (days === undefined) return refused('E_TYPE');
  const offset = Number(zoneHour ?? '0') * 60 + Number(zoneMinute);
  const minutes = Number(hour) * 60 + Number(minute) + (sign === '-' ? offset : -offset);
  const seconds = BigInt(days) * 86_400n + BigInt(minutes * 60 + Number(second));
  const value = seconds * SECOND + BigInt(fraction.padEnd(6, '0'));
  return FIRST <= value && value <= LAST ? accepted(value) : refused('E_RANGE');
};

/**
 * The usual shape by LIKE costs two thirds of the regular expression, but LIKE's `_` is any
 * character and the cast is lenient: it reads hour 24, `T 9:`, `:0.Z` and signs before the year.
 * Each of these is kept out here; every pair of replaced characters was tried.
 */
const usualShape = (textSql: string): string =>
  `${textSql} >= '0001' AND ${textSql} NOT LIKE '%.Z' AND ` +
  `(${textSql} LIKE '____-__-__T1_:__:__Z' OR ${textSql} LIKE '____-__-__T0_:__:__Z' OR ` +
  `(${textSql} LIKE '____-__-__T2_:__:__Z' AND ${textSql} NOT LIKE '%T24%'))`;

/**
 * An instant: ISO 8601 with seconds, up to six decimals, and a zone, which is never guessed. No
 * hour 24 and no second 60. Years 0001 to 9999 in UTC; offsets up to 14 hours.
 */
export const isoForm: TimestampForm = {
  says: () => 'ISO 8601 with seconds, up to six decimals and a zone (Z or +hh:mm)',
  parse: parseIso,
  print: printIso,
  cast: (textSql) => `TRY_CAST(${textSql} AS TIMESTAMPTZ)`,
  accepts: (textSql, valueSql) =>
    `${valueSql} IS NOT NULL AND CASE WHEN ${usualShape(textSql)} THEN true ` +
    `ELSE ${strict.sql(textSql)} AND ${valueSql} BETWEEN ${FIRST_SQL} AND ${LAST_SQL} END`,
  refusals: () => [
    {
      code: 'E_TYPE',
      when: (textSql, valueSql) =>
        `NOT ${loose.sql(textSql)} OR (${strict.sql(textSql)} AND ${valueSql} IS NULL)`,
    },
    {
      code: 'E_RANGE',
      when: (textSql, valueSql) =>
        `NOT ${strict.sql(textSql)} OR ${valueSql} < ${FIRST_SQL} OR ${valueSql} > ${LAST_SQL}`,
    },
  ],
  jsonSchema: () => ({ type: 'string', format: 'date-time' }),
  edges: () => [
    ...['1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999999Z', '2024-02-29 12:34:56Z'],
    ...['2024-01-01T20:15:05Z', '2024-01-01T10:00:00.5+05:30', '2024-01-01T10:00:00-0330'],
    ...['2024-01-01T10:00:00+14', '2024-01-01T10:00:00-00:00', '2024-01-01T10:00:00.000001Z'],
    ...['0001-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '0001-01-01T00:00:00-00:01'],
    ...['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00Z'],
    ...['0000-12-31T23:59:59-01:00', '1500-02-29T00:00:00Z', '1582-10-10T00:00:00Z'],
    ...['2024-01-01T10:00:00+14:59', '2024-01-01T10:00:00+15:00', '2024-01-01T10:00:00+25:00'],
    ...['2024-01-01T10:00:00+05:60', '10000-01-01T00:00:00Z', '99999-01-01T00:00:00Z'],
    ...['-2024-01-01T00:00:00Z', '+2024-01-01T00:00:00Z', '-024-01-01T00:00:00Z'],
    ...['2024-01-01T24:00:00Z', '2024-01-01T24:00:00+00:00', '2024-01-01 24:00:00Z'],
    ...['2016-12-31T23:59:60Z', '2024-01-01T10:60:00Z', '2024-01-01T25:00:00Z'],
    ...['2024-01-01T 0:00:05Z', '2024-01-01T\t0:00:05Z', '2024-01-01T10:00:0.Z'],
    ...['2024-01-01T10:00:5\tZ', '2024-01-01T10:00:00.Z', '2024-01-01T10:00:00.1234567Z'],
    ...['2024-02-30T10:00:00Z', '2024-13-45T10:00:00Z', '2024-00-01T00:00:00Z'],
    ...['2024-01-01T10:00:00', '2024-01-01T10:00Z', '2024-01-01', '2024-01-01T10:00:00z'],
    ...['2024-01-01t10:00:00Z', '2024-01-01T10:00:00 Z', '2024-01-01T10:00:00 UTC'],
    ...['2024-01-01T10:00:00 Europe/Warsaw', '2024-01-01T10:00:00,5Z', '20240101T100000Z'],
    ...['05/03/2024 10:00', 'yesterday', 'infinity', '-infinity', 'epoch', 'now', '1704103200'],
    ...['\u0662024-01-01T10:00:00Z', '2024-01-01T1\u0660:00:00Z', '2024-01-01T10:00:0\u00e9Z'],
  ],
};
