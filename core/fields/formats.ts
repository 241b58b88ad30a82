import { type Day, daysOfDay } from '../calendar.ts';
import { literal } from '../sql.ts';
import { type Grammar, grammar } from './grammar.ts';

/** What a text of a format says; the clock's parts are 0 where the format has none. */
export type Parts = Day & {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Minutes east of UTC, where the text has a zone. */
  readonly offset?: number | undefined;
};

/** A declared way to write a day or an instant, for both engines. */
export type Format = {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly zoned: boolean;
  readonly strict: Grammar;
  /** As `strict`, but with any offset: a text like that has its range as its reason. */
  readonly loose: Grammar;
  read(text: string): Parts | undefined;
  print(parts: Parts): string;
  /** TIMESTAMP, or TIMESTAMPTZ of a zoned format; asked only of texts that `strict` takes. */
  sql(textSql: string): string;
};

type Token = { readonly grammar: string; readonly strptime: string; readonly part: keyof Parts };

const tokens: Readonly<Record<string, Token>> = {
  YYYY: { grammar: '\\d{4}', strptime: '%Y', part: 'year' },
  MM: { grammar: '\\d\\d', strptime: '%m', part: 'month' },
  M: { grammar: '\\d{1,2}', strptime: '%m', part: 'month' },
  DD: { grammar: '\\d\\d', strptime: '%d', part: 'day' },
  D: { grammar: '\\d{1,2}', strptime: '%d', part: 'day' },
  HH: { grammar: '(?:[01]\\d|2[0-3])', strptime: '%H', part: 'hour' },
  H: { grammar: '(?:[01]?\\d|2[0-3])', strptime: '%H', part: 'hour' },
  mm: { grammar: '[0-5]\\d', strptime: '%M', part: 'minute' },
  ss: { grammar: '[0-5]\\d', strptime: '%S', part: 'second' },
  S: { grammar: '\\d{1,6}', strptime: '%f', part: 'micros' },
  Z: {
    grammar: '(?:Z|[+-](?:0\\d|1[0-4])(?::?[0-5]\\d)?)',
    strptime: '%z',
    part: 'offset',
  },
};
const LOOSE_ZONE = '(?:Z|[+-]\\d\\d(?::?\\d\\d)?)';
const TOKEN = /YYYY|MM?|DD?|HH?|mm|ss|S|Z|[-/.:, T]/g;
const SEPARATOR = /^[-/.:, T]$/;
const VARYING = ['M', 'D', 'H', 'S'];

const known = new Map<string, Format>();

/** A format by its text; throws what is wrong with it. */
export const formatOf = (text: string): Format => {
  const format = known.get(text) ?? compiled(text);
  known.set(text, format);
  return format;
};

const compiled = (text: string): Format => {
  const parts: readonly string[] = text.match(TOKEN) ?? [];
  const problem = problemOf(text, parts);
  if (problem !== undefined) {
    throw new Error(
      `the format '${text}' ${problem}; allowed are YYYY, MM or M, DD or D, HH or H, mm, ss, S ` +
        '(up to six decimals), Z (a zone, last) and - / . : , T and blanks between them',
    );
  }
  const escaped = (part: string): string => (part === '.' ? '\\.' : part);
  const source = (zone?: string): string =>
    parts
      .map((part) => (part === 'Z' ? zone : undefined) ?? tokens[part]?.grammar ?? escaped(part))
      .join('');
  const zoned = parts.includes('Z');
  const reader = new RegExp(
    `^${parts.map((part) => (tokens[part] === undefined ? escaped(part) : `(${tokens[part].grammar})`)).join('')}$`,
    'u',
  );
  const named = parts.flatMap((part) => tokens[part]?.part ?? []);
  return {
    text,
    tokens: parts,
    zoned,
    strict: grammar(source()),
    loose: grammar(source(LOOSE_ZONE)),
    read: (value) => {
      const found = reader.exec(value);
      return found === null ? undefined : partsOf(named, found.slice(1));
    },
    print: (value) => parts.map((part) => printed(part, value)).join(''),
    sql: (textSql) => {
      const pattern = literal(parts.map((part) => tokens[part]?.strptime ?? part).join(''));
      // DuckDB's %z reads no Z.
      const zone = `CASE WHEN suffix(${textSql}, 'Z') THEN ${textSql}[:-2] || '+00' ELSE ${textSql} END`;
      return `try_strptime(${zoned ? zone : textSql}, ${pattern})`;
    },
  };
};

const problemOf = (text: string, parts: readonly string[]): string | undefined => {
  if (parts.join('') !== text) return 'has other letters';
  if (text.trim() !== text) return 'starts or ends with a blank';
  const said = parts.flatMap((part) => tokens[part]?.part ?? []);
  if (new Set(said).size !== said.length) return 'says one part twice';
  for (const part of ['year', 'month', 'day'] as const) {
    if (!said.includes(part)) return `says no ${part}`;
  }
  const open = parts.findIndex(
    (part, at) =>
      VARYING.includes(part) && parts[at + 1] !== undefined && !SEPARATOR.test(parts[at + 1] ?? ''),
  );
  if (open >= 0 && parts[open + 1] !== 'Z') {
    return `has no mark behind ${parts[open]}, which has no fixed width`;
  }
  return parts.includes('Z') && parts.at(-1) !== 'Z' ? 'has its Z before the end' : undefined;
};

const partsOf = (named: readonly (keyof Parts)[], found: readonly string[]): Parts => {
  const said = new Map(named.map((part, at) => [part, found[at] ?? '']));
  const number = (part: keyof Parts): number => Number(said.get(part) ?? '0');
  const zone = said.get('offset');
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    micros: Number((said.get('micros') ?? '').padEnd(6, '0')),
    ...(zone === undefined ? {} : { offset: minutesOf(zone) }),
  };
};

