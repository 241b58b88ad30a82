import { type Grammar, grammar } from '../fields/grammar.ts';
import { patternProblem } from './portable-pattern.ts';
import type { RuleKind, RuleUse } from './rule.ts';

type Params = { readonly source: string };

/** Compiled once per declared rule: the row engine asks it for every row. */
const compiled = new WeakMap<Params, Grammar>();
const grammarOf = (params: Params): Grammar => {
  const known = compiled.get(params) ?? grammar(params.source);
  compiled.set(params, known);
  return known;
};

/** A text that has a pattern as a whole, anchored or not. */
export const patternRule: RuleKind<Params, string> = {
  kind: 'pattern',
  code: 'E_PATTERN',
  judges: 'texts',
  ofValues: false,
  says: ({ source }) => `has the pattern /${source}/ as a whole`,
  check: (value, params) => grammarOf(params).test(value),
  toSql: (valueSql, params) => grammarOf(params).sql(valueSql),
  // Texts with the pattern cannot be told from it here; the test draws them from the pattern.
  edges: ({ source }) => [source, `${source}\n`, 'a', 'A', '_', '-', '\u0663', '\u00e9', '0\n'],
  state: ({ source }) => ({ source }),
};

/** The rule that a regular expression makes, in the part that both engines read alike. */
export const pattern = (expression: RegExp): RuleUse => {
  const { source, flags } = expression;
  const problem = flags.replace('u', '') === '' ? patternProblem(source) : `flags '${flags}'`;
  if (problem !== null) {
    throw new Error(
      `pattern: /${source}/ cannot be used: ${problem}. Allowed: characters, classes, \\d, \\w, ` +
        'groups, choices and counts; write [^\\n] for a dot and [\\t\\n\\r ] for a space',
    );
  }
  grammar(source);
  return { kind: patternRule.kind, params: { source }, severity: 'reject' };
};
