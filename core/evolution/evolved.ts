import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { text } from '../fields/index.ts';

/** Stands in the table as the column's comment, and tells such a column from declared ones. */
export const evolvedDoc =
  'Added by evolution, not declared: texts as they stood in the files, unjudged and unmasked.';

/**
 * A column that only the files know. Nobody has said how secret it is, so that no bound and no
 * profile may show a value of it.
 */
const evolvedField: Field = {
  ...text({ optional: true, trim: false, classification: 'confidential', description: evolvedDoc }),
  evolved: true,
};

/**
 * The dataset with the columns that files brought beside the declared ones: whatever works for a
 * declared optional text works for them.
 */
export const withEvolved = (dataset: Dataset, columns: readonly string[]): Dataset => {
  const added = columns.filter((column) => !Object.hasOwn(dataset.fields, column));
  if (added.length === 0) return dataset;
  const fields = added.map((column) => [column, evolvedField] as const);
  return { ...dataset, fields: { ...dataset.fields, ...Object.fromEntries(fields) } };
};

/** The columns that the files of a run brought, each once. */
export const evolvedIn = (
  files: readonly { readonly evolved?: readonly string[] | undefined }[],
): string[] => [...new Set(files.flatMap(({ evolved }) => evolved ?? []))];

/** The fields that a dataset declares, without those that files brought. */
export const declaredIn = ({ fields }: Pick<Dataset, 'fields'>): string[] =>
  Object.keys(fields).filter((name) => fields[name]?.evolved !== true);

/** In the table a value that is none of its field's kind goes to this column beside it. */
export const companionOf = (field: string): string => `${field}_text`;