const minutesOf = (zone: string): number => {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  return zone.startsWith('-') ? -minutes : minutes;
};

const WIDTHS: Readonly<Record<string, number>> = { YYYY: 4, M: 1, D: 1, H: 1, S: 6 };

const printed = (token: string, parts: Parts): string => {
  const { [token]: known } = tokens;
  if (known === undefined) return token;
  if (token === 'Z') return 'Z';
  return String(parts[known.part] ?? 0).padStart(WIDTHS[token] ?? 2, '0');
};

/** The formats of a field, or an error when one of them could read another's text otherwise. */
export const checkedFormats = (
  kind: string,
  formats: readonly string[],
  clock: boolean,
): readonly string[] => {
  if (formats.length === 0) throw new Error(`${kind}: formats is empty; declare at least one`);
  const all = formats.map(formatOf);
  for (const [index, format] of all.entries()) {
    const said = format.tokens.flatMap((token) => tokens[token]?.part ?? []);
    const timed = said.some((part) => !['year', 'month', 'day'].includes(part));
    const whole = said.includes('hour') && said.includes('minute');
    if (clock ? !whole : timed) {
      const asked = clock ? 'must say hours and minutes' : 'must say a day only';
      throw new Error(`${kind}: the format '${format.text}' ${asked}`);
    }
    const other = all.find((each, at) => at > index && clash(format, each));
    if (other !== undefined) {
      throw new Error(
        `${kind}: '${format.text}' and '${other.text}' read one text as two days, and nothing is ` +
          'guessed; declare one of them',
      );
    }
  }
  return formats;
};

/** Days whose digits make sense in many orders: what two formats differ in shows in one of them. */
const probes: readonly Parts[] = [1112, 102, 1201, 2024, 2010].flatMap((year) =>
  [1, 2, 10, 11, 12].flatMap((month) =>
    [1, 2, 11, 12, 20, 28].map((day) => ({
      ...{ year, month, day, hour: 10, minute: 11, second: 12, micros: 0 },
    })),
  ),
);

const clash = (one: Format, other: Format): boolean => {
  if (one.text === other.text) return true;
  const differs = (writer: Format, reader: Format): boolean =>
    probes.some((probe) => {
      const text = writer.print(probe);
      const [meant, read] = [writer.read(text), reader.read(text)];
      return read !== undefined && JSON.stringify(meant) !== JSON.stringify(read);
    });
  return differs(one, other) || differs(other, one);
};

/** Days since 1970-01-01 of what a text says; undefined when the calendar has no such day. */
export const daysOfParts = (parts: Parts): number | undefined => daysOfDay(parts);

/** Where any of the formats takes the text. */
export const anySql = (
  formats: readonly Format[],
  textSql: string,
  how: 'strict' | 'loose',
): string => `(${formats.map((format) => format[how].sql(textSql)).join(' OR ')})`;

/** The value of the first format that takes the text; the regular expression goes first. */
export const firstSql = (formats: readonly Format[], textSql: string): string =>
  `CASE ${formats.map((each) => `WHEN ${each.strict.sql(textSql)} THEN ${each.sql(textSql)}`).join(' ')} END`;

/** Texts on and off the edges of a format. */
export const edgesOfFormat = (format: Format): string[] => {
  const base = { hour: 20, minute: 14, second: 25, micros: 0 };
  const days: Day[] = [
    ...[
      [2024, 2, 29],
      [2023, 2, 29],
      [1900, 2, 29],
      [2026, 2, 30],
      [2026, 13, 1],
      [2026, 1, 0],
    ],
    ...[
      [2026, 1, 32],
      [0, 1, 1],
      [0, 2, 29],
      [0, 2, 30],
      [1, 1, 1],
      [9999, 12, 31],
      [1970, 1, 1],
    ],
    ...[
      [2024, 12, 5],
      [2024, 5, 12],
      [2026, 0, 10],
      [10_000, 1, 1],
      [999, 1, 1],
    ],
  ].map(([year = 0, month = 0, day = 0]) => ({ year, month, day }));
  const sound = { year: 2024, month: 11, day: 12 };
  const clocks = [
    [0, 0, 0],
    [23, 59, 59],
    [24, 0, 0],
    [23, 59, 60],
    [12, 60, 0],
    [9, 5, 1],
  ].map(([hour = 0, minute = 0, second = 0]) => ({ hour, minute, second }));
  const texts = [
    ...days.map((day) => format.print({ ...day, ...base })),
    ...clocks.map((clock) => format.print({ ...sound, ...base, ...clock })),
    format.print({ ...sound, ...base, micros: 500_000 }),
  ];
  const text = format.print({ ...sound, ...base });
  const zones = ['+00:00', '+05:30', '-0330', '+14', '+14:59', '+15:00', '+05:60', '', 'z', ' Z'];
  return [
    ...texts,
    ...(format.zoned ? zones.map((zone) => text.slice(0, -1) + zone) : [`${text}Z`]),
    ...[`${text}0`, text.slice(1), text.slice(0, -1), ` ${text}`, `${text.slice(0, -1)}\t`],
    ...[`\t${text.slice(1)}`, `-${text.slice(1)}`, `+${text.slice(1)}`, text.replace('1', ' ')],
    ...['2024-11-12', '12/11/2024', '2024-11-12T20:14:25Z', '20241112', '1731442465', 'today', '%'],
    ...[text.replace('1', '\u0661'), text.replaceAll(/[-/.:]/g, '_')],
  ];
};
