import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparisons, partsOf } from '../../../core/expressions/expression.ts';
import {
  abs,
  all,
  any,
  type Compiled,
  col,
  compared,
  compile,
  type Expression,
  type ExpressionColumn,
  isMissing,
  isOneOf,
  lengthOf,
  minus,
  not,
  plus,
  times,
  value,
} from '../../../core/expressions/index.ts';
import { numberType } from '../../../core/expressions/value-type.ts';
import type { Row, Scalar } from '../../../core/fields/value.ts';
import { ident, list, literal } from '../../../core/sql.ts';
import { db } from '../../set-engine.ts';
import { runs } from '../../support/runs.ts';

/** A column with its type in DuckDB and values at the edges: as the row has it, and as a text. */
type Sample = ExpressionColumn & {
  readonly duck: string;
  readonly values: readonly (readonly [Scalar, string])[];
};

const unscaled = (text: string): bigint => BigInt(text.replace('.', ''));
const numbers = (...texts: string[]) => texts.map((text) => [unscaled(text), text] as const);
const ints = (...all: number[]) => all.map((one) => [one, String(one)] as const);
const same = (...texts: string[]) => texts.map((text) => [text, text] as const);
const DAY = 86_400_000_000n;

const texts = ['a', 'b', 'B', 'ab', "it's", '\u{1f4e6}', '\uff01', '\u00e9', 'e\u0301', '10', '9'];
const samples: readonly Sample[] = [
  { name: 'i', type: 'int', duck: 'INTEGER', values: ints(0, 1, -1, 7, 2147483647, -2147483648) },
  { name: 'j', type: 'int', duck: 'INTEGER', values: ints(0, 1, -1, 8, 2147483647, -2147483648) },
  {
    name: 'l',
    type: 'long',
    duck: 'BIGINT',
    values: numbers('0', '1', '-1', '9223372036854775807', '-9223372036854775808'),
  },
  {
    name: 'd',
    type: 'decimal(12, 2)',
    duck: 'DECIMAL(12,2)',
    values: numbers('0.00', '0.01', '-1.00', '7.00', '9999999999.99', '-9999999999.99'),
  },
  {
    name: 'e',
    type: 'decimal(5, 4)',
    duck: 'DECIMAL(5,4)',
    values: numbers('0.0000', '0.0001', '-1.0000', '7.0000', '9.9999', '-9.9999'),
  },
  {
    name: 'w',
    type: 'decimal(38, 10)',
    duck: 'DECIMAL(38,10)',
    values: numbers('0.0000000000', '1.0000000000', `${'9'.repeat(28)}.${'9'.repeat(10)}`),
  },
  { name: 's', type: 'string', duck: 'VARCHAR', values: same(...texts) },
  // Two columns of one ENUM, whose own order is not that of its letters.
  ...['t', 'u'].map((name) => ({
    name,
    type: 'string',
    duck: `ENUM(${list(texts.toReversed().map(literal))})`,
    values: same(...texts),
  })),
  {
    name: 'b',
    type: 'boolean',
    duck: 'BOOLEAN',
    values: [true, false].map((one) => [one, String(one)] as const),
  },
  { name: 'c', type: 'boolean', duck: 'BOOLEAN', values: [[true, 'true']] },
  {
    name: 'day',
    type: 'date',
    duck: 'DATE',
    values: [
      [0, '1970-01-01'],
      [-1, '1969-12-31'],
      [19_782, '2024-02-29'],
    ],
  },
  {
    name: 'at',
    type: 'timestamptz',
    duck: 'TIMESTAMPTZ',
    values: [
      [0n, '1970-01-01T00:00:00Z'],
      [-DAY, '1969-12-31T00:00:00Z'],
      [1n, '1970-01-01T00:00:00.000001Z'],
    ],
  },
  {
    name: 'clock',
    type: 'timestamp',
    duck: 'TIMESTAMP',
    values: [
      [0n, '1970-01-01T00:00:00'],
      [DAY, '1970-01-02T00:00:00'],
    ],
  },
  {
    name: 'time',
    type: 'time',
    duck: 'TIME',
    values: [
      [0n, '00:00:00'],
      [DAY - 1n, '23:59:59.999999'],
    ],
  },
  {
    name: 'id',
    type: 'uuid',
    duck: 'UUID',
    values: same('00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff'),
  },
  {
    name: 'x',
    type: 'double',
    duck: 'DOUBLE',
    values: [...ints(0, 1, -1, 0.1, 1e300), [Number.NaN, 'NaN']],
  },
];

const ofType = (...types: string[]): fc.Arbitrary<Expression> =>
  fc
    .constantFrom(...samples.filter(({ type }) => types.includes(String(type))))
    .map(({ name }) => col(name));
const constantFor = (name: string): fc.Arbitrary<Expression> => {
  const sample = samples.find((each) => each.name === name);
  return fc.constantFrom(...(sample?.values ?? [])).map(([, text]) => value(text));
};

const exactly = (text: string): Expression => ({
  op: 'constant',
  type: numberType(text) ?? '',
  text,
});

