import type { Dataset } from '../../core/dataset.ts';
import type { DatasetName } from '../../core/ids.ts';
import {
  datasetOf,
  type Proposal,
  type ProposeOptions,
  propose,
} from '../../core/infer/propose.ts';
import { sourceOf } from '../../core/infer/source.ts';
import { defaultFiles, type FileOptions } from '../../core/landing/file-options.ts';
import { UserError } from '../console/errors.ts';
import { type JudgedSample, judgeSamples } from './judge-samples.ts';
import { type Asked, type ReadSample, readSample, rejectedSample } from './read-samples.ts';

type Options = {
  readonly name: DatasetName;
  /** Read of each file at most. */
  readonly rows: number;
  readonly tolerance: number;
  readonly asked?: Asked;
};

export type Inferred = {
  readonly dataset: Dataset;
  readonly source: string;
  readonly proposal: Proposal;
  /** What the engine makes of each whole file by the proposal. */
  readonly judged: readonly JudgedSample[];
};

/** Reads samples and proposes the dataset that they look like. */
export const infer = async (
  paths: readonly string[],
  { name, rows, tolerance, asked = {} }: Options,
): Promise<Inferred> => {
  const read: (ReadSample & { readonly path: string })[] = [];
  for (const path of paths) read.push({ path, ...(await readSample(path, rows, asked)) });
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
  const options = { name, tolerance, files: usual ? files : { formats, ...files } };
  const found = await settled(read, options);
  return { ...found, source: sourceOf(found.proposal) };
};

type Settled = Omit<Inferred, 'source'>;

/** A file's rows beyond the sample can widen a proposal so often. */
const ROUNDS_MAX = 4;

/**
 * The proposal under which whole files pass: rows that it rejects for a value join the sample,
 * unless some are meant to be rejected, and quotes are taken for text where that saves rows.
 */
const settled = async (
  read: readonly (ReadSample & { readonly path: string })[],
  options: ProposeOptions,
): Promise<Settled> => {
  const paths = read.map(({ path }) => path);
  const samples = read.map(({ sample }) => sample);
  const tried = async (files: ProposeOptions['files']): Promise<Settled> => {
    const proposal = propose(samples, { ...options, files });
    const dataset = datasetOf(proposal);
    return { proposal, dataset, judged: await judgeSamples(dataset, paths) };
  };
  let found = await tried(options.files);
  if (hasReason(found, 'E_QUOTE')) {
    for (const other of otherQuotes) {
      const loose = await tried({ ...options.files, ...other });
      if (validIn(loose) > validIn(found)) found = loose;
    }
  }
  for (let round = 0; round < ROUNDS_MAX && options.tolerance === 0; round++) {
    const odd = found.judged.flatMap((each, index) => {
      const from = read[index];
      if (each.kind === 'refused' || each.odd.length === 0 || from === undefined) return [];
      return rejectedSample(from, found.proposal.files, each.odd) ?? [];
    });
    if (odd.every(({ rows }) => rows.length === 0)) break;
    samples.push(...odd);
    found = await tried(found.proposal.files);
  }
  return found;
};

/** What a stray quote can mean: quotes are text, or they are text where they cannot be a mark. */
const otherQuotes = [{ quote: null }, { strictQuotes: false }] as const;

const hasReason = ({ judged }: Settled, wanted: string): boolean =>
  judged.some((each) => each.kind === 'judged' && each.reasons.some(({ code }) => code === wanted));

/** Fewer rejected rows may be rows that were taken for one. */
const validIn = ({ judged }: Settled): number =>
  judged.reduce((sum, each) => sum + (each.kind === 'judged' ? each.valid : 0), 0);
