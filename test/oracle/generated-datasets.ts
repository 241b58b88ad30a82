import fc from 'fast-check';
import { programOf } from '../../adapters/engine/plain/program.ts';
import { valueSideOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { defineDataset } from '../../core/define-dataset.ts';
import { fieldProblem } from '../../core/definition/check-field.ts';
import { fieldRuleProblem } from '../../core/definition/field-rules.ts';
import { above, all, any, col, isMissing, isPresent, not } from '../../core/expressions/index.ts';
import { holdsEmpty } from '../../core/fields/empty.ts';
import type { Field } from '../../core/fields/field.ts';
import { kindOf } from '../../core/fields/index.ts';
import type { FileOptions } from '../../core/landing/file-options.ts';
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
  ruleOf,
  strictlyOrdered,
  warn,
} from '../../core/rules/index.ts';
import type { RowRule } from '../../core/rules/row-rule.ts';
import type { RuleUse } from '../../core/rules/rule.ts';
import { judgeRow } from '../../core/validate/judge-row.ts';
import { scalarSamples } from '../core/fields/samples.ts';

const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'] as const;

const datasetOf = (
  fields: Readonly<Record<string, Field>>,
  rules: readonly RowRule[] = [],
  files: Partial<FileOptions> = {},
): Dataset =>
  defineDataset({
    name: 'generated',
    domain: 'test',
    owner: 'test',
    description: 'Drawn.',
    fields,
    rules,
    files,
  });

/** Texts of a field that are values of it, and those on and off its edges. */
type Edges = { readonly sound: readonly string[]; readonly all: readonly string[] };

const edgesOf = (field: Field): Edges => {
  const { print } = valueSideOf(field);
  const ofRules = field.rules.flatMap((use) => ruleOf(use).edges(use.params).map(print));
  const ofPatterns = field.rules.flatMap(({ kind, params: { source } }) =>
    kind === 'pattern'
      ? fc.sample(fc.stringMatching(new RegExp(`^(?:${source})$`, 'u')), { numRuns: 20, seed: 1 })
      : [],
  );
  const found = [...kindOf(field).edges(field.options), ...ofRules, ...ofPatterns];
  const alone = datasetOf({ x: field });
  const every = [...new Set(found)];
  return { all: every, sound: every.filter((x) => judgeRow(alone, { x }).ok) };
};

const edges = new Map(Object.entries(scalarSamples).map(([label, it]) => [label, edgesOf(it)]));
const labels = Object.keys(scalarSamples);

/** What the WebAssembly walk knows; without these, hardly a dataset would be all its own. */
const plainLabels = labels.filter((label) => {
  const field = scalarSamples[label];
  return field !== undefined && programOf(datasetOf({ x: field }), ['x']) !== undefined;
});
/** Two fields of one of these can be compared. */
const ordinary = ['an integer', 'a double', 'a price', 'an instant', 'a day', 'a long', 'any text'];

/** Texts that may be empty, of which few would be drawn by chance. */
const empties = ['a lower case text', 'a text that may be empty'];

const noise = [...'0129+-.:,;|TZez_@ \t\n\r\f"\'%/', '\u0661', '\u00e9', '\u00a0', '\u{1f4e6}'];

/** An edge with up to three places replaced, added or taken out. */
const changed = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(30), fc.nat(2), fc.constantFrom('', ...noise)), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([start, changes]) =>
      changes.reduce((points, [at, out, add]) => {
        const place = at % (points.length + 1);
        return [...points.slice(0, place), add, ...points.slice(place + out)];
      }, Array.from(start)),
    )
    .map((points) => points.join(''));

const padded = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.constantFrom(' ', '   ', '\t', '\n', '\u00a0'), fc.boolean())
    .map(([own, pad, before]) => (before ? pad + own : own + pad));

/** A cell of a field: mostly a value, or no row of six fields would ever be valid. */
const cellOf = ({ sound, all: every }: Edges, field: Field): fc.Arbitrary<string | null> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...sound) },
    { weight: 3, arbitrary: fc.constantFrom(...every) },
    { weight: 2, arbitrary: padded(fc.constantFrom(...sound)) },
    { weight: 2, arbitrary: changed(every) },
    { weight: 2, arbitrary: fc.constantFrom('', ' ', ...field.nullTokens) },
    { weight: field.optional ? 6 : 1, arbitrary: fc.constant(null) },
    { weight: holdsEmpty(field) ? 6 : 0, arbitrary: fc.constant('') },
  );

const fieldRules: readonly RuleUse[] = [
  length({ min: 0, max: 4 }),
  length({ max: 3 }),
  length({ min: 2 }),
  pattern(/[A-Za-z]+/),
  between({ min: 0 }),
  between({ max: '1.5' }),
  between({ min: '2020-01-01' }),
  between({ max: '2024-06-01T00:00:00Z' }),
];

/** The rules drawn for a field, one of each reason. */
const rulesFor = (field: Field, ask: readonly RuleUse[]): readonly RuleUse[] => {
  const kept: RuleUse[] = [];
  for (const use of ask) {
    const others = [...field.rules, ...kept];
    const { code } = ruleOf(use);
    const again = others.some((it) => it.severity === use.severity && ruleOf(it).code === code);
    if (!again) kept.push(use);
  }
  return kept;
};