/** Trees that are well typed but for overflow, which only the compiler knows. */
const { condition } = fc.letrec<{ number: Expression; condition: Expression; text: Expression }>(
  (tie) => ({
    number: fc.oneof(
      { depthSize: 'small' },
      ofType('int', 'long', 'decimal(12, 2)', 'decimal(5, 4)', 'decimal(38, 10)'),
      fc
        .constantFrom('0', '1', '-1', '7', '0.00010', '-9999999999.99', '3000000000')
        .map((text) => exactly(text)),
      fc.constantFrom(0, 1, 7, 0.5, -2147483648).map((one) => value(one)),
      fc
        .tuple(fc.constantFrom(plus, minus, times), tie('number'), tie('number'))
        .map(([build, a, b]) => build(a, b)),
      tie('number').map((of) => abs(of)),
      tie('text').map((of) => lengthOf(of)),
    ),
    text: fc.oneof(
      ofType('string'),
      fc.constantFrom(...texts).map((text) => value(text)),
    ),
    condition: fc.oneof(
      { depthSize: 'small' },
      ofType('boolean'),
      compare(tie('number'), tie('number')),
      compare(tie('text'), tie('text')),
      compare(
        ofType('int', 'long', 'decimal(12, 2)'),
        fc.constantFrom('1', '7.00', '0.00001').map((text) => value(text)),
      ),
      ...['day', 'at', 'clock', 'time', 'x'].map((name) =>
        compare(
          fc.constant(col(name)),
          fc.oneof(
            fc.constant(col(name)),
            name === 'x'
              ? fc.constantFrom(0.1, '0.1', 1, '1e3').map((one) => value(one))
              : constantFor(name),
          ),
        ),
      ),
      compare(fc.constant(col('id')), constantFor('id'), ['=', '!=']),
      compare(tie('condition'), tie('condition'), ['=', '!=']),
      fc
        .tuple(tie('number'), fc.array(tie('number'), { minLength: 1, maxLength: 3 }))
        .map(([of, among]) => isOneOf(of, among)),
      fc
        .tuple(tie('text'), fc.array(tie('text'), { minLength: 1, maxLength: 3 }))
        .map(([of, among]) => isOneOf(of, among)),
      fc.constantFrom(...samples).map(({ name }) => isMissing(col(name))),
      tie('number').map((of) => isMissing(of)),
      tie('condition').map((of) => not(of)),
      fc
        .tuple(
          fc.constantFrom(all, any),
          fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
        )
        .map(([build, of]) => build(...of)),
    ),
  }),
);

function compare(
  left: fc.Arbitrary<Expression>,
  right: fc.Arbitrary<Expression>,
  among: readonly (typeof comparisons)[number][] = comparisons,
): fc.Arbitrary<Expression> {
  return fc.tuple(left, fc.constantFrom(...among), right).map(([a, op, b]) => compared(a, op, b));
}

const compiledOf = (expression: Expression): Compiled | undefined => {
  try {
    return compile(expression, samples);
  } catch (error) {
    // Nothing else may be wrong with these trees than numbers that grow too large.
    expect(String(error)).toMatch(/can overflow|are held exactly/);
    return undefined;
  }
};

const cell = (sample: Sample) => fc.option(fc.constantFrom(...sample.values), { freq: 5 });
const row = fc.tuple(...samples.map(cell));

const relation = (rows: readonly (readonly (readonly [Scalar, string] | null)[])[]): string => {
  const tuples = rows.map(
    (cells, at) =>
      `(${list([String(at), ...cells.map((one) => (one === null ? 'NULL' : literal(one[1])))])})`,
  );
  const typed = samples.map(
    ({ name, duck }) => `CAST(${ident(name)}::VARCHAR AS ${duck}) AS ${ident(name)}`,
  );
  const names = list(['_at', ...samples.map(({ name }) => ident(name))]);
  return `(SELECT _at, ${list(typed)} FROM (VALUES ${list(tuples)}) t(${names}))`;
};

const opsIn = (expression: Expression): string[] => [
  expression.op,
  ...partsOf(expression).flatMap(opsIn),
];

test('both engines agree on random trees and rows, missing values included', async () => {
  const seen = new Map<string, Set<unknown>>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(condition, { minLength: 10, maxLength: 40, size: 'max' }),
      fc.array(row, { minLength: 20, maxLength: 40, size: 'max' }),
      async (trees, cells) => {
        const ready = trees.flatMap((tree) => {
          const compiled = compiledOf(tree);
          return compiled === undefined ? [] : [{ tree, compiled }];
        });
        if (ready.length === 0) return;
        const rows: Row[] = cells.map((each) =>
          Object.fromEntries(each.map((one, at) => [samples[at]?.name ?? '', one?.[0] ?? null])),
        );
        const asked = ready.map(({ compiled }) => compiled.toSql(ident));
        const reader = await db.runAndReadAll(
          `SELECT ${list(asked)} FROM ${relation(cells)} ORDER BY _at`,
        );
        const found = reader.getRows();
        for (const [at, { tree, compiled }] of ready.entries()) {
          const answers = rows.map((each) => compiled.evaluate(each));
          expect({ tree: compiled.text, answers: found.map((each) => each[at]) }).toEqual({
            tree: compiled.text,
            answers,
          });
          for (const op of opsIn(tree)) {
            seen.set(op, new Set([...(seen.get(op) ?? []), ...answers]));
          }
        }
      },
    ),
    { numRuns: runs(60, 15), endOnFailure: true },
  );
  const ops = [
    'column',
    'constant',
    'plus',
    'minus',
    'times',
    ...comparisons,
    'and',
    'or',
    'not',
    'isMissing',
    'length',
    'abs',
    'oneOf',
  ];
  expect(ops.filter((op) => seen.get(op)?.size !== 3)).toEqual([]);
});
