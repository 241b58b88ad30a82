import { all, any, col, isPresent, not } from '../expressions/build.ts';
import { columnsIn, type Expression } from '../expressions/expression.ts';
import { textOf } from '../expressions/text.ts';
import { columnsProblem, type RequiredWhen, type RowRuleKind } from './row-rule.ts';

/** Columns that a row must have where a condition is true. */
export const requiredWhenKind: RowRuleKind<RequiredWhen> = {
  kind: 'requiredWhen',
  code: 'E_REQUIRED_WHEN',
  columns: ({ when, columns }) => [...new Set([...columns, ...columnsIn(when)])],
  says: ({ when, columns }) => `${columns.join(', ')} must be there where ${textOf(when)}`,
  problem: ({ columns }) => columnsProblem(columns, 1),
  conditions: ({ name, when, columns }) => {
    const needed = columns.map((column) => isPresent(col(column)));
    if (name !== undefined) return [{ field: name, holds: any(not(when), all(...needed)) }];
    return columns.map((column) => ({
      field: column,
      holds: any(not(when), isPresent(col(column))),
    }));
  },
};

/** `requiredWhen(is(col('status'), 'shipped'), 'shipped_at')` */
export const requiredWhen = (when: Expression, ...columns: readonly string[]): RequiredWhen => ({
  kind: 'requiredWhen',
  when,
  columns,
  severity: 'reject',
});
