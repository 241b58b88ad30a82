import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { accepted, refused } from './value.ts';

const MIN = -2_147_483_648;
const MAX = 2_147_483_647;
const digits = grammar('[+-]?[0-9]+');

/** A whole number of 32 bits. DuckDB's cast also reads 3.5, 1e3, 0x10 and 1_000; we do not. */
export const integerKind: FieldKind<object, number> = {
  kind: 'integer',
  says: () => 'a whole number of 32 bits in decimal digits, with or without a sign',
  rowType: () => 'number',
  parse: (text) => {
    if (!digits.test(text)) return refused('E_TYPE');
    const value = Number(text);
    // Adding 0 turns -0, which DuckDB does not have, into 0.
    return MIN <= value && value <= MAX ? accepted(value + 0) : refused('E_RANGE');
  },
  print: (value) => String(value),
  duckType: () => 'INTEGER',
  cast: (textSql) => `TRY_CAST(${textSql} AS INTEGER)`,
  accepts: (textSql, valueSql) => `${digits.sql(textSql)} AND ${valueSql} IS NOT NULL`,
  refusals: () => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${digits.sql(textSql)}` },
    { code: 'E_RANGE', when: (_textSql, valueSql) => `${valueSql} IS NULL` },
  ],
  icebergType: () => 'int',
  jsonSchema: () => ({ type: 'string', pattern: `^${digits.source}$` }),
  edges: () => [
    '0',
    '-0',
    '+0',
    '7',
    '+5',
    '-1',
    '00123',
    `${'0'.repeat(60)}7`,
    `${MAX}`,
    `${MAX + 1}`,
    `${MIN}`,
    `${MIN - 1}`,
    '9223372036854775808',
    '9'.repeat(400),
    '+',
    '-',
    '--1',
    '+-1',
    '3.5',
    '5.',
    '.5',
    '1e3',
    '0x10',
    '1_000',
    '1,000',
    '1 000',
    'two',
    'NaN',
    'Infinity',
    '\u0661\u0662',
    '\uff11',
  ],
};

type IntegerInit = FieldInit & {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
};

/** A column of 32-bit integers. */
export const integer = (init: IntegerInit = {}): Field => {
  for (const bound of [init.min, init.max]) {
    if (bound !== undefined && !(Number.isInteger(bound) && MIN <= bound && bound <= MAX)) {
      throw new Error(`integer: the bound ${bound} is no 32-bit integer`);
    }
  }
  return fieldOf(integerKind.kind, {}, init, range(init));
};
