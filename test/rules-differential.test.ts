import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowReason } from '../core/codes.ts';
import type { Dataset } from '../core/dataset.ts';
import { defineDataset } from '../core/define-dataset.ts';
import {
  above,
  all,
  any,
  atLeast,
  below,
  col,
  type Expression,
  is,
  isMissing,
  isOneOf,
  lengthOf,
  minus,
  not,
  plus,
  times,
} from '../core/expressions/index.ts';
import type { Field, FieldInit } from '../core/fields/field.ts';
import { date, decimal, integer, oneOf, text, timestamp } from '../core/fields/index.ts';
import {
  among,
  between,
  called,
  compare,
  holds,
  length,
  ordered,
  pattern,
  requiredWhen,
  rowRuleKinds,
  rowRuleOf,
  ruleKinds,
  ruleOf,
  strictlyOrdered,
  warn,
} from '../core/rules/index.ts';
import type { RowRule } from '../core/rules/row-rule.ts';
import type { RuleUse } from '../core/rules/rule.ts';
import type { JudgedRow } from '../core/validate/judge-row.ts';
import { rowRulesOf } from '../core/validate/judge-set.ts';
import type { Texts } from './set-engine.ts';
import { judgedAlike } from './support/judged-alike.ts';
import { runs } from './support/runs.ts';

/** One column of the generated datasets: how it is declared, with which rules, and its cells. */
type Sample = {
  readonly field: (init: FieldInit) => Field;
  readonly rules: readonly RuleUse[];
  readonly sound: readonly string[];
  readonly bad: readonly string[];
};

const samples: Readonly<Record<string, Sample>> = {
  status: {
    field: (init) => oneOf(['shipped', 'paid', 'open'], init),
    rules: [among(['paid', 'shipped']), length({ min: 5 }), pattern(/[a-p]\w+/)],
    sound: ['shipped', 'paid', 'open'],
    bad: ['Paid'],
  },
  note: {
    field: (init) => text({ ...init, casing: 'upper' }),
    rules: [length({ min: 2, max: 3 }), pattern(/[A-Za-z]+/), among(['ab', 'AB', "it's"])],
    sound: ['a', 'ab', 'AB', 'abc', 'abcd', "it's", '\u00df\u00df', '1'],
    bad: [],
  },
  word: {
    field: (init) => text(init),
    rules: [length({ max: 4 })],
    sound: ['a', 'abcd', 'abcde', '\u{1f4e6}\u{1f4e6}\u{1f4e6}\u{1f4e6}'],
    bad: [],
  },
  quantity: {
    field: (init) => integer(init),
    rules: [between({ min: 0, max: '10' }), among([0, '5', 11])],
    sound: ['-1', '0', '5', '10', '11', '2147483647', '-2147483648'],
    bad: ['x', '2147483648'],
  },
  paid: {
    field: (init) => decimal({ ...init, precision: 6, scale: 2 }),
    rules: [between({ min: '0.01' }), among(['0.5', '9999.99'])],
    sound: ['0', '0.01', '0.5', '10', '9999.99', '-9999.99'],
    bad: ['1.234', '10000', '-'],
  },
  total: {
    field: (init) => decimal({ ...init, precision: 12, scale: 4, max: '99999999' }),
    rules: [among(['0.5', '10'])],
    sound: ['0', '0.01', '0.5000', '10', '9999.9901', '-9999.99'],
    bad: ['99999999.0001', '1e3'],
  },
  start_on: {
    field: (init) => date(init),
    rules: [between({ min: '2024-01-01', max: '2024-12-31' }), among(['2024-02-29'])],
    sound: ['2023-12-31', '2024-02-29', '2024-12-31'],
    bad: ['2023-02-29'],
  },
  end_on: {
    field: (init) => date(init),
    rules: [between({ max: '2024-12-31' })],
    sound: ['2023-12-31', '2024-02-29', '2024-12-31', '2025-01-01'],
    bad: ['soon'],
  },
  billed_on: {
    field: (init) => date(init),
    rules: [],
    sound: ['2023-12-31', '2024-02-29', '2024-12-31'],
    bad: ['31.12.2024'],
  },
  shipped_at: {
    field: (init) => timestamp(init),
    rules: [between({ min: '2024-01-01T00:00:00Z' })],
    sound: ['2023-12-31T23:59:59.999999Z', '2024-01-01T01:00:00+01:00', '2024-06-01T00:00:00Z'],
    bad: ['2024-01-01'],
  },
};

const names = Object.keys(samples);
const DATES = ['start_on', 'end_on', 'billed_on'];
const NUMBERS = ['quantity', 'paid', 'total'];

const condition: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom('shipped', 'paid').map((status) => is(col('status'), status)),
  fc.constantFrom(...names).map((name) => isMissing(col(name))),
  fc.constantFrom(...NUMBERS).map((name) => above(col(name), 0)),
  fc.constant(atLeast(col('shipped_at'), '2024-01-01T00:00:00Z')),
  fc.constant(isOneOf(col('start_on'), ['2024-02-29', '2023-12-31'])),
  fc.constant(above(lengthOf(col('note')), 2)),
  fc.constant(above(minus(col('total'), col('paid')), 0)),
  fc.constant(below(times(col('quantity'), col('paid')), plus(col('total'), '0.001'))),
  fc.constant(
    any(not(is(col('status'), 'open')), all(isMissing(col('paid')), below(col('quantity'), 5))),
  ),
);

