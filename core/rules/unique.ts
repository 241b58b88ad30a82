import { columnsProblem, type DatasetRuleKind, type Unique } from './row-rule.ts';

/** Columns whose values no two published rows of a run share. */
export const uniqueKind: DatasetRuleKind<Unique> = {
  kind: 'unique',
  code: 'E_UNIQUE',
  columns: ({ columns }) => columns,
  says: ({ columns }) =>
    `no two rows of a run have the same ${columns.join(', ')}; the first keeps it`,
  problem: ({ columns }) => columnsProblem(columns, 1),
};

/** `unique('login')`, or `unique('shop', 'receipt_no')` for values that are unique together. */
export const unique = (...columns: readonly string[]): Unique => ({
  kind: 'unique',
  columns,
  severity: 'reject',
});
