import { describe, expect, test } from 'vitest';
import {
  above,
  abs,
  all,
  any,
  atLeast,
  below,
  col,
  columnsIn,
  compile,
  compileCondition,
  type Expression,
  evaluate,
  is,
  isMissing,
  isOneOf,
  isPresent,
  lengthOf,
  minus,
  not,
  plus,
  textOf,
  times,
  toSql,
  typeOf,
  value,
} from '../../../core/expressions/index.ts';
import type { Row } from '../../../core/fields/value.ts';
import { ident } from '../../../core/sql.ts';
import { db } from '../../set-engine.ts';

const columns = [
  { name: 'status', type: 'string' },
  { name: 'quantity', type: 'int' },
  { name: 'count', type: 'long' },
  { name: 'price', type: 'decimal(12, 2)' },
  { name: 'wide', type: 'decimal(38, 2)' },
  { name: 'few', type: 'decimal(38, 2)', largest: 999n },
  { name: 'paid', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamptz' },
  { name: 'ratio', type: 'double' },
  { name: 'id', type: 'uuid' },
  { name: 'tags', type: { type: 'list', element: 'string', 'element-required': true } },
] as const;

test.each([
  ['an unknown column', is(col('state'), 'x'), "no column 'state'; usable are status, quantity"],
  ['a text beside a number', above(col('status'), col('price')), 'status (string) with price'],
  ['a number beside a text', is(col('status'), 5), "status (string) with '5' (int)"],
  ['a text that is no number', is(col('price'), 'much'), "'much' is no int; write it like 9.99"],
  ['a day that does not exist', is(col('day'), '2024-02-30'), 'write it like 2024-12-31'],
  ['an instant without a zone', is(col('at'), '2024-01-01T00:00:00'), 'like 2024-12-31T23:59:59Z'],
  ['a day beside an instant', below(col('day'), col('at')), 'allowed are values of one type'],
  ['an order of booleans', below(col('paid'), true), 'allowed are numbers, string, double, date'],
  ['an order of ids', below(col('id'), '00000000-0000-4000-8000-000000000000'), 'id (uuid)'],
  ['a list', is(col('tags'), 'x'), 'tags (list<string>) with'],
  ['a double beside a decimal', below(col('ratio'), col('price')), 'declare decimals instead'],
  ['reckoning with doubles', plus(col('ratio'), 1), 'plus needs integers and decimals'],
  ['reckoning with texts', times(col('status'), 2), 'times needs integers and decimals'],
  ['the length of a number', is(lengthOf(col('price')), 2), 'length of price needs a text'],
  ['the size of a day', is(abs(col('day')), 2), 'abs needs integers and decimals'],
  ['a product that can overflow', above(times(col('wide'), col('price')), 0), 'reaches 50 digits'],
  ['a sum that can overflow', above(plus(col('wide'), col('price')), 0), 'reaches 39 digits'],
  ['a comparison that cannot be exact', above(col('wide'), '0.001'), 'needs 39 digits to compare'],
  ['a text as a condition', all(col('status')), 'needs conditions, and status is a string'],
  ['a number as a condition', not(col('quantity')), 'needs conditions, and quantity is a int'],
  ['no condition', all(), "an 'and' of no conditions; name at least one"],
  ['nothing to be one of', isOneOf(col('status'), []), 'name at least one value'],
  ['a NUL character', is(col('status'), 'a\0b'), 'write it like any text without a NUL'],
] as readonly (readonly [string, Expression, string])[])(
  'refuses %s',
  (_name, expression, problem) => {
    expect(() => compile(expression, columns, "dataset 'x': rule y")).toThrow(problem);
    expect(() => compile(expression, columns, "dataset 'x': rule y")).toThrow(
      /^dataset 'x': rule y: /,
    );
  },
);

test('refuses what nests deeper than anybody can read', () => {
  const deep = Array.from({ length: 60 }).reduce<Expression>((of) => not(of), col('paid'));
  expect(() => compile(deep, columns)).toThrow('nests deeper than 50');
});

test('a condition is true, false or missing, and nothing else', () => {
  expect(() => compileCondition(col('price'), columns, 'check')).toThrow('check: price (decimal');
  expect(compileCondition(col('paid'), columns).type).toBe('boolean');
});

test.each([
  [col('status'), 'string'],
  [plus(col('quantity'), 1), 'decimal(10, 0)'],
  [plus(col('quantity'), col('price')), 'decimal(13, 2)'],
  [minus(col('count'), col('price')), 'decimal(21, 2)'],
  [times(col('quantity'), col('price')), 'decimal(22, 2)'],
  [times(col('few'), col('price')), 'decimal(15, 4)'],
  [abs(col('price')), 'decimal(12, 2)'],
  [lengthOf(col('status')), 'int'],
  [value(9.99), 'decimal(3, 2)'],
  [isMissing(col('tags')), 'boolean'],
])('%j has the type %s', (expression, type) => {
  expect(typeOf(expression, columns).type).toBe(type);
});

test('the bound of a column proves that a sum fits where its type does not', () => {
  expect(typeOf(plus(col('few'), col('price')), columns).largest).toBe(10n ** 12n + 998n);
});

const nothing = Object.fromEntries(columns.map(({ name }) => [name, null]));

describe('three-valued logic', () => {
  const [yes, no, unknown] = [value(true), value(false), col('paid')];
  test.each([
    [all(yes, unknown), null],
    [all(no, unknown), false],
    [all(unknown, no), false],
    [any(yes, unknown), true],
    [any(unknown, yes), true],
    [any(no, unknown), null],
    [not(unknown), null],
    [is(unknown, unknown), null],
    [isMissing(unknown), true],
    [isPresent(unknown), false],
    [isOneOf(col('status'), ['a']), null],
    [isOneOf('a', [col('status'), 'a']), true],
    [isOneOf('a', [col('status'), 'b']), null],
  ])('%j of a row with nothing is %s', async (expression, answer) => {
    expect(evaluate(expression, nothing, columns)).toBe(answer);
    const sql = toSql(expression, () => 'NULL', columns);
    const reader = await db.runAndReadAll(`SELECT (${sql})::BOOLEAN`);
    expect(reader.getRows()).toEqual([[answer]]);
  });
});

const exact: readonly (readonly [Expression, Row])[] = [
  [is(col('price'), '9.990'), { price: 999n }],
  [is(times(col('quantity'), col('price')), '29.97'), { quantity: 3, price: 999n }],
  [is(times(0.1, 3), 0.3), {}],
  [above(col('count'), '9007199254740992'), { count: 9007199254740993n }],
  [is(abs(col('quantity')), 2147483648), { quantity: -2147483648 }],
  [is(lengthOf(col('status')), 1), { status: '\u{1f4e6}' }],
  [above(col('status'), '\uff01'), { status: '\u{1f4e6}' }],
  [atLeast(col('day'), '1970-01-02'), { day: 1 }],
  [is(col('at'), '1970-01-01T00:00:01.5Z'), { at: 1_500_000n }],
  [not(above(col('ratio'), 0.1)), { ratio: 0.1 }],
];

test.each(exact.map(([expression, row]) => [textOf(expression), expression, row] as const))(
  '%s is judged exactly',
  (_text, expression, row) => {
    expect(evaluate(expression, { ...nothing, ...row }, columns)).toBe(true);
  },
);

test.each([
  [
    all(is(col('status'), 'paid'), above(minus(col('price'), 1), 0)),
    "(status = 'paid') and ((price - 1) > 0)",
  ],
  [isPresent(col('day')), 'day is present'],
  [isMissing(col('day')), 'day is missing'],
  [isOneOf(col('status'), ['a', 'b']), "status is one of 'a', 'b'"],
  [not(any(col('paid'))), 'not (paid)'],
  [above(abs(col('price')), lengthOf(col('status'))), '|price| > length of status'],
])('%j reads "%s"', (expression, text) => {
  expect(textOf(expression)).toBe(text);
});

test('the columns of an expression are told once each', () => {
  const twice = any(isMissing(col('a')), is(plus(col('b'), col('a')), times(col('c'), 2)));
  expect(columnsIn(twice)).toEqual(['a', 'b', 'c']);
});

test('a number that cannot be said exactly is refused where it is written', () => {
  expect(() => value(1e-7)).toThrow("write it as a text, like '0.0000001'");
  expect(() => value(Number.NaN)).toThrow('no number of up to 38 plain digits');
});

/** What would end a literal or a name, and begin something else. */
const hostile = [
  `'`,
  `''`,
  `"`,
  `x'; COPY t TO 'y`,
  `'--`,
  '/*',
  '*/',
  `\\'`,
  '$$',
  `"; DROP TABLE t`,
];

test.each(hostile)('the constant %s stays a constant, and a column a column', async (text) => {
  const odd = [{ name: text, type: 'string' }] as const;
  const sql = toSql(is(col(text), text), ident, odd);
  const reader = await db.runAndReadAll(
    `SELECT ${sql} AS same FROM (SELECT $1 AS ${ident(text)})`,
    [text],
  );
  expect(reader.getRows()).toEqual([[true]]);
});

test('a constant of a type that is no type is refused, whatever it says', () => {
  const type = "VARCHAR); COPY (SELECT 1) TO 'x'";
  expect(() => compile({ op: 'constant', type, text: '1' }, columns)).toThrow('no constant can be');
});
