import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { valueSideOf } from '../core/contract.ts';
import type { Dataset } from '../core/dataset.ts';
import { defineDataset } from '../core/define-dataset.ts';
import type { Field } from '../core/fields/field.ts';
import { fieldKinds, kindOf, timestamp } from '../core/fields/index.ts';
import { ruleOf } from '../core/rules/index.ts';
import { compileRow } from '../core/validate/compile-row.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { datasets } from '../datasets/index.ts';
import { scalarSamples } from './core/fields/samples.ts';
import { judgeInDuckDb, type Texts } from './set-engine.ts';
import { runs } from './support/runs.ts';
import { youngLetters } from './support/young-letters.ts';

/** Nested kinds and rules have tests like this one of their own. */
const samples = scalarSamples;

const alone = (field: Field): Dataset =>
  defineDataset({
    name: 'sample',
    domain: 'test',
    owner: 'test',
    description: 'One field alone.',
    fields: { x: field },
  });

/** What a field itself says is worth trying, printed where a rule names values. */
const edgesOf = (field: Field): string[] => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  const ofPatterns = field.rules.flatMap(({ kind, params: { source } }) =>
    kind === 'pattern'
      ? fc.sample(fc.stringMatching(new RegExp(`^(?:${source})$`, 'u')), { numRuns: 20, seed: 1 })
      : [],
  );
  return [...kindOf(field).edges(field.options), ...ofRules, ...ofPatterns];
};

/** Spaces of all sorts around an edge: only U+0020 is trimmed. */
const padded = (edge: string): string[] =>
  [' ', '   ', '\t', '\n', '\u00a0', ' \u00a0 '].flatMap((pad) => [pad + edge, edge + pad]);

const fixedTexts = (field: Field): (string | null)[] => [
  null,
  '',
  ' ',
  '   ',
  '\t',
  '!',
  ...edgesOf(field),
  ...edgesOf(field).flatMap(padded),
];

const noise = [...'0129+-.:,TZez_@ \t\n\r\u000b\f"\'%/', '\u0661', '\u00e9', '\u00a0', '\u{1f4e6}'];

/** An edge with one to three places replaced, added or taken out; or any text at all. */
const textNear = (edges: readonly string[]): fc.Arbitrary<string | null> => {
  const edge = fc.constantFrom(...edges);
  const change = fc.record({
    at: fc.nat({ max: 30 }),
    out: fc.nat({ max: 2 }),
    add: fc.constantFrom('', ...noise),
  });
  const changed = fc
    .tuple(edge, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([start, changes]) =>
      changes.reduce((points, { at, out, add }) => {
        const place = at % (points.length + 1);
        return [...points.slice(0, place), add, ...points.slice(place + out)];
      }, Array.from(start)),
    )
    .map((points) => points.join(''));
  // The framer rejects a row with a NUL byte before any engine sees it.
  const any = fc
    .string({ unit: 'binary' })
    .map((value) => value.replaceAll('\0', '').replaceAll(youngLetters, ''));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 4, arbitrary: edge },
    { weight: 12, arbitrary: changed },
    { weight: 2, arbitrary: any },
  );
};

/** Both engines on the same rows; any difference is a fault in one of them, whichever it is. */
const expectAgreement = async (dataset: Dataset, rows: readonly Texts[]) => {
  const inDuckDb = await judgeInDuckDb(dataset, rows);
  expect(inDuckDb.length).toBe(rows.length);
  for (const [index, row] of rows.entries()) {
    const set = inDuckDb[index];
    const judged = judgeRow(dataset, row);
    const verdict = {
      row,
      accepted: judged.ok,
      reasons: judged.ok ? [] : judged.reasons,
      values: judged.ok ? judged.values : 'none',
    };
    expect({
      row,
      accepted: set?.accepted,
      reasons: set?.reasons,
      values: set?.accepted === true ? set.values : 'none',
    }).toStrictEqual(verdict);
  }
  return inDuckDb;
};

describe.each(Object.entries(samples))('%s', (_name, field) => {
  const dataset = alone(field);

  test('both engines agree on its edges, accept some and find every reason', async () => {
    const rows = fixedTexts(field).map((x) => ({ x }));
    const verdicts = await expectAgreement(dataset, rows);
    const held = new Set(verdicts.flatMap((verdict) => verdict.held));
    expect(verdicts.some((verdict) => verdict.accepted)).toBe(true);
    expect(compileRow(dataset).reasons.filter((_, index) => !held.has(index))).toEqual([]);
  });

  test('both engines agree on texts near its edges', async () => {
    const rows = fc.array(fc.record({ x: textNear(edgesOf(field)) }), {
      minLength: 1,
      maxLength: 300,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        await expectAgreement(dataset, drawn);
      }),
      { numRuns: runs(15) },
    );
  });
});

test('every scalar kind of the registry ran above', () => {
  const kinds = new Set(Object.values(samples).map((field) => field.kind));
  const scalar = fieldKinds.filter((kind) => kind.nested === undefined);
  expect([...kinds].toSorted()).toEqual(scalar.map(({ kind }) => kind).toSorted());
});

test('a timestamp with any two places replaced is judged alike: the fast shape is no looser', async () => {
  const base = '2024-11-12T20:14:25Z';
  const letters = ['\t', ' ', '+', '-', '.', ':', '2', '9', 'T', 'Z', '\u00e9'];
  const replaced = (from: string, at: number): string[] =>
    letters.map((letter) => from.slice(0, at) + letter + from.slice(at + 1));
  const places = Array.from(base, (_, place) => place);
  const rows = places.flatMap((first) =>
    replaced(base, first).flatMap((once) =>
      places.filter((second) => second > first).flatMap((second) => replaced(once, second)),
    ),
  );
  const dataset = alone(timestamp());
  for (let start = 0; start < rows.length; start += 4000) {
    await expectAgreement(
      dataset,
      rows.slice(start, start + 4000).map((x) => ({ x })),
    );
  }
});

describe.each(datasets.map((dataset) => [dataset.name, dataset] as const))(
  '%s',
  (_name, dataset) => {
    test('both engines agree on whole rows', async () => {
      const near = Object.fromEntries(
        Object.entries(dataset.fields).map(([name, field]) => [name, cellNear(field)]),
      );
      const rows = fc.array(fc.record(near), { minLength: 1, maxLength: 100, size: 'max' });
      await fc.assert(
        fc.asyncProperty(rows, async (drawn) => {
          await expectAgreement(dataset, drawn);
        }),
        { numRuns: runs(20) },
      );
    });
  },
);

/** Mostly sound cells, or no row of eleven fields would ever be accepted. */
const cellNear = (field: Field): fc.Arbitrary<string | null> => {
  const sound = edgesOf(field).filter((edge) => judgeRow(alone(field), { x: edge }).ok);
  return fc.oneof(
    { weight: 19, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: textNear(edgesOf(field)) },
  );
};
