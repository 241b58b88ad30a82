import type { DatasetRuleKind, References } from './row-rule.ts';

/** A value that must be a key in the published table of another dataset. */
export const referencesKind: DatasetRuleKind<References> = {
  kind: 'references',
  code: 'E_FOREIGN_KEY',
  columns: ({ column }) => [column],
  says: ({ column, dataset }) => `${column}, where the row has it, is a key of ${dataset}`,
  problem: ({ dataset }) => (dataset === '' ? 'names no dataset' : null),
};

/** `references('product_id', 'products')` */
export const references = (column: string, dataset: string): References => ({
  kind: 'references',
  column,
  dataset,
  severity: 'reject',
});
