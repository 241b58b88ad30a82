import { grammar } from './grammar.ts';
import { type EpochUnit, FIRST, LAST, type TimestampForm } from './timestamp-form.ts';
import { accepted, type Parsed, refused } from './value.ts';

const digits = grammar('[+-]?[0-9]+');
/** Digits of the largest number of 64 bits. */
const DIGITS_MAX = 19;

/**
 * Microseconds in a unit, and the least count that is believed. A count of a coarser unit up to
 * 2286 would be an instant within 116 days of 1970: those are refused rather than mistaken.
 */
const units: Readonly<Record<EpochUnit, { readonly micros: bigint; readonly least: bigint }>> = {
  s: { micros: 1_000_000n, least: 0n },
  ms: { micros: 1_000n, least: 10_000_000_000n },
  us: { micros: 1n, least: 10_000_000_000_000n },
};
const names: Readonly<Record<EpochUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
};

const boundsOf = (unit: EpochUnit) => {
  const { micros, least } = units[unit];
  // The last count of a coarse unit is the one whose end lies in the last year.
  return { first: FIRST / micros, last: LAST / micros, micros, least };
};

const parse = (text: string, unit: EpochUnit): Parsed<bigint> => {
  if (!digits.test(text)) return refused('E_TYPE');
  const size = text.replace(/^[+-]?0*/, '');
  if (size.length > DIGITS_MAX) return refused('E_RANGE');
  const count = text.startsWith('-') ? -BigInt(size) : BigInt(size);
  const { first, last, micros, least } = boundsOf(unit);
  const known = first <= count && count <= last && (count >= least || count <= -least);
  return known ? accepted(count * micros) : refused('E_RANGE');
};

const castOf = (textSql: string, unit: EpochUnit): string => {
  const { first, last, micros, least } = boundsOf(unit);
  const count = `TRY_CAST(${textSql} AS BIGINT)`;
  const near = least === 0n ? '' : ` AND ${count} NOT BETWEEN ${1n - least} AND ${least - 1n}`;
  return (
    `CASE WHEN ${count} BETWEEN ${first} AND ${last}${near} ` +
    `THEN make_timestamptz(${count} * ${micros}) END`
  );
};

/** Whole numbers of a declared unit since 1970-01-01T00:00:00Z; the unit is never guessed. */
export const epochForm = (unit: EpochUnit): TimestampForm => ({
  says: () =>
    `a whole number of ${names[unit]} since 1970-01-01T00:00:00Z, years 0001 to 9999` +
    `${unit === 's' ? '' : ', not within 116 days of 1970: such a number is of a coarser unit'}`,
  parse: (text) => parse(text, unit),
  print: (value) => String(value / units[unit].micros),
  cast: (textSql) => castOf(textSql, unit),
  accepts: (textSql, valueSql) => `${digits.sql(textSql)} AND ${valueSql} IS NOT NULL`,
  refusals: () => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${digits.sql(textSql)}` },
    { code: 'E_RANGE', when: (_textSql, valueSql) => `${valueSql} IS NULL` },
  ],
  jsonSchema: () => ({ type: 'string', pattern: `^${digits.source}$` }),
  edges: () => {
    const { first, last, least } = boundsOf(unit);
    const counts = [first, last, least, -least, 0n, 1_704_103_200n, 1_704_103_200_000n];
    return [
      ...[...counts, 1_704_103_200_000_000n].flatMap((count) => [
        ...[`${count - 1n}`, `${count}`, `${count + 1n}`],
      ]),
      ...[
        '+1704103200',
        '-1',
        '-0',
        '00001704103200',
        '9223372036854775807',
        '9223372036854775808',
      ],
      ...['9'.repeat(400), '1704103200.5', '1.7e9', '1_704_103_200', '0x10', '1704103200s', '-'],
      ...['2024-01-01T10:00:00Z', 'now', 'epoch', '\u0661'],
    ];
  },
});
