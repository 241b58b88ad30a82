import type { Dataset } from '../../core/dataset.ts';
import type { DatasetName } from '../../core/ids.ts';
import { datasetOf, type Proposal, propose } from '../../core/infer/propose.ts';
import { sourceOf } from '../../core/infer/source.ts';
import { defaultFiles, type FileOptions } from '../../core/landing/file-options.ts';
import { UserError } from '../console/errors.ts';
import { readSample } from './read-samples.ts';

type Options = {
  readonly name: DatasetName;
  /** Read of each file at most. */
  readonly rows: number;
  readonly tolerance: number;
};

/** Reads samples and proposes the dataset that they look like. */
export const infer = async (
  paths: readonly string[],
  { name, rows, tolerance }: Options,
): Promise<{ dataset: Dataset; source: string; proposal: Proposal }> => {
  const read = [];
  for (const path of paths) read.push({ path, ...(await readSample(path, rows)) });
  const empty = read.find(({ sample }) => sample.rows.length === 0);
  if (empty !== undefined) {
    throw new UserError({
      what: `${empty.path} has no row below its names.`,
      next: 'Name a file with rows: kinds are told from values.',
    });
  }
  const files: Partial<FileOptions> = Object.assign({}, ...read.map((each) => each.files));
  for (const each of read) {
    if (each.format === 'csv' && JSON.stringify(each.files) !== JSON.stringify(files)) {
      throw new UserError({
        what: `${each.path} is written in another form than the other files.`,
        allowed: 'One separator, one quote and one encoding for all CSV files of a dataset.',
        next: 'Infer them apart, as datasets of their own.',
      });
    }
  }
  const formats = [...new Set(read.map(({ format }) => format))];
  const usual = formats.every((format) => defaultFiles.formats.includes(format));
  const samples = read.map(({ sample }) => sample);
  const proposal = propose(samples, {
    name,
    tolerance,
    files: usual ? files : { formats, ...files },
  });
  return { dataset: datasetOf(proposal), source: sourceOf(proposal), proposal };
};
