import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { openUsualRows } from '../../../adapters/engine/usual-rows.ts';
import { valueSideOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
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
import { ruleOf } from '../../../core/rules/index.ts';
import { clickstream } from '../../../datasets/clickstream.ts';

/** Every kind that the walk knows. */
const fields: Readonly<Record<string, Field>> = {
  any: text(),
  maybe: text({ optional: true }),
  short: text({ min: 2, max: 5 }),
  blank: text({ min: 0 }),
  mail: email(),
  whole: integer({ min: -5 }),
  long: integer({ bits: 64, optional: true }),
  price: decimal({ precision: 12, scale: 2, min: '0' }),
  wide: decimal({ precision: 38, scale: 10, optional: true, max: '5' }),
  heat: double({ min: -80, max: 150 }),
  kind: oneOf(['EUR', 'été', 'x'.repeat(40)]),
  at: timestamp({ from: '1960-01-01T00:00:00Z' }),
  on: date({ optional: true, to: '2026-12-31' }),
};

const datasetOf = (own: Readonly<Record<string, Field>>): Dataset =>
  defineDataset({
    ...{ name: 'sample', domain: 'test', owner: 'test', description: 'Rows in all forms.' },
    fields: own,
  });

const edgesOf = (field: Field): readonly string[] => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  return [...kindOf(field).edges(field.options), ...ofRules, '', ' ', ' a', 'É', 'x"y', 'a\\b'];
};

/** As a text of JSON, and as a number or word where it may be one. */
const membersOf = (name: string, edge: string): readonly string[] => [
  `${JSON.stringify(name)}:${JSON.stringify(edge)}`,
  ...(/^-?\d[\d.eE+-]*$|^(true|false|null)$/.test(edge) ? [`"${name}":${edge}`] : []),
];

/**
 * Judges lines many at a time, and once more with a blank behind each, which says the same and
 * leaves all of them to the row engine; tells how many the walk has taken.
 */
const expectAlike = (dataset: Dataset, lines: readonly string[]): number => {
  const judge = lineJudge(dataset);
  const bytes = lines.map((line) => Buffer.from(line));
  const blanked = lines.map((line) => Buffer.from(`${line} `));
  expect(judge(bytes)).toEqual(judge(blanked));
  const usual = openUsualRows(dataset);
  expect(usual?.(blanked).every((row) => row === undefined)).toBe(true);
  return usual?.(bytes).filter((row) => row !== undefined).length ?? 0;
};

describe('a record in its usual form is judged as the row engine judges it', () => {
  test.each(Object.entries(fields))('%s, over its own edges', (name, field) => {
    const lines = edgesOf(field).flatMap((edge) =>
      membersOf(name, edge).map((member) => `{${member}}`),
    );
    expect(expectAlike(datasetOf({ [name]: field }), ['{}', ...lines])).toBeGreaterThan(0);
  });

  test('whole records, drawn at random, in any order of their keys', () => {
    const members = Object.entries(fields).map(([name, field]) =>
      fc.constantFrom(...edgesOf(field)).chain((edge) => fc.constantFrom(...membersOf(name, edge))),
    );
    const usual = Object.entries(fields).map(([name, field]) => {
      const alone = openUsualRows(datasetOf({ [name]: field }));
      const sound = edgesOf(field)
        .flatMap((edge) => membersOf(name, edge))
        .filter((member) => alone?.([Buffer.from(`{${member}}`)])[0] !== undefined);
      return fc.constantFrom(...sound);
    });
    const record = fc
      .oneof(
        { weight: 5, arbitrary: fc.tuple(...usual) },
        { weight: 1, arbitrary: fc.tuple(...members) },
      )
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length - 1 }))
      .map((all) => `{${all.join(', ')}}`);
    let taken = 0;
    const dataset = datasetOf(fields);
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (lines) => {
        taken += expectAlike(dataset, lines);
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test('by the rules over several fields, too', () => {
    const event = (change: object) =>
      JSON.stringify({
        ...{ event_id: 'e', event: 'view', visitor: 'v', product_id: 'p' },
        ...{ occurred_at: '2026-03-04T05:06:07.123Z', ...change },
      });
    const lines = [event({}), event({ event: 'rating' }), event({ event: 'rating', rating: 5 })];
    expect(expectAlike(clickstream, lines)).toBe(3);
    expect(lineJudge(clickstream)(lines.map((line) => Buffer.from(line)))).toMatchObject([
      { ok: true },
      { ok: false, reasons: [{ field: 'rating' }] },
      { ok: true },
    ]);
  });
});

test('more records than there is room for at a time, long ones and odd ones among them', () => {
  const dataset = datasetOf({ id: integer(), note: text({ max: 100_000 }) });
  const lines = Array.from({ length: 3_000 }, (_, id) => {
    if (id % 101 === 0) return `{"id":${id},"note":"${'x'.repeat(20_000)}"}`;
    if (id % 103 === 0) return `{"id":${id},"note":`;
    return JSON.stringify({
      id,
      note: 'y'.repeat(id % 700) || 'z',
      ...(id % 7 ? {} : { more: 1 }),
    });
  });
  expect(expectAlike(dataset, lines)).toBeGreaterThan(2_000);
});

test('a byte that is no UTF-8 is its own record’s affair', () => {
  const dataset = datasetOf({ note: text() });
  const odd = [
    Buffer.from('{"note":"a"}'),
    Buffer.from([0x7b, 0xff, 0x7d]),
    Buffer.from('{"note":"é"}'),
  ];
  expect(lineJudge(dataset)(odd).map(({ ok }) => ok)).toEqual([true, false, true]);
});
