import { Option } from 'commander';
import type { Dataset } from '../../core/dataset.ts';
import { usageError } from '../console/errors.ts';

/** The same switch on every command that is about one dataset. */
export const datasetOption = (purpose: string): Option =>
  new Option('-d, --dataset <name>', purpose);

/** The dataset of that name, or the message that lists the ones there are. */
export const declared = (datasets: readonly Dataset[], name: string): Dataset => {
  const found = datasets.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  throw usageError({
    what: `There is no dataset '${name}'.`,
    allowed: `Declared in datasets/: ${datasets.map((dataset) => dataset.name).join(', ')}.`,
    next: 'npx headgate datasets describes each.',
  });
};

/** The datasets of this clone, loaded only by commands that ask for them. */
export const loadDatasets = async (): Promise<readonly Dataset[]> =>
  (await import('../../datasets/index.ts')).datasets;
