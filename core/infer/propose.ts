import type { Dataset } from '../dataset.ts';
import { type DatasetDefinition, defineDataset, month } from '../define-dataset.ts';
import type { Field } from '../fields/field.ts';
import type { FileOptions } from '../landing/file-options.ts';
import { fieldOfCall } from './candidates.ts';
import { type ProposedField, proposeField } from './propose-field.ts';
import { type Sample, sampledColumns } from './sample.ts';

/** A dataset as it would be written. */
export type Proposal = {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly ProposedField[];
  readonly key: readonly string[];
  /** Unique and complete columns that are not the key. */
  readonly otherKeys: readonly string[];
  /** Rows of the samples whose key another row has as well. */
  readonly repeatedKeys: number;
  readonly partition: string | undefined;
  /** Only what differs from the defaults. */
  readonly files: Partial<FileOptions>;
  readonly rows: number;
};

export type ProposeOptions = {
  readonly name: string;
  readonly files: Partial<FileOptions>;
  /** Share of values of a column, 0 to 1, that may be wrong in the samples. */
  readonly tolerance: number;
};

/** The dataset that samples look like; the same samples give the same proposal. */
export const propose = (samples: readonly Sample[], options: ProposeOptions): Proposal => {
  const { name, files, tolerance } = options;
  const columns = sampledColumns(samples);
  const fields = columns.map((column) => proposeField(column, tolerance));
  const keys = fields.filter((field) => isKey(field, tolerance)).sort(byPreference(name));
  const [first] = keys.filter((field) => KEY_NAME.test(field.name));
  const key = first === undefined ? [] : [first.name];
  const rows = samples.reduce((sum, sample) => sum + sample.rows.length, 0);
  return {
    name,
    description: `Proposed from ${rows} rows; say here what one row is.`,
    fields,
    key,
    otherKeys: keys.map((field) => field.name).filter((each) => !key.includes(each)),
    repeatedKeys: first === undefined ? 0 : first.column.texts.length - first.column.distinct,
    partition: partitionOf(fields),
    files,
    rows,
  };
};

const KEY_NAME = /(^|_)(id|key|code|number|no|nr|uuid|sku|ref)$/;
const NO_KEY = new Set(['double', 'boolean', 'date', 'timestamp', 'decimal', 'oneOf', 'json']);

const isKey = ({ column, call }: ProposedField, tolerance: number): boolean =>
  column.rows > 1 &&
  call.init.optional !== true &&
  !NO_KEY.has(call.builder) &&
  column.distinct >= column.texts.length * (1 - tolerance);

/** The dataset's own number before others': order_id of orders, then id, then any id. */
const byPreference =
  (dataset: string) =>
  (a: ProposedField, b: ProposedField): number =>
    rank(dataset, a) - rank(dataset, b);

const rank = (dataset: string, { name }: ProposedField): number => {
  const own = dataset.replace(/s$/, '');
  if (name === `${own}_id` || name === 'id') return 0;
  return name.endsWith('_id') ? 1 : 2;
};

const partitionOf = (fields: readonly ProposedField[]): string | undefined => {
  const complete = fields.filter(({ call }) => call.init.optional !== true);
  const found =
    complete.find(({ call }) => call.builder === 'timestamp') ??
    complete.find(({ call }) => call.builder === 'date');
  return found?.name;
};

/** The proposal as a dataset, made by the same calls that its source text makes. */
export const datasetOf = (proposal: Proposal): Dataset => {
  const { name, description, key, partition, files } = proposal;
  const fields = proposal.fields.map(({ name: field, call }): [string, Field] => {
    const made = fieldOfCall(call);
    if (made === undefined) throw new Error(`${field}: ${call.builder} refuses what is proposed`);
    return [field, made];
  });
  const definition: DatasetDefinition = {
    name,
    ...placeholders,
    description,
    fields: Object.fromEntries(fields),
    key,
    partition: partition === undefined ? [] : [month(partition)],
    files,
  };
  return defineDataset(definition);
};

/** What no sample can tell; the comment beside them asks for it. */
export const placeholders = { domain: 'general', owner: 'data-owner@example.com' } as const;
