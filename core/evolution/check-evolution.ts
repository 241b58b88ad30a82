import type { Dataset } from '../dataset.ts';
import { isColumnName } from '../definition/column-name.ts';
import type { FileOptions } from '../landing/file-options.ts';
import { groupsRows, transformOf } from '../transforms/index.ts';
import { defaultEvolution, evolutionModes } from './evolution.ts';
import { companionOf } from './evolved.ts';
import { settableFields, showsTexts } from './types.ts';

type Check = (holds: boolean, problem: () => string) => void;

/** Refuses modes that could not act, or could not keep what they promise. */
export const checkEvolution = (dataset: Dataset, check: Check): void => {
  const { evolution, transforms, files } = dataset;
  for (const [name, mode] of Object.entries(evolution)) {
    const at = `evolution.${name} is '${mode}'`;
    check(
      Object.hasOwn(defaultEvolution, name),
      () => `evolution has no '${name}'; allowed are ${Object.keys(defaultEvolution).join(', ')}`,
    );
    check(evolutionModes.includes(mode), () => `${at}; allowed are ${evolutionModes.join(', ')}`);
    check(
      mode !== 'evolve' || name === 'missingColumns' || !groupsRows(transforms),
      () =>
        `${at}, but the dataset publishes groups, in which a new column has no place; ` +
        'take quarantine_value, or publish the rows and group them in a view',
    );
  }
  const { newColumns, missingColumns } = evolution;
  check(
    namesColumns(files) || newColumns === defaultEvolution.newColumns,
    () =>
      `evolution.newColumns is '${newColumns}', but no accepted file names its columns: a row ` +
      'with more fields is rejected with E_FIELD_COUNT; leave it out',
  );
  check(
    namesColumns(files) || missingColumns === defaultEvolution.missingColumns,
    () =>
      `evolution.missingColumns is '${missingColumns}', but no accepted file names its columns, ` +
      'so that none can be missing; leave it out',
  );
  checkTypes(dataset, check);
};

/** Whether some accepted format has names for its columns. */
const namesColumns = ({ formats, header }: FileOptions): boolean =>
  formats.some((format) => (format === 'csv' || format === 'excel' ? header : format !== 'fixed'));

const checkTypes = (dataset: Dataset, check: Check): void => {
  const { evolution, fields, transforms } = dataset;
  const { changedTypes } = evolution;
  const settable = settableFields(dataset);
  check(
    settable.length > 0 || (changedTypes !== 'quarantine_value' && changedTypes !== 'evolve'),
    () =>
      `evolution.changedTypes is '${changedTypes}', but no field is both optional and of a kind ` +
      "that refuses texts, so that each such row is rejected anyway; take 'quarantine_row'",
  );
  if (changedTypes !== 'evolve') return;
  const made = transforms.flatMap((use) => transformOf(use).adds(use));
  for (const name of settable.filter((field) => showsTexts(dataset, field))) {
    const companion = companionOf(name);
    check(
      isColumnName(companion),
      () => `evolution.changedTypes is 'evolve', and '${companion}' is too long for a column`,
    );
    check(
      !Object.hasOwn(fields, companion) && !made.includes(companion),
      () =>
        `evolution.changedTypes is 'evolve', which puts what is no value of '${name}' into ` +
        `'${companion}', and there is such a column already; rename one of the two`,
    );
  }
};
