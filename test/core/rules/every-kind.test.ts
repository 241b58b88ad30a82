import { expect, test } from 'vitest';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import { kindOf } from '../../../core/fields/index.ts';
import type { Scalar } from '../../../core/fields/value.ts';
import { among, between, warn } from '../../../core/rules/index.ts';
import type { RuleUse } from '../../../core/rules/rule.ts';
import { judgedAlike } from '../../support/judged-alike.ts';
import { scalarSamples } from '../fields/samples.ts';

const withRules = (field: Field, rules: readonly RuleUse[]): Dataset =>
  defineDataset({
    name: 'sample',
    domain: 'test',
    owner: 'test',
    description: 'One field with rules of its own.',
    // A warning judges the published text, which a casing would make another one.
    fields: { x: { ...field, rules, casing: undefined } },
  });

/** The values of a field's edges, each with a text that has it. */
const valuesOf = (field: Field): readonly (readonly [Scalar, string])[] => {
  const found = new Map<Scalar, string>();
  for (const edge of kindOf(field).edges(field.options)) {
    const parsed = kindOf(field).parse(edge, field.options);
    if (parsed.ok && typeof parsed.value !== 'object') found.set(parsed.value, edge);
  }
  return [...found];
};

const orderedTypes = /^(int|long|double|date|time|timestamp|timestamptz|decimal.*)$/;
const isOrdered = (field: Field): boolean =>
  orderedTypes.test(String(kindOf(field).icebergType(field.options)));

const bounds = (values: readonly (readonly [Scalar, string])[]): RuleUse => {
  const [first, second] = values;
  if (first === undefined || second === undefined) throw new Error('no two values');
  const [min, max] = first[0] <= second[0] ? [first, second] : [second, first];
  return between({ min: min[1], max: max[1] });
};

/** What a rule can see of a field: which zone an instant came in makes no difference. */
const formOf = ({ kind, options }: Field): string => [kind, ...Object.keys(options)].join(' ');

/** One sample of each form that has two values or more, and what its edges come to. */
const sampled = Object.entries(scalarSamples)
  .filter(([, field], at, all) => all.findIndex(([, one]) => formOf(one) === formOf(field)) === at)
  .map(([name, field]) => ({ name, field, values: valuesOf(field) }))
  .filter(({ values }) => values.length > 1);
const ruled = sampled.map(({ name, field, values }) => {
  const chosen = values.slice(0, values.length > 2 ? 2 : 1);
  const few = chosen.map(([value]) => value);
  const texts = chosen.map(([, text]) => text);
  const within = isOrdered(field) ? [bounds(values)] : [];
  return [name, field, [among(few), ...within], [among(texts), ...within]] as const;
});

test.each(ruled)(
  'the rules of %s judge alike in both engines, written as values or as texts',
  async (_name, field, rules, asTexts) => {
    const rows = kindOf(field)
      .edges(field.options)
      .map((x) => ({ x }));
    const strict = await judgedAlike(withRules(field, rules), rows);
    const lenient = await judgedAlike(withRules(field, asTexts.map(warn)), rows);
    expect(strict.some(({ ok }) => ok)).toBe(true);
    const warned = lenient.filter((row) => row.ok && row.warnings.length > 0).length;
    // Whatever one of the rules rejects, it warns of elsewhere; the rest is no value at all.
    expect(warned).toBe(
      lenient.filter(({ ok }) => ok).length - strict.filter(({ ok }) => ok).length,
    );
    expect(warned).toBeGreaterThan(0);
  },
);

test('every kind of scalar that was declared as a sample ran above', () => {
  const kinds = new Set(sampled.map(({ field }) => field.kind));
  expect(Object.values(scalarSamples).filter(({ kind }) => !kinds.has(kind))).toEqual([]);
});
