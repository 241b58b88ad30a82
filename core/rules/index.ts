import { lengthRule } from './length.ts';
import { patternRule } from './pattern.ts';
import { rangeRule } from './range.ts';
import type { RuleKind, RuleUse } from './rule.ts';

/** Every kind of rule. A new one is one file beside this and one line here. */
export const ruleKinds: readonly RuleKind[] = [rangeRule, lengthRule, patternRule];

/** The answers of a rule's kind. */
export const ruleOf = (use: RuleUse): RuleKind => {
  const kind = ruleKinds.find((candidate) => candidate.kind === use.kind);
  if (kind !== undefined) return kind;
  const known = ruleKinds.map((candidate) => candidate.kind).join(', ');
  throw new Error(`no rule kind '${use.kind}'; there are ${known}`);
};
