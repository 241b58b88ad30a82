import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, type Parsed, refused } from './value.ts';

const clock = grammar('([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?');
const parts = /^(..):(..):(..)(?:\.(\d+))?$/;

const parse = (text: string): Parsed<bigint> => {
  if (!clock.test(text)) return refused('E_TYPE');
  const [, hour, minute, second, fraction = ''] = parts.exec(text) ?? [];
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  return accepted(BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0')));
};

const print = (value: bigint): string => {
  const seconds = Number(value / 1_000_000n);
  const shown = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const fraction = value % 1_000_000n;
  return fraction === 0n ? shown : `${shown}.${String(fraction).padStart(6, '0')}`;
};

/** A time of the day, of no day and no zone. No hour 24 and no second 60. */
export const timeKind: FieldKind<object, bigint> = {
  kind: 'time',
  says: () => 'a time of the day as HH:MM:SS, 00:00:00 to 23:59:59, up to six decimals',
  rowType: () => 'bigint',
  parse,
  print,
  duckType: () => 'TIME',
  cast: (textSql) => `TRY_CAST(${textSql} AS TIME)`,
  // LIKE costs a sixth of the regular expression. The cast is lenient: of eight characters it
  // would read hour 24, `1:02:003`, `01:02:3 ` and what starts or ends with a space of any sort.
  accepts: (textSql, valueSql) =>
    `${valueSql} IS NOT NULL AND CASE WHEN ${textSql} LIKE '__:__:__' ` +
    `AND ${textSql} BETWEEN '0' AND '23:59:59' AND right(${textSql}, 1) BETWEEN '0' AND '9' ` +
    `THEN true ELSE ${clock.sql(textSql)} END`,
  refusals: () => [{ code: 'E_TYPE', when: (textSql) => `NOT ${clock.sql(textSql)}` }],
  icebergType: () => 'time',
  jsonSchema: () => ({ type: 'string', pattern: `^${clock.source}$` }),
  edges: () => [
    ...['00:00:00', '23:59:59', '23:59:59.999999', '12:34:56.5', '00:00:00.000001', '09:00:00'],
    ...['24:00:00', '24:00:00.0', '23:59:60', '25:00:00', '12:60:00', '23:59:59.9999999'],
    ...['1:02:03', '01:2:03', '01:02:3', '01:02', '0102:03', '010203', '01:02:03.', '01:02:3 '],
    ...['01:02:3\t', ' 1:02:03', '\t1:02:03', '01: 2:03', '01:02: 3', '+1:02:03', '-1:02:03'],
    ...['01:02:03Z', '01:02:03+01', '01:02:03 PM', '1:02:03 pm', '2024-01-01 01:02:03', 'noon'],
    ...['01:02:03,5', '\u0660\u0661:02:03', '01:02:0\u0663', '::::::::', '__:__:__', 'infinity'],
  ],
};

type TimeInit = FieldInit & {
  /** First time allowed: '08:00:00'. */
  readonly from?: string;
  /** Last time allowed. */
  readonly to?: string;
};

/** A column of times of the day. */
export const time = ({ from, to, ...init }: TimeInit = {}): Field => {
  const bound = (text: string | undefined): bigint | undefined => {
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    throw new Error(`time: the bound '${text}' is no HH:MM:SS of a day`);
  };
  return fieldOf(timeKind.kind, {}, init, range({ min: bound(from), max: bound(to) }));
};
