import type { RowCode } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { fieldColumns } from '../definition/field-columns.ts';
import { compileCondition } from '../expressions/compile.ts';
import type { Compiled } from '../expressions/compiled.ts';
import { columnsIn } from '../expressions/expression.ts';
import { rowRuleOf } from '../rules/index.ts';
import type { Severity } from '../rules/rule.ts';
import { rowRulesOf } from './judge-set.ts';

/** One thing that must not be false in a row, made ready for both engines. */
export type RowCondition = {
  readonly code: RowCode;
  readonly field: string;
  readonly severity: Severity;
  /** Judged only where each of these has a value, or is missing and may be. */
  readonly needs: readonly string[];
  readonly holds: Compiled;
};

/** Compiled once per dataset: the row engine asks for them in every row. */
const compiled = new WeakMap<Dataset, readonly RowCondition[]>();

/** What the row rules of a dataset ask of each row, in the order of their declaration. */
export const rowConditions = (dataset: Dataset): readonly RowCondition[] => {
  const known = compiled.get(dataset);
  if (known !== undefined) return known;
  const columns = fieldColumns(dataset.fields);
  const conditions = rowRulesOf(dataset.rules).flatMap((rule) => {
    const kind = rowRuleOf(rule);
    return kind.conditions(rule).map(({ field, holds }) => ({
      code: kind.code,
      field,
      severity: rule.severity,
      needs: columnsIn(holds),
      holds: compileCondition(holds, columns, `dataset '${dataset.name}', rule ${field}`),
    }));
  });
  compiled.set(dataset, conditions);
  return conditions;
};
