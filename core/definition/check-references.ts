import type { Dataset } from '../dataset.ts';
import { kindOf } from '../fields/index.ts';
import { typeText } from '../iceberg-type.ts';
import type { References } from '../rules/row-rule.ts';

/** Finds another dataset; may throw instead of answering undefined. */
type Lookup = (name: string) => Dataset | undefined;

/**
 * What `references` says of other datasets, which `defineDataset` cannot see: the dataset is there,
 * is another one, and has one key column of the same type.
 */
export const checkReferences = (dataset: Dataset, lookup: Lookup): void => {
  for (const [index, rule] of dataset.rules.entries()) {
    const problem = rule.kind === 'references' ? problemOf(dataset, rule, lookup) : null;
    if (problem !== null) {
      throw new Error(`dataset '${dataset.name}': rules[${index}] (references) ${problem}`);
    }
  }
};

const problemOf = (dataset: Dataset, rule: References, lookup: Lookup): string | null => {
  if (rule.dataset === dataset.name) return 'refers to the dataset itself; name another one';
  const other = lookup(rule.dataset);
  if (other === undefined) return `refers to '${rule.dataset}', which is no dataset`;
  const [key, ...more] = other.key;
  if (key === undefined || more.length > 0) {
    return `refers to '${other.name}', whose key has ${other.key.length} columns; it needs one`;
  }
  const [own, others] = [typeOf(dataset, rule.column), typeOf(other, key)];
  return own === others
    ? null
    : `compares ${rule.column} (${own}) with ${other.name}.${key} (${others}); allowed is one type`;
};

const typeOf = ({ fields }: Dataset, name: string): string => {
  const field = fields[name];
  return field === undefined ? 'no field' : typeText(kindOf(field).icebergType(field.options));
};
