import { col, compared } from '../expressions/build.ts';
import { type Comparison, comparisons } from '../expressions/expression.ts';
import { type Compare, columnsProblem, fieldOfRule, type RowRuleKind } from './row-rule.ts';

const columnsOf = ({ left, right }: Compare): readonly string[] => [left, right];

/** Two columns of a row compared: what is paid is no more than the total. */
export const compareKind: RowRuleKind<Compare> = {
  kind: 'compare',
  code: 'E_COMPARE',
  columns: columnsOf,
  says: ({ left, is, right }) => `${left} ${is} ${right}, where the row has both`,
  problem: (rule) =>
    comparisons.includes(rule.is)
      ? columnsProblem(columnsOf(rule), 2)
      : `compares by '${rule.is}'; allowed are ${comparisons.join(' ')}`,
  conditions: (rule) => [
    {
      field: fieldOfRule(rule, columnsOf(rule)),
      holds: compared(col(rule.left), rule.is, col(rule.right)),
    },
  ],
};

/** `compare('paid', '<=', 'total')` */
export const compare = (left: string, is: Comparison, right: string): Compare => ({
  kind: 'compare',
  left,
  is,
  right,
  severity: 'reject',
});
