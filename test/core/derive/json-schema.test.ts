import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { valueSideOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { jsonSchemaOf } from '../../../core/derive/json-schema.ts';
import { defaultEvolution, evolutionModes } from '../../../core/evolution/evolution.ts';
import type { Field } from '../../../core/fields/field.ts';
import { decimal, integer, kindOf, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { ruleOf } from '../../../core/rules/index.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';
import { datasets } from '../../../datasets/index.ts';
import { everyField, everyKind } from '../../support/every-kind.ts';

// Formats are annotations in 2020-12: the engine has its own grammars of days, instants, addresses.
const compiled = (dataset: Dataset) =>
  new Ajv2020({ strict: false, validateFormats: false }).compile(jsonSchemaOf(dataset));

const alone = (field: Field): Dataset =>
  defineDataset({
    name: 'alone',
    domain: 'test',
    owner: 'test',
    description: 'One field alone.',
    fields: { x: field },
  });

const Said = z.object({ 'x-headgate': z.object({ engineOnly: z.array(z.string()) }) });
const engineOnlyOf = (dataset: Dataset): readonly string[] =>
  Said.parse(jsonSchemaOf(dataset).properties.x)['x-headgate'].engineOnly;

/** Texts as the schema describes them: without spaces around them. */
const edgesOf = (field: Field): string[] => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  return ['x', ...kindOf(field).edges(field.options), ...ofRules].filter(
    (edge) => edge !== '' && edge === edge.trim(),
  );
};

const fields: readonly (readonly [string, Field])[] = [
  ...everyField,
  ['a text with bounds', text({ min: 2, max: 3, pattern: /[a-c📦]+/u })],
  ['an integer with bounds', integer({ min: -5, max: 5 })],
  ['a decimal without decimals', decimal({ precision: 3, scale: 0, max: '99' })],
  ['a text that may be empty', text({ min: 0, max: 2 })],
  ['one that may be, but for its pattern', text({ min: 0, optional: true, pattern: /x+/ })],
  ['an optional one that says no more', text({ optional: true })],
  ['one whose empty texts are missing', text({ min: 0, nullTokens: ['', 'NA'] })],
  ['one of few', oneOf(['EUR', 'eur', "it's"])],
  ['an instant with bounds', timestamp({ from: '2020-01-01T00:00:00Z' })],
  ['an optional one', integer({ optional: true, nullTokens: ['n/a'] })],
  ['one with a default', integer({ default: '0' })],
];

describe.each(fields)('%s', (_name, field) => {
  const dataset = alone(field);
  const valid = compiled(dataset);
  const engineOnly = engineOnlyOf(dataset);

  const expectAgreement = (x: string | null) => {
    const judged = judgeRow(dataset, { x });
    const bySchema = valid({ x });
    if (judged.ok) expect({ x, bySchema }).toEqual({ x, bySchema: true });
    const ownReasons = judged.ok ? [] : judged.reasons.filter((r) => !engineOnly.includes(r.code));
    if (ownReasons.length > 0) expect({ x, bySchema }).toEqual({ x, bySchema: false });
  };

  test('schema and engine agree on the edges of its kind and rules', () => {
    for (const edge of [null, '', ...field.nullTokens, ...edgesOf(field)]) expectAgreement(edge);
    expect(valid({})).toBe(judgeRow(dataset, {}).ok);
  });

  test('schema and engine agree on texts near the edges', () => {
    const near = fc
      .tuple(fc.constantFrom(...edgesOf(field)), fc.nat(20), fc.constantFrom(...'019+-.:eTZ \n'))
      .map(([edge, at, add]) => `${edge.slice(0, at)}${add}${edge.slice(at)}`.trim());
    fc.assert(fc.property(near, expectAgreement), { numRuns: 200 });
  });
});

test.each([...datasets, everyKind].map((each) => [each.name, each] as const))(
  '%s has a schema that is valid by the draft',
  (_name, dataset) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    expect(ajv.validateSchema(jsonSchemaOf(dataset))).toBe(true);
  },
);

test('a field may come under its alias, and no unknown one may', () => {
  const dataset = defineDataset({
    name: 'aliased',
    domain: 'test',
    owner: 'test',
    description: 'One field under two names.',
    fields: { id: text({ aliases: ['key', 'number'] }), note: text({ optional: true }) },
  });
  const valid = compiled(dataset);
  const records = [{ id: 'a' }, { number: 'a' }, { note: 'a' }, { id: 'a', nix: '1' }];
  expect(records.map((record) => valid(record))).toEqual([true, true, false, false]);
});

test('what files may hold beside the declared is allowed where the dataset takes it', () => {
  const of = (evolution: Dataset['evolution']) => {
    const dataset = defineDataset({
      ...{ name: 'evolving', domain: 'test', owner: 'test', description: 'Its files change.' },
      fields: { id: text(), size: integer({ optional: true, max: 9 }) },
      evolution,
    });
    return { dataset, valid: compiled(dataset) };
  };
  const modes = evolutionModes.map((mode) => {
    const { valid } = of({ ...defaultEvolution, newColumns: mode });
    return [
      mode,
      valid({ id: 'a', nix: '1' }),
      valid({ id: 'a', nix: '' }),
      valid({ id: 'a', nix: null }),
    ];
  });
  expect(modes).toEqual([
    ['evolve', true, true, true],
    ['quarantine_row', false, false, true],
    ['quarantine_value', true, true, true],
    ['freeze', false, false, false],
    ['hold', true, true, true],
  ]);
  const { dataset, valid } = of({ ...defaultEvolution, changedTypes: 'quarantine_value' });
  expect(['big', '1', '77'].map((size) => valid({ id: 'a', size }))).toEqual([true, true, true]);
  expect(jsonSchemaOf(dataset).properties.size).toMatchObject({
    'x-headgate': { engineOnly: ['E_RANGE'] },
  });
});

test('a field says its kind, its class and its unit', () => {
  const field = integer({ optional: true, classification: 'internal', unit: 'kg', max: 7 });
  expect(jsonSchemaOf(alone(field)).properties.x).toMatchObject({
    'x-headgate': {
      kind: 'integer',
      classification: 'internal',
      unit: 'kg',
      rules: [{ kind: 'range', max: '7', code: 'E_RANGE' }],
      engineOnly: ['E_RANGE'],
    },
  });
});
