import { valueSideOf } from '../contract.ts';
import type { Field } from '../fields/field.ts';
import { datasetRuleOf, ruleOf } from '../rules/index.ts';
import type { DatasetRule } from '../rules/row-rule.ts';

const withSeverity = (sentence: string, { severity }: { readonly severity: string }): string =>
  severity === 'warn' ? `${sentence} (a warning)` : sentence;

/** The rules of a field, each in its kind's own sentence. */
export const fieldRuleWords = (field: Field): readonly string[] =>
  field.rules.map((use) => withSeverity(ruleOf(use).says(use.params, valueSideOf(field)), use));

/** A rule over several columns or rows in its kind's own sentence, under its name if it has one. */
export const datasetRuleWords = (rule: DatasetRule): string => {
  const sentence = withSeverity(datasetRuleOf(rule).says(rule), rule);
  return rule.name === undefined ? sentence : `${rule.name}: ${sentence}`;
};
