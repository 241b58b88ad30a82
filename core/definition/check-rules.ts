import type { Dataset } from '../dataset.ts';
import { compileCondition, type ExpressionColumn } from '../expressions/compile.ts';
import type { Field } from '../fields/field.ts';
import { typeText } from '../iceberg-type.ts';
import { datasetRuleOf, rowRuleOf, ruleOf } from '../rules/index.ts';
import { type DatasetRule, fieldOfRule, type RowRule } from '../rules/row-rule.ts';
import { fieldColumns } from './field-columns.ts';
import { fieldRuleProblem, partsOfField } from './field-rules.ts';

type Check = (holds: boolean, problem: () => string) => void;

/** A rule's name stands in reasons, where it must be told from codes and lists of columns. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** The part of `defineDataset` that is about rules: a wrong one fails before the first run. */
export const checkRules = (dataset: Dataset, check: Check): void => {
  checkFieldRules(dataset, check);
  const columns = fieldColumns(dataset.fields);
  const reasons = new Set<string>();
  for (const [index, rule] of dataset.rules.entries()) {
    const { kind, code, columns: columnsOf, problem } = datasetRuleOf(rule);
    const where = `rules[${index}] (${kind}${rule.name === undefined ? '' : ` ${rule.name}`})`;
    const found = problem(rule);
    check(found === null, () => `${where} ${found}`);
    check(
      rule.name === undefined || NAME.test(rule.name),
      () => `${where}: its name must be a-z, 0-9 and _, at most 63, starting a-z`,
    );
    checkColumns(columnsOf(rule), columns, (holds, what) =>
      check(holds, () => `${where} ${what()}`),
    );
    const place = `dataset '${dataset.name}': ${where}`;
    const fields = isRowRule(rule)
      ? fieldsOf(rule, columns, place)
      : setFields(rule, columns, place);
    for (const field of fields) {
      const reason = `${rule.severity} ${code} ${field}`;
      check(
        !reasons.has(reason),
        () =>
          `${where} gives the reason ${code} ${field}, as an earlier rule does; name one of them`,
      );
      reasons.add(reason);
    }
  }
};

const isRowRule = (rule: DatasetRule): rule is RowRule =>
  rule.kind !== 'unique' && rule.kind !== 'references';

/** The fields of its reasons, once each of its conditions is known to be sound. */
const fieldsOf = (
  rule: RowRule,
  columns: readonly ExpressionColumn[],
  place: string,
): readonly string[] =>
  rowRuleOf(rule)
    .conditions(rule)
    .map(({ field, holds }) => {
      compileCondition(holds, columns, place);
      return field;
    });

const setFields = (
  rule: Exclude<DatasetRule, RowRule>,
  columns: readonly ExpressionColumn[],
  place: string,
): readonly string[] => {
  const used = datasetRuleOf(rule).columns(rule);
  for (const { name, type } of columns) {
    if (used.includes(name) && typeof type !== 'string') {
      throw new Error(`${place} looks at '${name}', a ${typeText(type)}; allowed are plain values`);
    }
  }
  return [fieldOfRule(rule, used)];
};

const checkColumns = (
  used: readonly string[],
  columns: readonly ExpressionColumn[],
  check: Check,
): void => {
  const known = columns.map(({ name }) => name);
  for (const column of used) {
    check(known.includes(column), () => `uses '${column}'; fields are ${known.join(', ')}`);
  }
};

const checkFieldRules = ({ fields }: Dataset, check: Check): void => {
  for (const [name, field] of withParts(Object.entries(fields))) {
    const seen = new Set<string>();
    for (const use of field.rules) {
      const problem = fieldRuleProblem(field, use);
      check(problem === null, () => `rule ${use.kind} of '${name}': ${problem}`);
      const reason = `${use.severity} ${ruleOf(use).code}`;
      check(
        !seen.has(reason),
        () => `'${name}' has two rules with the reason ${ruleOf(use).code}; make one of them`,
      );
      seen.add(reason);
    }
  }
};

type Named = readonly (readonly [name: string, field: Field])[];

/** Fields, and the fields inside them, which have rules of their own. */
const withParts = (fields: Named): Named =>
  fields.flatMap(([name, field]) => [
    [name, field] as const,
    ...withParts(partsOfField(field).map(([part, inner]) => [name + part, inner] as const)),
  ]);
