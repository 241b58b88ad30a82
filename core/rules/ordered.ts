import { all, atMost, below, col } from '../expressions/build.ts';
import { columnsProblem, fieldOfRule, type Ordered, type RowRuleKind } from './row-rule.ts';

/** Every pair, not only neighbours: a missing one in the middle does not hide a fall around it. */
const pairs = (columns: readonly string[]): [string, string][] =>
  columns.flatMap((first, index) =>
    columns.slice(index + 1).map((later): [string, string] => [first, later]),
  );

/** Values that do not fall from column to column: an order before its delivery. */
export const orderedKind: RowRuleKind<Ordered> = {
  kind: 'ordered',
  code: 'E_ORDER',
  columns: ({ columns }) => columns,
  says: ({ columns, strictly }) =>
    `${columns.join(strictly ? ' < ' : ' <= ')}, of those that the row has`,
  problem: ({ columns }) => columnsProblem(columns, 2),
  conditions: (rule) => {
    const step = rule.strictly ? below : atMost;
    const steps = pairs(rule.columns).map(([first, later]) => step(col(first), col(later)));
    return [{ field: fieldOfRule(rule, rule.columns), holds: all(...steps) }];
  },
};

/** first <= second <= …, where the row has them: `ordered('start_at', 'end_at')`. */
export const ordered = (...columns: readonly string[]): Ordered => ({
  kind: 'ordered',
  columns,
  strictly: false,
  severity: 'reject',
});

/** The same, and no two are equal. */
export const strictlyOrdered = (...columns: readonly string[]): Ordered => ({
  ...ordered(...columns),
  strictly: true,
});
