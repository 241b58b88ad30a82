import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../core/dataset.ts';
import { defineDataset } from '../core/define-dataset.ts';
import type { Field } from '../core/fields/field.ts';
import {
  binary,
  boolean,
  date,
  decimal,
  double,
  fieldKinds,
  geoPoint,
  integer,
  json,
  kindOf,
  list,
  oneOf,
  struct,
  text,
  time,
  timestamp,
  uuid,
} from '../core/fields/index.ts';
import { compileRow } from '../core/validate/compile-row.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { judgeInDuckDb, type Texts } from './set-engine.ts';
import { runs } from './support/runs.ts';

const line = struct({
  sku: text({ max: 8, casing: 'upper' }),
  price: decimal({ precision: 12, scale: 2, min: '0.01' }),
  currency: oneOf(['EUR', 'USD'], { optional: true }),
});

/** Fields that between them use every nested kind, at usual and at extreme options. */
const samples: Readonly<Record<string, Field>> = {
  'any JSON': json(),
  'optional JSON': json({ optional: true }),
  'a list of integers': list(integer()),
  'a list with bounds of optional integers': list(integer({ optional: true, min: 0 }), {
    min: 1,
    max: 2,
  }),
  'a list of prices': list(decimal({ precision: 38, scale: 10 }), { optional: true }),
  'a list of instants': list(timestamp({ from: '2020-01-01T00:00:00Z' })),
  'a list of days': list(date()),
  'a list of texts with null tokens': list(text({ nullTokens: ['NA'], min: 2, pattern: /\w+/ })),
  'a list of JSON': list(json()),
  'a list of lists': list(list(integer(), { max: 2 }), { max: 3 }),
  'an object': line,
  'a list of objects': list(line, { min: 1 }),
  'objects in objects': struct({
    at: geoPoint({ optional: true }),
    any: json(),
    lines: list(line),
  }),
  'every plain kind': struct({
    big: integer({ bits: 64, optional: true }),
    ratio: double({ mark: ',', optional: true }),
    paid: boolean({ true: ['yes'], false: ['no'], optional: true }),
    at: time({ optional: true }),
    uid: uuid({ optional: true }),
    bytes: binary({ optional: true }),
    rate: decimal({ precision: 9, scale: 3, optional: true }),
    made: timestamp({ optional: true }),
    due: date({ optional: true }),
  }),
  'parts that are called as what a field has': struct({
    kind: text(),
    options: integer({ optional: true }),
    rules: text({ optional: true }),
    trim: boolean({ optional: true }),
    item: text({ optional: true, trim: false }),
  }),
  'a place': geoPoint(),
  'an optional place': geoPoint({ optional: true }),
};

const alone = (field: Field): Dataset =>
  defineDataset({
    name: 'sample',
    domain: 'test',
    owner: 'test',
    description: 'One field alone.',
    fields: { x: field },
  });

const edgesOf = (field: Field): readonly string[] => kindOf(field).edges(field.options);

/** No engine ever sees a NUL: the framer rejects its row. */
const seen = (texts: readonly (string | null)[]) => texts.filter((each) => !each?.includes('\0'));

const expectAgreement = async (dataset: Dataset, rows: readonly Texts[]) => {
  const inDuckDb = await judgeInDuckDb(dataset, rows);
  expect(inDuckDb.length).toBe(rows.length);
  for (const [index, row] of rows.entries()) {
    const set = inDuckDb[index];
    const judged = judgeRow(dataset, row);
    expect({
      row,
      accepted: set?.accepted,
      reasons: set?.reasons,
      values: set?.accepted === true ? set.values : 'none',
    }).toStrictEqual({
      row,
      accepted: judged.ok,
      reasons: judged.ok ? [] : judged.reasons,
      values: judged.ok ? judged.values : 'none',
    });
  }
  return inDuckDb;
};

const noise = [...'{}[]:,"\\ \t\n019+-.eEtfnul', '\u0661', '\u00e9', '\u{1f4e6}', 'null', '"a"'];

/** An edge with one to three places replaced, added or taken out. */
const textNear = (edges: readonly string[]): fc.Arbitrary<string> => {
  const change = fc.record({
    at: fc.nat({ max: 80 }),
    out: fc.nat({ max: 2 }),
    add: fc.constantFrom('', ...noise),
  });
  return fc
    .tuple(fc.constantFrom(...edges), fc.array(change, { maxLength: 3 }))
    .map(([start, changes]) =>
      changes
        .reduce((points, { at, out, add }) => {
          const place = at % (points.length + 1);
          return [...points.slice(0, place), add, ...points.slice(place + out)];
        }, Array.from(start))
        .join(''),
    );
};

describe.each(Object.entries(samples))('%s', (_name, field) => {
  const dataset = alone(field);
  const edges = edgesOf(field).filter((edge) => edge.length < 1_000 && !edge.includes('\0'));

  test('both engines agree on its edges, accept some and find every reason', async () => {
    const texts = seen([null, '', ' ', 'null', ' null ', ...edgesOf(field)]);
    const verdicts = await expectAgreement(
      dataset,
      texts.map((x) => ({ x })),
    );
    const held = new Set(verdicts.flatMap((verdict) => verdict.held));
    expect(verdicts.some((verdict) => verdict.accepted)).toBe(true);
    expect(compileRow(dataset).reasons.filter((_, index) => !held.has(index))).toEqual([]);
  });

  test('both engines agree on texts near its edges', async () => {
    const rows = fc.array(fc.record({ x: textNear(edges) }), { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        await expectAgreement(dataset, drawn);
      }),
      { numRuns: runs(10) },
    );
  });

  test('a printed value reads as the same value', () => {
    const { parse, print } = kindOf(field);
    const values = edges.flatMap((edge) => {
      const parsed = parse(edge, field.options);
      return parsed.ok ? [parsed.value] : [];
    });
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      const again = parse(print(value, field.options), field.options);
      expect(again).toStrictEqual({ ok: true, value });
    }
  });
});

test('every nested kind of the registry ran above', () => {
  const kinds = new Set(Object.values(samples).map((field) => field.kind));
  const nested = fieldKinds.filter((kind) => kind.nested !== undefined);
  expect([...kinds].toSorted()).toEqual(nested.map(({ kind }) => kind).toSorted());
});
