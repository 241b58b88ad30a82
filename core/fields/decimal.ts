import { range } from '../rules/range.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { checkedMark, type Mark, pointed } from './mark.ts';
import { accepted, type Parsed, refused } from './value.ts';

type Options = { readonly precision: number; readonly scale: number; readonly mark?: Mark };

const anyScales = {
  '.': grammar(`[+-]?[0-9]+(${pointed('.')}[0-9]+)?`),
  ',': grammar(`[+-]?[0-9]+(${pointed(',')}[0-9]+)?`),
};
const anyScale = ({ mark = '.' }: Options) => anyScales[mark];
const ofScale = ({ scale, mark = '.' }: Options) =>
  grammar(scale === 0 ? '[+-]?[0-9]+' : `[+-]?[0-9]+(${pointed(mark)}[0-9]{1,${scale}})?`);

const parse = (text: string, options: Options): Parsed<bigint> => {
  const { precision, scale, mark = '.' } = options;
  if (!anyScale(options).test(text)) return refused('E_TYPE');
  const point = text.indexOf(mark);
  const decimals = point < 0 ? '' : text.slice(point + 1);
  if (decimals.length > scale) return refused('E_SCALE');
  const whole = (point < 0 ? text : text.slice(0, point)).replace(/^[+-]/, '').replace(/^0+/, '');
  if (whole.length > precision - scale) return refused('E_RANGE');
  const unscaled = BigInt(whole + decimals.padEnd(scale, '0'));
  return accepted(text.startsWith('-') ? -unscaled : unscaled);
};

const print = (value: bigint, { scale, mark = '.' }: Options): string => {
  const sign = value < 0n ? '-' : '';
  const all = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = all.length - scale;
  return scale === 0 ? sign + all : `${sign}${all.slice(0, point)}${mark}${all.slice(point)}`;
};

const withPoint = (textSql: string, { mark }: Options): string =>
  mark === ',' ? `replace(${textSql}, ',', '.')` : textSql;

/** A fixed-point number. A decimal too many is refused, because a cast would round it silently. */
export const decimalKind: FieldKind<Options, bigint> = {
  kind: 'decimal',
  says: ({ precision, scale, mark = '.' }) =>
    `decimal digits with a ${mark === '.' ? 'point' : 'comma'}, ` +
    `up to ${precision - scale} before and ${scale} behind it`,
  rowType: () => 'bigint',
  parse,
  print,
  duckType: ({ precision, scale }) => `DECIMAL(${precision},${scale})`,
  cast: (textSql, options) =>
    `TRY_CAST(${withPoint(textSql, options)} AS ${decimalKind.duckType(options)})`,
  accepts: (textSql, valueSql, options) =>
    `${ofScale(options).sql(textSql)} AND ${valueSql} IS NOT NULL`,
  refusals: (options) => [
    { code: 'E_TYPE', when: (textSql) => `NOT ${anyScale(options).sql(textSql)}` },
    { code: 'E_SCALE', when: (textSql) => `NOT ${ofScale(options).sql(textSql)}` },
    { code: 'E_RANGE', when: (_textSql, valueSql) => `${valueSql} IS NULL` },
  ],
  constant: (value, { precision, scale }) =>
    `CAST('${print(value, { precision, scale })}' AS DECIMAL(${precision},${scale}))`,
  icebergType: ({ precision, scale }) => `decimal(${precision}, ${scale})`,
  jsonSchema: (options) => ({ type: 'string', pattern: `^${ofScale(options).source}$` }),
  edges: (options) => {
    const { precision, scale, mark = '.' } = options;
    const texts = edgesWithPoint({ precision, scale });
    return mark === '.' ? texts : [...texts, ...texts.map((text) => text.replace('.', mark))];
  },
};

const edgesWithPoint = (options: Options): string[] => {
  const { precision, scale } = options;
  const largest = 10n ** BigInt(precision) - 1n;
  const nines = '9'.repeat(precision - scale);
  return [
    print(largest, options),
    print(-largest, options),
    `1${'0'.repeat(precision - scale)}`,
    `${nines}.${'9'.repeat(scale)}4`,
    `${nines}.${'9'.repeat(scale)}9`,
    `${nines}9.${'9'.repeat(scale + 1)}`,
    `0.${'0'.repeat(scale)}1`,
    `0.${'0'.repeat(scale)}0`,
    ...['0', '-0', '+0', '+0.0', '-0.0', '1', '+5', '-1', '00123', `${'0'.repeat(60)}7.1`],
    ...['0.1', '0.01', '0.001', '12.345', '9'.repeat(400), `0.${'1'.repeat(400)}`],
    ...['.5', '5.', '.', '+', '-', '+.5', '--1', '1e3', '1E-2', '0x10', '1_000', '1,234.50'],
    ...['1.2.3', 'NaN', 'Infinity', '-inf', 'two', '\u0661.\u0662'],
  ];
};

type DecimalInit = FieldInit & {
  /** Digits in all, 1 to 38. */
  readonly precision: number;
  /** Digits behind the point, 0 to precision. */
  readonly scale: number;
  /** What stands before the decimals; the other one is refused. @default '.' */
  readonly mark?: Mark;
  /** Smallest value allowed, as text with a point: '0.01'. */
  readonly min?: string;
  /** Largest value allowed, as text. */
  readonly max?: string;
};

/** A column of fixed-point numbers: money, weights, rates. */
export const decimal = (given: DecimalInit): Field => {
  const { precision, scale, mark, min, max, ...init } = given;
  const whole = Number.isInteger(precision) && Number.isInteger(scale);
  if (!whole || precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    throw new Error(`decimal: precision ${precision}, scale ${scale}; allowed: 1-38, 0-precision`);
  }
  const bound = (text: string | undefined): bigint | undefined => {
    if (text === undefined) return undefined;
    const parsed = parse(text, { precision, scale });
    if (parsed.ok) return parsed.value;
    throw new Error(`decimal: the bound '${text}' is no decimal(${precision}, ${scale})`);
  };
  const rules = range({ min: bound(min), max: bound(max) });
  const options = { precision, scale, ...checkedMark('decimal', mark) };
  return fieldOf(decimalKind.kind, options, init, rules);
};
