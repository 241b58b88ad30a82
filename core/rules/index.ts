import { compareKind } from './compare.ts';
import { holdsKind } from './holds.ts';
import { lengthRule } from './length.ts';
import { oneOfRule } from './one-of.ts';
import { orderedKind } from './ordered.ts';
import { patternRule } from './pattern.ts';
import { rangeRule } from './range.ts';
import { referencesKind } from './references.ts';
import { requiredWhenKind } from './required-when.ts';
import type { DatasetRule, DatasetRuleKind, RowRule, RowRuleKind } from './row-rule.ts';
import type { RuleKind, RuleUse } from './rule.ts';
import { uniqueKind } from './unique.ts';

export { compare } from './compare.ts';
export { holds } from './holds.ts';
export { length } from './length.ts';
export { among } from './one-of.ts';
export { ordered, strictlyOrdered } from './ordered.ts';
export { pattern } from './pattern.ts';
export { between } from './range.ts';
export { references } from './references.ts';
export { requiredWhen } from './required-when.ts';
export { called } from './row-rule.ts';
export { warn } from './rule.ts';
export { unique } from './unique.ts';

/** Every kind of rule of one field. A new one is one file beside this and one line here. */
export const ruleKinds: readonly RuleKind[] = [rangeRule, lengthRule, patternRule, oneOfRule];

/** Every kind of rule that one row answers by itself; its type joins those of row-rule.ts. */
export const rowRuleKinds: readonly RowRuleKind[] = [
  orderedKind,
  compareKind,
  requiredWhenKind,
  holdsKind,
];

/** Every kind of rule of a dataset, those over several rows included. */
export const datasetRuleKinds: readonly DatasetRuleKind[] = [
  ...rowRuleKinds,
  uniqueKind,
  referencesKind,
];

const found = <Kind extends { readonly kind: string }>(
  what: string,
  kinds: readonly Kind[],
  name: string,
): Kind => {
  const kind = kinds.find((candidate) => candidate.kind === name);
  if (kind !== undefined) return kind;
  const known = kinds.map((candidate) => candidate.kind).join(', ');
  throw new Error(`no ${what} kind '${name}'; there are ${known}`);
};

/** The answers of a field rule's kind. */
export const ruleOf = (use: RuleUse): RuleKind => found('rule', ruleKinds, use.kind);

/** The answers of a row rule's kind. */
export const rowRuleOf = (rule: RowRule): RowRuleKind => found('row rule', rowRuleKinds, rule.kind);

/** The answers of a dataset rule's kind. */
export const datasetRuleOf = (rule: DatasetRule): DatasetRuleKind =>
  found('dataset rule', datasetRuleKinds, rule.kind);
