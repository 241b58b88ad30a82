import { columnsIn, type Expression } from '../expressions/expression.ts';
import { textOf } from '../expressions/text.ts';
import { fieldOfRule, type Holds, type RowRuleKind } from './row-rule.ts';

/** Any condition over the columns of a row. */
export const holdsKind: RowRuleKind<Holds> = {
  kind: 'holds',
  code: 'E_RULE',
  columns: ({ condition }) => columnsIn(condition),
  says: ({ condition }) => `${textOf(condition)}, where the row has what that needs`,
  problem: ({ name, condition }) => {
    if (name === undefined) return 'has no name, and its reasons would not tell it from others';
    return columnsIn(condition).length === 0 ? 'looks at no column' : null;
  },
  conditions: (rule) => [
    { field: fieldOfRule(rule, columnsIn(rule.condition)), holds: rule.condition },
  ],
};

/** `holds('net_positive', above(minus(col('total'), col('refund')), 0))` */
export const holds = (name: string, condition: Expression): Holds => ({
  kind: 'holds',
  name,
  condition,
  severity: 'reject',
});
