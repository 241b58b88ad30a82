import { daysOfText, fromDays, textOfDays } from '../calendar.ts';
import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { checkedFormats, daysOfParts, edgesOfFormat, firstSql, formatOf } from './formats.ts';
import { grammar } from './grammar.ts';
import { accepted, type Parsed, refused } from './value.ts';

type Options = { readonly formats?: readonly string[] };

const strict = grammar('\\d{4}-\\d\\d-\\d\\d');
/** Dates that someone meant, but no year from 0001 to 9999: their reason is the range. */
const anyYear = grammar('[+-]?\\d{4,6}-\\d\\d-\\d\\d');

const parseIso = (text: string): Parsed<number> => {
  if (!anyYear.test(text)) return refused('E_TYPE');
  if (!strict.test(text)) return refused('E_RANGE');
  const days = daysOfText(text);
  if (days === undefined) return refused('E_TYPE');
  return text < '0001' ? refused('E_RANGE') : accepted(days);
};

const parseFormats = (text: string, formats: readonly string[]): Parsed<number> => {
  for (const format of formats) {
    const parts = formatOf(format).read(text);
    if (parts === undefined) continue;
    const days = daysOfParts(parts);
    if (days === undefined) return refused('E_TYPE');
    return parts.year < 1 ? refused('E_RANGE') : accepted(days);
  }
  return refused('E_TYPE');
};

const printAs = (value: number, format: string): string =>
  formatOf(format).print({ ...fromDays(value), hour: 0, minute: 0, second: 0, micros: 0 });

const isoEdges = [
  ...['1970-01-01', '1969-12-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
  ...['2023-02-29', '1900-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10'],
  ...['2026-01-00', '2026-01-32', '0000-00-00', '0000-01-01', '0000-02-29', '1582-10-10'],
  ...['10000-01-01', '99999-01-01', '-2024-01-01', '+2024-01-01', '-024-01-01', '99999-02-30'],
  ...['2024-1-01', '2024-01-1', '2024-01-1\t', '24-01-01', '20240101', '2024/01/02'],
  ...['01/02/2026', '2024-01-01T00:00:00Z', '2024-01-01 00:00:00', '2024-01-01Z', 'today'],
  ...['infinity', 'epoch', 'yesterday', '2024-01-01 (BC)', '\u0662024-01-01', '2024-01-0\u0661'],
];

/** A day of the calendar, years 0001 to 9999: other years are beyond what some readers know. */
export const dateKind: FieldKind<Options, number> = {
  kind: 'date',
  says: ({ formats = ['YYYY-MM-DD'] }) =>
    `a day as ${formats.join(' or ')}, years 0001 to 9999; other orders are not guessed`,
  rowType: () => 'number',
  parse: (text, { formats }) =>
    formats === undefined ? parseIso(text) : parseFormats(text, formats),
  print: (value, { formats: [format] = [] }) =>
    format === undefined ? textOfDays(value) : printAs(value, format),
  duckType: () => 'DATE',
  // A format's cast asks its regular expression first: strptime reads blanks and short years.
  cast: (textSql, { formats }) =>
    formats === undefined
      ? `TRY_CAST(${textSql} AS DATE)`
      : `(${firstSql(formats.map(formatOf), textSql)})::DATE`,
  accepts: (textSql, valueSql, { formats }) =>
    formats === undefined
      ? `${strict.sql(textSql)} AND ${valueSql} IS NOT NULL AND ${textSql} >= '0001'`
      : `${valueSql} >= DATE '0001-01-01'`,
  refusals: ({ formats }) =>
    formats === undefined
      ? [
          {
            code: 'E_TYPE',
            when: (textSql, valueSql) =>
              `NOT ${anyYear.sql(textSql)} OR (${strict.sql(textSql)} AND ${valueSql} IS NULL)`,
          },
          {
            code: 'E_RANGE',
            when: (textSql) => `NOT ${strict.sql(textSql)} OR ${textSql} < '0001'`,
          },
        ]
      : [
          { code: 'E_TYPE', when: (_textSql, valueSql) => `${valueSql} IS NULL` },
          { code: 'E_RANGE', when: (_textSql, valueSql) => `${valueSql} < DATE '0001-01-01'` },
        ],
  constant: (value) => `CAST('${textOfDays(value)}' AS DATE)`,
  icebergType: () => 'date',
  jsonSchema: ({ formats }) =>
    formats === undefined
      ? { type: 'string', format: 'date' }
      : {
          type: 'string',
          pattern: `^(?:${formats.map((format) => formatOf(format).strict.source).join('|')})$`,
        },
  edges: ({ formats = [] }) => [
    ...isoEdges,
    ...formats.flatMap((format) => edgesOfFormat(formatOf(format))),
  ],
};

type DateInit = FieldInit & {
  /**
   * How days are written, for instance ['DD/MM/YYYY', 'YYYYMMDD', 'D.M.YYYY']; D and M take one
   * or two digits. @default YYYY-MM-DD
   */
  readonly formats?: readonly string[];
  /** First day allowed, YYYY-MM-DD. */
  readonly from?: string;
  /** Last day allowed, YYYY-MM-DD. */
  readonly to?: string;
};

/** A column of days. */
export const date = ({ formats, from, to, ...init }: DateInit = {}): Field => {
  const bound = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const parsed = parseIso(text);
    if (parsed.ok) return parsed.value;
    throw new Error(`date: the bound '${text}' is no YYYY-MM-DD of a real day`);
  };
  const options = formats === undefined ? {} : { formats: checkedFormats('date', formats, false) };
  return fieldOf(dateKind.kind, options, init, range({ min: bound(from), max: bound(to) }));
};