const drawnField = (label: string, isPlain: boolean): fc.Arbitrary<Field> => {
  const field = scalarSamples[label];
  if (field === undefined) throw new Error(`no sample is called '${label}'`);
  const sound = edges.get(label)?.sound ?? [];
  const known = [...fieldRules, among(sound.slice(0, 3))];
  const fitted = known.filter((use) => fieldRuleProblem(field, use) === null);
  return fc
    .record({
      optional: fc.boolean(),
      nullTokens: isPlain
        ? fc.constantFrom([], [], [''])
        : fc.constantFrom([], [], ['-', 'N/A', "it's"], ['']),
      trim: fc.integer({ max: 4, min: 0 }).map((n) => n > 0),
      rules: fc.subarray(fitted, { maxLength: Math.min(3, fitted.length) }),
      warns: fc.array(isPlain ? fc.constant(true) : fc.boolean(), { minLength: 3, maxLength: 3 }),
    })
    .map(({ rules, warns, ...init }) => {
      const asked = rules.map((use, at) => (warns[at] === true ? warn(use) : use));
      const own = { ...field, ...init };
      const ruled = { ...own, rules: [...own.rules, ...rulesFor(own, asked)] };
      // Where an empty text is missing anyway, no token may say so.
      return fieldProblem(ruled) === undefined ? ruled : { ...ruled, nullTokens: [] };
    });
};

const conditions = (columns: readonly string[]) => {
  const column = fc.constantFrom(...columns).map(col);
  return fc.oneof(
    column.map(isMissing),
    column.map(isPresent),
    column.map((it) => above(it, 0)),
    fc.tuple(column, column).map(([a, b]) => any(not(isPresent(a)), isMissing(b))),
    fc.tuple(column, column).map(([a, b]) => all(isPresent(a), isPresent(b))),
  );
};

const rowRule = (columns: readonly string[]): fc.Arbitrary<RowRule> => {
  // The last two are often of one kind.
  const two = fc
    .oneof(fc.constant(columns.slice(-2)), fc.constant(columns))
    .chain((from) => fc.shuffledSubarray([...from], { minLength: 2, maxLength: 2 }));
  const by = fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const);
  const some = fc.subarray([...columns], { minLength: 1, maxLength: 2 });
  const rule = fc.oneof(
    fc.tuple(fc.constantFrom(ordered, strictlyOrdered), two).map(([build, it]) => build(...it)),
    fc.tuple(two, by).map(([[left = '', right = ''], is]) => compare(left, is, right)),
    fc.tuple(conditions(columns), some).map(([when, it]) => requiredWhen(when, ...it)),
    conditions(columns).map((condition) => holds('condition_holds', condition)),
  );
  return fc.tuple(rule, fc.boolean(), fc.boolean()).map(([it, isNamed, warns]) => {
    const named: RowRule = isNamed && it.kind !== 'holds' ? called('by_rule', it) : it;
    return warns ? warn(named) : named;
  });
};

/** The rules that fit the columns: what `defineDataset` refuses is left out. */
const fitting = (fields: Readonly<Record<string, Field>>, rules: readonly RowRule[]): RowRule[] => {
  const kept: RowRule[] = [];
  for (const rule of rules) {
    try {
      datasetOf(fields, [...kept, rule]);
      kept.push(rule);
    } catch {
      // Nothing is lost: the test asserts that every kind of rule was used.
    }
  }
  return kept;
};

/** A dataset, how each cell of its rows is drawn, and the names of its samples. */
export type Drawn = {
  readonly dataset: Dataset;
  readonly cells: readonly fc.Arbitrary<string | null>[];
};

const withNames = (fields: readonly Field[], aliases: boolean): Record<string, Field> =>
  Object.fromEntries(
    fields.map((field, at) => {
      const name = names[at] ?? '';
      return [name, aliases ? { ...field, aliases: [`The ${name}`] } : field];
    }),
  );

const labelsOf = (pool: readonly string[]): fc.Arbitrary<readonly string[]> => {
  const kinds = [...new Set(pool.map((label) => scalarSamples[label]?.kind))];
  // By kind first: some have many samples, some one.
  const label = fc
    .constantFrom(...kinds)
    .chain((kind) => fc.constantFrom(...pool.filter((it) => scalarSamples[it]?.kind === kind)));
  return fc
    .tuple(
      fc.array(label, { minLength: 1, maxLength: 4 }),
      fc.option(fc.constantFrom(...ordinary), { freq: 4 }),
      fc.constantFrom([], [], ...empties.map((each) => [each])),
    )
    .map(([drawn, twice, empty]) => [...empty, ...drawn, ...(twice === null ? [] : [twice, twice])])
    .map((drawn) => drawn.filter((it) => pool.includes(it)).slice(-6));
};

/** `isPlain`: the walk knows every field, and no rule over several columns rejects. */
const drawnFrom = (isPlain: boolean, files: Partial<FileOptions>): fc.Arbitrary<Drawn> =>
  labelsOf(isPlain ? plainLabels : labels)
    .chain((own) =>
      fc.tuple(fc.constant(own), fc.tuple(...own.map((it) => drawnField(it, isPlain)))),
    )
    .chain(([own, drawn]) => {
      const columns = names.slice(0, own.length);
      const rules: fc.Arbitrary<RowRule[]> =
        columns.length < 2
          ? fc.constant([])
          : fc.array(rowRule(columns), { minLength: 2, maxLength: 4 });
      return fc.record({
        own: fc.constant(own),
        drawn: fc.constant(drawn),
        aliases: fc.boolean(),
        rules,
      });
    })
    .map(({ own, drawn, aliases, rules }) => {
      const fields = withNames(drawn, aliases);
      const asked = isPlain ? rules.map((rule): RowRule => warn(rule)) : rules;
      const cells = drawn.map((field, at) => {
        const known = edges.get(own[at] ?? '');
        if (known === undefined) throw new Error('each field has a sample');
        return cellOf(known, field);
      });
      return { dataset: datasetOf(fields, fitting(fields, asked), files), cells };
    });

/** Half of the datasets are for the walk. */
export const drawnDataset = (files: Partial<FileOptions>): fc.Arbitrary<Drawn> =>
  fc.oneof(drawnFrom(true, files), drawnFrom(false, files));
