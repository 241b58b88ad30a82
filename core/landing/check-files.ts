import type { Dataset } from '../dataset.ts';
import { isRequired } from '../fields/field.ts';
import { formats } from './file-options.ts';
import { checkAliases } from './header-name.ts';

type Check = (holds: boolean, problem: () => string) => void;

/** A tab or ASCII punctuation that does not quote. */
const DELIMITER = /^[\t!#-/:-@[-`{-~]$/;

/** Refuses file options that cannot be read with; `check` throws with the dataset's name. */
export const checkFiles = (dataset: Pick<Dataset, 'files' | 'fields'>, check: Check): void => {
  const { files } = dataset;
  const { delimiter } = files;
  check(
    files.formats.length > 0,
    () => `files.formats is empty; allowed are ${formats.join(', ')}`,
  );
  check(
    DELIMITER.test(delimiter),
    () =>
      `files.delimiter is ${JSON.stringify(delimiter)}; allowed is a tab or one ASCII mark ` +
      'other than a double quote',
  );
  check(delimiter !== files.quote, () => 'files.delimiter and files.quote are the same mark');
  check(
    !(files.formats.includes('csv') && files.formats.includes('fixed')),
    () => 'files.formats has csv and fixed; nothing tells the two apart, so accept only one',
  );
  checkFixedColumns(dataset, check);
  checkAliases(dataset, check);
};

const checkFixedColumns = (
  { files, fields }: Pick<Dataset, 'files' | 'fields'>,
  check: Check,
): void => {
  const columns = Object.entries(files.columns);
  const isFixed = files.formats.includes('fixed');
  check(
    isFixed || columns.length === 0,
    () => "files.columns says where fields stand, but files.formats lacks 'fixed'",
  );
  if (!isFixed) return;
  for (const [name, { at, length }] of columns) {
    check(Object.hasOwn(fields, name), () => `files.columns names '${name}', which is no field`);
    check(
      Number.isInteger(at) && at >= 0 && Number.isInteger(length) && length > 0,
      () =>
        `files.columns.${name} is ${length} from ${at}; allowed are whole numbers, at least 1 from 0`,
    );
  }
  for (const [name, field] of Object.entries(fields)) {
    check(
      !isRequired(field) || Object.hasOwn(files.columns, name),
      () => `files.columns lacks '${name}', which is required`,
    );
  }
  const ordered = columns.sort(([, a], [, b]) => a.at - b.at);
  for (const [index, [name, { at }]] of ordered.entries()) {
    const [other, before] = ordered[index - 1] ?? ['', { at: 0, length: 0 }];
    check(
      at >= before.at + before.length,
      () => `files.columns.${name} begins at ${at}, inside '${other}'`,
    );
  }
};
