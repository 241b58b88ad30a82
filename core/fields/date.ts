import { daysOfText, textOfDays } from '../calendar.ts';
import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, type Parsed, refused } from './value.ts';

const strict = grammar('\\d{4}-\\d\\d-\\d\\d');
/** Dates that someone meant, but no year from 0001 to 9999: their reason is the range. */
const anyYear = grammar('[+-]?\\d{4,6}-\\d\\d-\\d\\d');

const parse = (text: string): Parsed<number> => {
  if (!anyYear.test(text)) return refused('E_TYPE');
  if (!strict.test(text)) return refused('E_RANGE');
  const days = daysOfText(text);
  if (days === undefined) return refused('E_TYPE');
  return text < '0001' ? refused('E_RANGE') : accepted(days);
};

/** A day of the calendar, years 0001 to 9999: other years are beyond what some readers know. */
export const dateKind: FieldKind<object, number> = {
  kind: 'date',
  says: () => 'a day as YYYY-MM-DD, years 0001 to 9999',
  rowType: () => 'number',
  parse,
  print: (value) => textOfDays(value),
  duckType: () => 'DATE',
  cast: (textSql) => `TRY_CAST(${textSql} AS DATE)`,
  accepts: (textSql, valueSql) =>
    `${strict.sql(textSql)} AND ${valueSql} IS NOT NULL AND ${textSql} >= '0001'`,
  refusals: () => [
    {
      code: 'E_TYPE',
      when: (textSql, valueSql) =>
        `NOT ${anyYear.sql(textSql)} OR (${strict.sql(textSql)} AND ${valueSql} IS NULL)`,
    },
    { code: 'E_RANGE', when: (textSql) => `NOT ${strict.sql(textSql)} OR ${textSql} < '0001'` },
  ],
  icebergType: () => 'date',
  jsonSchema: () => ({ type: 'string', format: 'date' }),
  edges: () => [
    ...['1970-01-01', '1969-12-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
    ...['2023-02-29', '1900-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10'],
    ...['2026-01-00', '2026-01-32', '0000-00-00', '0000-01-01', '0000-02-29', '1582-10-10'],
    ...['10000-01-01', '99999-01-01', '-2024-01-01', '+2024-01-01', '-024-01-01', '99999-02-30'],
    ...['2024-1-01', '2024-01-1', '2024-01-1\t', '24-01-01', '20240101', '2024/01/02'],
    ...['01/02/2026', '2024-01-01T00:00:00Z', '2024-01-01 00:00:00', '2024-01-01Z', 'today'],
    ...['infinity', 'epoch', 'yesterday', '2024-01-01 (BC)', '\u0662024-01-01', '2024-01-0\u0661'],
  ],
};

type DateInit = FieldInit & {
  /** First day allowed, YYYY-MM-DD. */
  readonly from?: string;
  /** Last day allowed, YYYY-MM-DD. */
  readonly to?: string;
};

/** A column of days. */
export const date = ({ from, to, ...init }: DateInit = {}): Field => {
  const bound = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    throw new Error(`date: the bound '${text}' is no YYYY-MM-DD of a real day`);
  };
  return fieldOf(dateKind.kind, {}, init, range({ min: bound(from), max: bound(to) }));
};
