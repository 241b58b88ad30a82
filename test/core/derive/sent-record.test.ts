import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { sentSchemaOf } from '../../../core/derive/sent-record.ts';
import { defaultEvolution, evolutionModes } from '../../../core/evolution/evolution.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  binary,
  boolean,
  date,
  decimal,
  integer,
  json,
  kindOf,
  list,
  oneOf,
  struct,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { asRecords } from '../../../core/push/as-records.ts';
import { datasets } from '../../../datasets/index.ts';
import { everyField } from '../../support/every-kind.ts';

const alone = (field: Field, change: Partial<Dataset> = {}): Dataset => ({
  ...defineDataset({
    ...{ name: 'alone', domain: 'test', owner: 'test', description: 'One field alone.' },
    fields: { x: field },
  }),
  ...change,
});

const fields: readonly (readonly [string, Field])[] = [
  ...everyField,
  ...everyField.map(([kind, field]) => [`optional ${kind}`, { ...field, optional: true }] as const),
  ['a text with bounds', text({ min: 2, max: 3, pattern: /[a-c📦é]+/u })],
  ['a text of digits', text({ pattern: /\d{2}(\.\d)?/ })],
  ['a text with its spaces', text({ trim: false, max: 3 })],
  ['a text that may be empty', text({ min: 0, max: 2 })],
  ['a text with words for nothing', text({ nullTokens: ['-', '0', 'false'], max: 5 })],
  ['an integer of 64 bits', integer({ bits: 64, min: -5 })],
  ['a decimal with a comma', decimal({ precision: 6, scale: 2, mark: ',' })],
  ['a decimal without decimals', decimal({ precision: 3, scale: 0 })],
  ['a boolean of digits', boolean({ true: ['1', 'yes'], false: ['0', 'no'] })],
  ['one of numbers', oneOf(['1', '2.5', 'true'])],
  ['a day of digits', date({ formats: ['YYYYMMDD'] })],
  ['an instant of seconds', timestamp({ epoch: 's' })],
  ['an optional base64', binary({ optional: true })],
  ['a list of texts with bounds', list(text({ max: 2, optional: true }), { min: 1, max: 3 })],
  ['a list of structs', list(struct({ a: integer({ optional: true }), b: json() }))],
  ['a default', integer({ default: '0' })],
];

/** Forms of JSON that a text may be sent in. */
const rawForms = (edge: string): string[] => [
  JSON.stringify(edge),
  JSON.stringify(`  ${edge}`),
  JSON.stringify(`${edge} `),
  JSON.stringify(edge.normalize('NFD')),
  // Bare: a number, a word, or for nested kinds an object or array, where it is JSON at all.
  edge,
];

const isHeld = (value: unknown): boolean =>
  JSON.stringify(value, (_key, each) => (each === Number.POSITIVE_INFINITY ? 'far' : each)) ===
  JSON.stringify(value);

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** Whether the door takes the line; expects that the schema then does so, too. */
const gate = (dataset: Dataset) => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    sentSchemaOf(dataset),
  );
  const judge = lineJudge(asRecords(dataset));
  return (line: string): boolean => {
    const value = parsed(line);
    // What JavaScript cannot hold, such as 1e400, cannot be shown to a validator in JavaScript.
    if (value === undefined || !isHeld(value)) return false;
    const ok = judge([Buffer.from(line)])[0]?.ok === true;
    if (ok) expect({ line, taken: validate(value) }).toEqual({ line, taken: true });
    return ok;
  };
};

const common = [
  ...[
    'null',
    '""',
    '" "',
    '"null"',
    '0',
    '1',
    '12',
    '1234',
    '12.5',
    '-7',
    'true',
    '[]',
    '{}',
    '[1,"a"]',
  ],
  ...['"ab"', '"12"', '" 12.5"', '"e\u0301e\u0301e\u0301"', '"e\u0301"'],
];

describe.each(fields)('the schema of %s', (_name, field) => {
  const edges = ['e\u0301', ...field.nullTokens, ...kindOf(field).edges(field.options)];
  const raws = [...common, ...edges.flatMap(rawForms)];

  test.each([
    ['alone', {}],
    ['as a key', { key: ['x'] }],
    ['set aside', { evolution: { ...defaultEvolution, changedTypes: 'quarantine_value' } }],
  ] as const)('takes what the door takes, %s', (_which, change) => {
    const take = gate(alone(field, change as Partial<Dataset>));
    const taken = raws.filter((raw) => take(`{"x":${raw}}`));
    expect(taken.length).toBeGreaterThan(0);
    take('{}');
  });

  test('takes what the door takes near the edges', () => {
    const take = gate(alone(field));
    const near = fc
      .tuple(fc.constantFrom(...raws), fc.nat(30), fc.constantFrom(...'019+-.:eTZ ",[]{}\u0301'))
      .map(([raw, at, add]) => `{"x":${raw.slice(0, at)}${add}${raw.slice(at)}}`);
    fc.assert(
      fc.property(near, (line) => void take(line)),
      { numRuns: 150 },
    );
  });
});

/** Records of sound parts, some of them odd. */
const recordsOf = ({ fields: own }: Dataset) =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(own).map(([name, field]) => [
          name,
          fc.constantFrom(...kindOf(field).edges(field.options).flatMap(rawForms)),
        ]),
      ),
      { requiredKeys: [] },
    )
    .map((parts) => `{${Object.entries(parts).map(([name, raw]) => `"${name}":${raw}`)}}`);

test.each(datasets.map((each) => [each.name, each] as const))(
  'the schema of %s takes every record that the door takes',
  (_name, dataset) => {
    const take = gate(dataset);
    fc.assert(
      fc.property(recordsOf(dataset), (line) => void take(line)),
      { numRuns: 300 },
    );
  },
);

test.each(evolutionModes)('keys that nobody declared are taken as the door does: %s', (mode) => {
  const evolution = { newColumns: mode, missingColumns: mode, changedTypes: mode } as const;
  const take = gate(alone(text({ aliases: ['other'], optional: true }), { evolution }));
  const lines = ['{"new":1}', '{"new":null}', '{"new":{"a":[1]}}', '{"other":"a"}', '{"X":"a"}'];
  expect(lines.filter(take)).toContain('{"new":null}');
});

test('a record is described as JSON, and what no form of it may be is refused', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    sentSchemaOf(
      defineDataset({
        ...{ name: 'few', domain: 'test', owner: 'test', description: 'Few fields.' },
        fields: {
          n: integer(),
          at: timestamp({ optional: true }),
          of: list(integer({ optional: true })),
        },
      }),
    ),
  );
  const record = { n: 1, at: '2026-03-04T05:06:07Z', of: [1, '2', null] };
  expect(validate(record)).toBe(true);
  const wrong = [
    { ...record, n: 1.5 },
    { ...record, n: null },
    { ...record, n: true },
    { ...record, at: 5 },
    { ...record, of: [1.5] },
    { ...record, of: { a: 1 } },
    { n: 1 },
    { ...record, more: 1 },
  ];
  expect(wrong.filter((each) => validate(each))).toEqual([]);
});
