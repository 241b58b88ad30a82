import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programOf } from '../../../adapters/engine/plain/program.ts';
import { valueSideOf } from '../../../core/contract.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  date,
  decimal,
  double,
  email,
  integer,
  kindOf,
  oneOf,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { length, ruleOf } from '../../../core/rules/index.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';
import { type Cell, datasetOf, expectAgreement } from '../../support/walked-rows.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'plain-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const fields: Readonly<Record<string, Field>> = {
  any: text(),
  maybe: text({ optional: true, casing: 'lower' }),
  upper: text({ casing: 'upper', min: 2, max: 5 }),
  blank: text({ casing: 'upper', min: 0 }),
  full: text({ optional: true, nullTokens: [''] }),
  least: text({ optional: true, min: 1 }),
  mail: email({ casing: 'lower' }),
  whole: integer(),
  long: integer({ bits: 64 }),
  small: integer({ optional: true, min: -5, max: 100 }),
  price: decimal({ precision: 12, scale: 2, min: '0' }),
  round: decimal({ precision: 18, scale: 0 }),
  wide: decimal({ precision: 38, scale: 10, optional: true, max: '5' }),
  parts: decimal({ precision: 4, scale: 4 }),
  heat: double({ min: -80.5, max: 1e10 }),
  ratio: double({ optional: true }),
  kind: oneOf(['EUR', 'US', 'eur', 'été', 'x'.repeat(40)]),
  at: timestamp({ from: '1960-01-01T00:00:00Z' }),
  seen: timestamp({ optional: true }),
  on: date({ optional: true, to: '2026-12-31' }),
};

const edgesOf = (field: Field): string[] => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  return [...kindOf(field).edges(field.options), ...ofRules, '', ' ', ' a', 'a ', 'É', 'x"y'];
};

/** Texts of a field, the usual ones most often. */
const cellOf = (field: Field): fc.Arbitrary<Cell> => {
  const edges = edgesOf(field).filter((edge) => !edge.includes('\0'));
  const alone = datasetOf({ x: field });
  const usual = edges.flatMap((edge) => {
    const parsed = kindOf(field).parse(edge, field.options);
    const printed = parsed.ok ? kindOf(field).print(parsed.value, field.options) : '';
    const isSound = judgeRow(alone, { x: printed }).ok && /^[!-~]+( [!-~]+)*$/.test(printed);
    const isLong = field.kind === 'double' && !/^-?\d{1,9}(\.\d{1,6})?$/.test(printed);
    return isSound && !isLong ? [printed] : [];
  });
  return fc.record({
    value: fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(...usual) },
      { weight: 1, arbitrary: fc.constantFrom(...edges) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).filter(isText) },
    ),
    quoted: fc.boolean(),
  });
};
const isText = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

describe('rows are taken as the row engine types them, or left as they are', () => {
  test.each(Object.keys(fields))('%s, over its own edges', async (name) => {
    const field = fields[name] ?? text();
    const rows = edgesOf(field).flatMap((value) => [
      [{ value, quoted: false }],
      [{ value, quoted: true }],
    ]);
    const { taken } = await expectAgreement(dir, datasetOf({ [name]: field }), rows);
    expect(taken).toBeGreaterThan(0);
  });

  test('whole rows, drawn at random', async () => {
    const dataset = datasetOf(fields);
    const row = fc.tuple(...Object.values(fields).map(cellOf));
    let taken = 0;
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        const found = await expectAgreement(dir, dataset, rows);
        taken += found.taken;
        valid += found.valid;
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(taken).toBeGreaterThan(50);
    expect(valid).toBeGreaterThan(taken);
  }, 120_000);
});

/** Texts of every length up to 20, whole and with one place made another byte. */
const broken = (whole: (length: number) => string, others: readonly string[]): string[] =>
  Array.from({ length: 20 }, (_, index) => whole(index + 1)).flatMap((each) => [
    each,
    ...[...each].flatMap((_, at) => others.map((o) => each.slice(0, at) + o + each.slice(at + 1))),
  ]);
const digitsOf = (length: number): string => '1234567890'.repeat(2).slice(0, length);
const alone = (values: readonly string[]) =>
  values.map((value) => [{ value: value.trim(), quoted: false }]);

describe('steps of many bytes are no looser than steps of one', () => {
  test.each<[string, Field, string[]]>([
    ['integers', integer({ bits: 64 }), broken(digitsOf, ['/', ':', '-', '.', 'é', '\x7f'])],
    [
      'decimals',
      decimal({ precision: 18, scale: 6 }),
      broken((length) => digitsOf(length), ['.', ':', '-', '/']),
    ],
    ['doubles', double(), broken((length) => digitsOf(length), ['.', ':', '-', '/', 'e'])],
    [
      'doubles near where whole numbers end',
      double(),
      [
        '9007199254740992',
        '9007199254740993',
        '9007199254740991.5',
        '900719925474099.3',
        '0.1',
        '-0.0',
        '1.005',
      ],
    ],
    [
      'instants',
      timestamp(),
      broken((length) => `2024-02-29T23:59:59.${digitsOf(length)}Z`, ['.', ':', '-', 'Z', '0']),
    ],
    [
      'emails',
      email(),
      [
        ...broken((length) => `a${'b'.repeat(length)}@c${'d'.repeat(length)}.ef`, ['@', '.', ' ']),
        ...broken((length) => `${'b'.repeat(length)}@c${'d'.repeat(length)}`, ['.']),
      ],
    ],
    [
      'texts with much in common, whose first and last is to be found',
      text(),
      broken((length) => `${'same'.repeat(4)}${'z'.repeat(length)}`, ['a', '~', 'é']).reverse(),
    ],
  ])('%s', async (_what, field, values) => {
    const { taken, valid } = await expectAgreement(dir, datasetOf({ field }), alone(values));
    expect(taken).toBeGreaterThan(valid / 2);
  });
});

describe('what the walk does not judge', () => {
  test.each<[string, Field]>([
    ['the length of a oneOf', oneOf(['only', 'ab'], { rules: [length({ max: 3 })] })],
    ['the length of an email', email({ rules: [length({ max: 3 })] })],
    ['a pattern', text({ pattern: /a+/ })],
    ['a null token', text({ optional: true, nullTokens: ['NA'] })],
  ])('%s keeps it from the whole dataset', (_what, field) => {
    expect(programOf(datasetOf({ field }), ['field'])).toBeUndefined();
  });
});

test('a file of many groups, with texts that fill a group before its rows do', async () => {
  const dataset = datasetOf({ id: integer(), words: text({ optional: true }) });
  const rows = Array.from({ length: 50_000 }, (_, index) => [
    { value: String(index), quoted: false },
    {
      value: index % 3 === 0 ? '' : `${'word '.repeat(index % 40)}${index}`,
      quoted: index % 5 === 0,
    },
  ]);
  const { taken, valid } = await expectAgreement(dir, dataset, rows);
  expect(taken).toBe(valid);
  expect(taken).toBe(50_000);
}, 60_000);

test('a row that is not taken leaves no more behind than its line, however long it is', async () => {
  const dataset = datasetOf({ words: text(), id: integer() });
  const long = { value: 'x'.repeat(60_000), quoted: false };
  const rows = Array.from({ length: 120 }, (_, index) => [
    index % 2 === 0 ? long : { value: String(index), quoted: false },
    { value: index % 2 === 0 ? 'none' : String(index), quoted: false },
  ]);
  const { taken } = await expectAgreement(dir, dataset, rows);
  expect(taken).toBe(60);
}, 60_000);
