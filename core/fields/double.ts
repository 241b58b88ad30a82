import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { checkedMark, type Mark, pointed } from './mark.ts';
import { accepted, type Parsed, refused } from './value.ts';

type Options = { readonly mark?: Mark; readonly allowNonFinite?: true };

const NON_FINITE = 'NaN|[+-]?Infinity';
const digits = (mark: Mark): string => `[+-]?[0-9]+(${pointed(mark)}[0-9]+)?([eE][+-]?[0-9]+)?`;
const finite = { '.': grammar(digits('.')), ',': grammar(digits(',')) };
const any = {
  '.': grammar(`${digits('.')}|${NON_FINITE}`),
  ',': grammar(`${digits(',')}|${NON_FINITE}`),
};

const grammarOf = ({ mark = '.', allowNonFinite }: Options) =>
  (allowNonFinite === true ? any : finite)[mark];

const parse = (text: string, options: Options): Parsed<number> => {
  if (!grammarOf(options).test(text)) return refused('E_TYPE');
  // Adding 0 turns -0 into 0: equal values have the same bits, also as keys.
  const value = Number(text.replace(',', '.')) + 0;
  const overflow = !Number.isFinite(value) && !/[Ny]/.test(text);
  return overflow ? refused('E_RANGE') : accepted(value);
};

const overflowSql = (textSql: string, valueSql: string): string =>
  `isinf(${valueSql}) AND ${textSql} NOT LIKE '%y'`;

/** A binary floating-point number; both engines round a text to the nearest one. */
export const doubleKind: FieldKind<Options, number> = {
  kind: 'double',
  says: ({ mark = '.', allowNonFinite }) =>
    `decimal digits with an optional '${mark}' and exponent (1${mark}5e-7), rounded to the ` +
    `nearest 64-bit float; ${allowNonFinite === true ? 'also' : 'never'} NaN or Infinity`,
  rowType: () => 'number',
  parse,
  print: (value, { mark = '.' }) => String(value).replace('.', mark),
  duckType: () => 'DOUBLE',
  // Adding 0 turns -0 into 0, as above.
  cast: (textSql, { mark }) =>
    `TRY_CAST(${mark === ',' ? `replace(${textSql}, ',', '.')` : textSql} AS DOUBLE) + 0.0::DOUBLE`,
  accepts: (textSql, valueSql, options) =>
    `${grammarOf(options).sql(textSql)} AND ` +
    (options.allowNonFinite === true
      ? `NOT (${overflowSql(textSql, valueSql)})`
      : `isfinite(${valueSql})`),
  refusals: (options) => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${grammarOf(options).sql(textSql)}` },
    { code: 'E_RANGE', when: overflowSql },
  ],
  constant: (value) => `CAST('${value}' AS DOUBLE)`,
  icebergType: () => 'double',
  jsonSchema: (options) => ({ type: 'string', pattern: `^(?:${grammarOf(options).source})$` }),
  edges: ({ mark = '.' }) => [
    ...points.map((text) => text.replace('.', mark)),
    ...['1e400', '-1e400', '1e-400', '-1e-400', '1e99999999999999999999', '0e99999999999999999'],
    ...['0', '-0', '+0', '7', '-1', '+5', '00123', '1e3', '1E+5', '1e-7', '1e05', '9'.repeat(400)],
    ...['9007199254740993', '123456789012345678901234567890', '1.5', '1,5', '1.234,5', '1,234.5'],
    ...['NaN', '-NaN', 'nan', 'Infinity', '-Infinity', '+Infinity', 'infinity', 'inf', '-inf'],
    ...['', '+', '-', 'e5', '1e', '1e+', '1e5.5', '--1', '0x10', '1_000', '1d', '1f', 'two', '%'],
    ...['\u0661', '1e\u0662'],
  ],
};

const HALF_ULP_ABOVE_LARGEST = `1797693134862315807937${'0'.repeat(287)}`;

/** Where rounding is hard: ties, the least and the largest number, and what lies just beyond. */
const points = [
  ...['0.1', '0.3', '-12.50', '2.5e-3', '1.7976931348623157e308', '1.7976931348623158e308'],
  ...['1.797693134862315807e308', '1.7976931348623159e308', HALF_ULP_ABOVE_LARGEST],
  ...['4.9e-324', '2.4703282292062327e-324', '2.4703282292062328e-324', '2.2250738585072011e-308'],
  ...['2.2250738585072014e-308', '9007199254740992.5', '9007199254740993.5', '8.5e-1', '-0.0'],
  ...['1.00000000000000011102230246251565404236316680908203125', '6.02214076e23', '-0.0e5'],
  ...['1.00000000000000011102230246251565404236316680908203124', `0.${'1'.repeat(400)}`],
  ...['1.00000000000000011102230246251565404236316680908203126', '.5', '5.', '.', '+.5', '1.e3'],
];

type DoubleInit = FieldInit & {
  /** What stands before the decimals; the other one is refused. @default '.' */
  readonly mark?: Mark;
  /** Takes the texts NaN, Infinity and -Infinity too. @default false */
  readonly allowNonFinite?: boolean;
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
};

/** A column of measurements; money and other exact numbers are decimals. */
export const double = (given: DoubleInit = {}): Field => {
  const { mark, allowNonFinite = false, min, max, ...init } = given;
  for (const bound of [min, max]) {
    if (bound !== undefined && !Number.isFinite(bound)) {
      throw new Error(`double: the bound ${bound} is no finite number`);
    }
  }
  // DuckDB's NaN is larger than any number: an upper end keeps it out, as in JavaScript.
  const top = allowNonFinite && min !== undefined ? Number.POSITIVE_INFINITY : undefined;
  const options = {
    ...checkedMark('double', mark),
    ...(allowNonFinite ? { allowNonFinite } : {}),
  };
  return fieldOf(doubleKind.kind, options, init, range({ min, max: max ?? top }));
};
