import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, type Parsed, refused } from './value.ts';

/** Fields of 32 bits have no options at all, so that their contracts stay what they were. */
type Options = { readonly bits?: 64 };

const MIN = -2_147_483_648;
const MAX = 2_147_483_647;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;
/** Digits of the largest number of 64 bits. */
const LONG_DIGITS = 19;
const digits = grammar('[+-]?[0-9]+');

const parseInt32 = (text: string): Parsed<number> => {
  const value = Number(text);
  // Adding 0 turns -0, which DuckDB does not have, into 0.
  return MIN <= value && value <= MAX ? accepted(value + 0) : refused('E_RANGE');
};

const parseInt64 = (text: string): Parsed<bigint> => {
  const size = text.replace(/^[+-]?0*/, '');
  // BigInt takes time with the square of a text's length, and a hostile text is long.
  if (size.length > LONG_DIGITS) return refused('E_RANGE');
  const value = text.startsWith('-') ? -BigInt(size) : BigInt(size);
  return LONG_MIN <= value && value <= LONG_MAX ? accepted(value) : refused('E_RANGE');
};

/** A whole number. DuckDB's cast also reads 3.5, 1e3, 0x10 and 1_000; we do not. */
export const integerKind: FieldKind<Options, number | bigint> = {
  kind: 'integer',
  says: ({ bits }) =>
    `a whole number of ${bits ?? 32} bits in decimal digits, with or without a sign`,
  rowType: ({ bits }) => (bits === 64 ? 'bigint' : 'number'),
  parse: (text, { bits }) => {
    if (!digits.test(text)) return refused('E_TYPE');
    return bits === 64 ? parseInt64(text) : parseInt32(text);
  },
  print: (value) => String(value),
  duckType: ({ bits }) => (bits === 64 ? 'BIGINT' : 'INTEGER'),
  cast: (textSql, options) => `TRY_CAST(${textSql} AS ${integerKind.duckType(options)})`,
  // Printing a long again takes half the time of the regular expression, of an int as long.
  accepts: (textSql, valueSql, { bits }) =>
    bits === 64
      ? `${valueSql} IS NOT NULL AND ` +
        `CASE WHEN ${valueSql}::VARCHAR = ${textSql} THEN true ELSE ${digits.sql(textSql)} END`
      : `${digits.sql(textSql)} AND ${valueSql} IS NOT NULL`,
  refusals: () => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${digits.sql(textSql)}` },
    { code: 'E_RANGE', when: (_textSql, valueSql) => `${valueSql} IS NULL` },
  ],
  icebergType: ({ bits }) => (bits === 64 ? 'long' : 'int'),
  jsonSchema: () => ({ type: 'string', pattern: `^${digits.source}$` }),
  edges: () => [
    ...['0', '-0', '+0', '7', '+5', '-1', '00123', `${'0'.repeat(60)}7`],
    ...[`${MAX}`, `${MAX + 1}`, `${MIN}`, `${MIN - 1}`],
    ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993'],
    ...[`${LONG_MAX}`, `${LONG_MAX + 1n}`, `${LONG_MIN}`, `${LONG_MIN - 1n}`],
    ...[`+${'0'.repeat(30)}${LONG_MAX}`, '18446744073709551616', '9'.repeat(400)],
    ...['+', '-', '--1', '+-1', '3.5', '5.', '.5', '1e3', '0x10', '1_000', '1,000', '1 000'],
    ...['two', 'NaN', 'Infinity', '12n', '\u0661\u0662', '\uff11'],
  ],
};

type IntegerInit = FieldInit & {
  /** 64 for ids and counts beyond 2147483647; values are bigint then. @default 32 */
  readonly bits?: 32 | 64;
  /** Smallest value allowed. */
  readonly min?: number | bigint;
  /** Largest value allowed. */
  readonly max?: number | bigint;
};

/** A column of whole numbers of 32 or 64 bits. */
export const integer = ({ bits = 32, min, max, ...init }: IntegerInit = {}): Field => {
  const bound = (value: number | bigint | undefined): number | bigint | undefined => {
    if (value === undefined) return undefined;
    const parsed = bits === 64 ? parseInt64(whole(value)) : parseInt32(whole(value));
    if (parsed.ok) return parsed.value;
    throw new Error(`integer: the bound ${value} is no ${bits}-bit integer`);
  };
  const rules = range({ min: bound(min), max: bound(max) });
  return fieldOf(integerKind.kind, bits === 64 ? { bits } : {}, init, rules);
};

/** A number beyond 2^53 may have lost digits before we see it: those are written as 123n. */
const whole = (value: number | bigint): string => {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value.toString();
  throw new Error(`integer: the bound ${value} is no 32-bit integer; larger ones are bigint: 123n`);
};
