import { describe, expect, test } from 'vitest';
import { valueSideOf } from '../../../core/contract.ts';
import { col, is } from '../../../core/expressions/index.ts';
import type { Field } from '../../../core/fields/field.ts';
import { boolean, date, decimal, double, integer, text } from '../../../core/fields/index.ts';
import {
  among,
  between,
  compare,
  datasetRuleOf,
  holds,
  length,
  ordered,
  pattern,
  references,
  requiredWhen,
  rowRuleOf,
  ruleKinds,
  ruleOf,
  strictlyOrdered,
  unique,
  warn,
} from '../../../core/rules/index.ts';
import { range } from '../../../core/rules/range.ts';
import type { RuleUse } from '../../../core/rules/rule.ts';

const paid = is(col('status'), 'paid');

describe('a rule of one field', () => {
  const price = decimal({ precision: 6, scale: 2 });
  test.each<[Field, RuleUse, string, string, object]>([
    [
      price,
      between({ min: 1n, max: 250n }),
      'E_RANGE',
      'is from 0.01 to 2.50, bounds included',
      { min: '0.01', max: '2.50' },
    ],
    [
      date(),
      between({ min: 1 }),
      'E_RANGE',
      'is at least 1970-01-02, bounds included',
      {
        min: '1970-01-02',
      },
    ],
    [integer(), between({ max: 5 }), 'E_RANGE', 'is at most 5, bounds included', { max: '5' }],
    [text(), length({ min: 1 }), 'E_LENGTH', 'has at least 1 code points', { min: 1 }],
    [text(), length({ max: 5 }), 'E_LENGTH', 'has at most 5 code points', { max: 5 }],
    [
      text(),
      length({ min: 5, max: 5 }),
      'E_LENGTH',
      'has from 5 to 5 code points',
      {
        min: 5,
        max: 5,
      },
    ],
    [text(), pattern(/O\d/), 'E_PATTERN', 'has the pattern /O\\d/ as a whole', { source: 'O\\d' }],
    [price, among([5n, 250n]), 'E_ONE_OF', 'is one of 0.05, 2.50', { values: ['0.05', '2.50'] }],
  ])('of $kind says what it asks, and states its bounds as texts', (field, use, ...expected) => {
    const { code, says, state } = ruleOf(use);
    const { params } = use;
    const side = valueSideOf(field);
    expect([code, says(params, side), state(params, side)]).toEqual(expected);
  });

  test.each<[RuleUse, readonly unknown[]]>([
    [between({ min: 1 }), [0, 1, 2]],
    [between({ max: 5n }), [4n, 5n, 6n]],
    [among(['ab']), ['ab', 'abs', 'AB', 'b']],
    [among(['a']), ['a', 'as', 'A', 'x']],
    [among([5n]), [5n, 4n, 6n]],
    [among([5]), [5, 4, 6]],
    [among([true]), [true, false]],
  ])('%o is tried on its values and those beside them', (use, edges) => {
    expect(ruleOf(use).edges(use.params)).toEqual(edges);
  });

  test.each([
    [integer(), among([1, 5]), [0, 1, 2, 5], [1, 5]],
    [double(), between({ min: 2, max: 2 }), [1, 2, 3], [2]],
    [boolean(), among([false]), [true, false], [false]],
  ] as const)('of $kind holds for the values that it names', (_field, use, values, passed) => {
    const rule = ruleOf(use);
    expect(values.filter((value) => rule.check(value, use.params))).toEqual(passed);
  });

  test.each([
    [() => among([]), 'among: name at least one value'],
    [() => among(['a', 'b', 'a']), "among: 'a' is named twice"],
    [() => between({}), 'between: give a min or a max'],
    [() => length({}), 'length: give a min or a max'],
  ])('%s is refused when it is declared', (build, message) => {
    expect(build).toThrow(message);
  });
});

test.each([
  [ordered('a', 'b'), 'a b'],
  [compare('a', '<', 'b'), 'a b'],
  [requiredWhen(paid, 'a', 'b'), 'a b status'],
  [requiredWhen(paid, 'status'), 'status'],
  [holds('sound', paid), 'status'],
  [unique('a', 'b'), 'a b'],
  [references('a', 'others'), 'a'],
])('%o looks at the columns %s', (rule, columns) => {
  expect(datasetRuleOf(rule).columns(rule).join(' ')).toBe(columns);
});

test.each([
  ...[between({ min: 1 }), length({ min: 1 }), pattern(/a/), among([1]), ...range({ max: 1 })],
  ...[ordered('a', 'b'), strictlyOrdered('a', 'b'), compare('a', '<', 'b'), unique('a')],
  ...[requiredWhen(paid, 'a'), holds('sound', paid), references('a', 'others')],
])('$kind rejects the row, unless it is told to warn', (rule) => {
  expect(rule.severity).toBe('reject');
  expect(warn(rule)).toEqual({ ...rule, severity: 'warn' });
});

test('a kind that is unknown is named, and the known ones with it', () => {
  // A contract that was written by another version may name any kind.
  const foreign = JSON.parse('{"kind":"sorted"}');
  expect(() => ruleOf(foreign)).toThrow(
    "no rule kind 'sorted'; there are range, length, pattern, oneOf",
  );
  expect(() => rowRuleOf(foreign)).toThrow(
    "no row rule kind 'sorted'; there are ordered, compare, requiredWhen, holds",
  );
  expect(() => datasetRuleOf(foreign)).toThrow(
    "no dataset rule kind 'sorted'; there are ordered, compare, requiredWhen, holds, unique, ref",
  );
  expect(ruleKinds.map(({ kind }) => ruleOf({ ...length({ min: 1 }), kind }).kind)).toEqual([
    ...['range', 'length', 'pattern', 'oneOf'],
  ]);
});