const rule: fc.Arbitrary<RowRule> = fc.oneof(
  fc
    .tuple(fc.constantFrom(ordered, strictlyOrdered), fc.subarray(DATES, { minLength: 2 }))
    .map(([build, columns]) => build(...columns)),
  fc
    .tuple(
      fc.shuffledSubarray(NUMBERS, { minLength: 2, maxLength: 2 }),
      fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const),
    )
    .map(([[left = '', right = ''], by]) => compare(left, by, right)),
  fc
    .tuple(condition, fc.subarray(names, { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([when, columns, isNamed]) => {
      const use = requiredWhen(when, ...columns);
      return isNamed ? called('needed', use) : use;
    }),
  condition.map((each) => holds('condition_holds', each)),
);

const severity = <R extends RuleUse | RowRule>(use: R): fc.Arbitrary<R> =>
  fc.boolean().map((warns) => (warns ? warn(use) : use));

/** One reason of each rule: the first of several with the same one stays. */
const distinct = <R>(rules: readonly R[], idOf: (rule: R) => string): R[] =>
  rules.filter((each, at) => rules.findIndex((other) => idOf(other) === idOf(each)) === at);

const fieldOfSample = ({ field, rules }: Sample): fc.Arbitrary<Field> =>
  fc
    .record({
      optional: fc.boolean(),
      rules: fc
        .subarray([...rules], { maxLength: Math.min(2, rules.length) })
        .chain((drawn) => fc.tuple(...drawn.map(severity))),
    })
    .map((init) => field(init));

const dataset: fc.Arbitrary<Dataset> = fc
  .record({
    fields: fc.record(
      Object.fromEntries(
        Object.entries(samples).map(([name, each]) => [name, fieldOfSample(each)]),
      ),
    ),
    rules: fc.array(rule.chain(severity), { minLength: 1, maxLength: 4 }),
  })
  .map(({ fields, rules }) =>
    defineDataset({
      name: 'generated',
      domain: 'test',
      owner: 'test',
      description: 'Drawn.',
      fields,
      rules: distinct(rules, (each) => each.kind),
    }),
  );

/** Mostly sound, or hardly a row would be accepted. */
const row: fc.Arbitrary<Texts> = fc.record(
  Object.fromEntries(
    Object.entries(samples).map(([name, { sound, bad }]) => [
      name,
      fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom(...sound) },
        { weight: 3, arbitrary: fc.constantFrom(null, ' ') },
        { weight: 1, arbitrary: fc.constantFrom(' 0', ...bad) },
      ),
    ]),
  ),
);

type Rule = { readonly kind: string; readonly severity: string };

/** Every kind with a severity, and whether both engines were seen to pass or break it. */
const seen = new Set<string>();

const look = (use: Rule, reason: RowReason, judged: JudgedRow, full: boolean): void => {
  // A rejected row has no warnings, broken or not.
  if (!judged.ok && use.severity === 'warn') return;
  const told = judged.ok ? judged.warnings : judged.reasons;
  const broken = told.some(({ code, field }) => code === reason.code && field === reason.field);
  // Where something is missing, a rule may pass because there is nothing to judge.
  if (broken || full) seen.add(`${use.kind} ${use.severity} ${broken ? 'broken' : 'passed'}`);
};

const lookAt = ({ fields, rules }: Dataset, cells: Texts, judged: JudgedRow): void => {
  const full = Object.values(cells).every((cell) => cell !== null && cell !== ' ');
  for (const [field, { rules: uses }] of Object.entries(fields)) {
    for (const use of uses) look(use, { code: ruleOf(use).code, field }, judged, full);
  }
  for (const use of rowRulesOf(rules)) {
    const { code, conditions } = rowRuleOf(use);
    for (const { field } of conditions(use)) look(use, { code, field }, judged, full);
  }
};

test('both engines give every row the same verdict, reasons and warnings', async () => {
  await fc.assert(
    fc.asyncProperty(
      dataset,
      fc.array(row, { minLength: 150, maxLength: 150 }),
      async (drawn, rows) => {
        const judged = await judgedAlike(drawn, rows);
        for (const [at, cells] of rows.entries()) {
          const found = judged[at];
          if (found !== undefined) lookAt(drawn, cells, found);
        }
      },
    ),
    { numRuns: runs(60, 30), endOnFailure: true },
  );
});

test('every kind of rule of the registries was passed and broken above, in both severities', () => {
  const kinds = [...ruleKinds, ...rowRuleKinds].map(({ kind }) => kind);
  const wanted = kinds.flatMap((kind) =>
    ['reject', 'warn'].flatMap((each) => [`${kind} ${each} passed`, `${kind} ${each} broken`]),
  );
  expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
});
