import * as z from 'zod';
import { knownColumns, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { statedRules } from '../derive/columns.ts';
import { defaultEvolution } from '../evolution/evolution.ts';
import { isRequired } from '../fields/field.ts';
import { typeText } from '../iceberg-type.ts';

const Plain = z.json();
const Object_ = z.record(z.string(), Plain);
export type Plain = z.infer<typeof Plain>;

const RuleContract = z.looseObject({ kind: z.string(), severity: z.string() });
export type RuleContract = z.infer<typeof RuleContract>;

export const FieldContract = z.object({
  name: z.string(),
  kind: z.string(),
  /** The column's type, as one text. */
  type: z.string(),
  options: Object_,
  /** A row without a value is rejected. */
  required: z.boolean(),
  /** The column may hold nulls. */
  nullable: z.boolean(),
  default: z.string().nullable(),
  unit: z.string().nullable(),
  classification: z.string().nullable(),
  mask: Plain,
  nullTokens: z.array(z.string()),
  trim: z.boolean(),
  aliases: z.array(z.string()),
  casing: z.string().nullable(),
  rules: z.array(RuleContract),
});
export type FieldContract = z.infer<typeof FieldContract>;

export const DatasetContract = z.object({
  version: z.number().int(),
  fields: z.array(FieldContract),
  /** Columns that steps add, with the step that does. */
  derived: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  steps: z.array(Object_),
  key: z.array(z.string()),
  write: Object_,
  partition: z.array(Object_),
  deduplicate: Object_,
  rules: z.array(RuleContract),
  quality: z.array(RuleContract),
  rejects: Object_,
  /** Absent from contracts that were kept before there was a choice. */
  evolution: Object_.default({ ...defaultEvolution }),
  files: Object_,
  /** Questions about its stream; absent from contracts that were kept before there were any. */
  windows: z.array(Object_).default([]),
});
export type DatasetContract = z.infer<typeof DatasetContract>;

/**
 * What was promised when the file was written: plain JSON, so that a later Headgate, or a reviewer,
 * reads it without running anything of that time.
 */
export const ContractsLock = z.object({
  format: z.literal(1, 'this Headgate reads contracts of format 1'),
  contracts: z.record(z.string(), DatasetContract),
});
export type ContractsLock = z.infer<typeof ContractsLock>;

const bigintAsText = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

/** What a nested field is described with may change as it likes; a member of that name stays. */
const withoutWords = (name: string, value: unknown): unknown =>
  name === 'description' && typeof value === 'string' ? undefined : bigintAsText(name, value);

/** Anything declared as JSON would read it again. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, bigintAsText));

/** A dataset as its contract is kept: all that senders and readers can notice, no descriptions. */
export const contractOf = (dataset: Dataset, lookup: Lookup): DatasetContract => {
  const columns = knownColumns(dataset, lookup);
  const { fields, version, key, write, partition, deduplicate } = dataset;
  const { rules, quality, rejects, evolution, files, transforms, windows = [] } = dataset;
  return DatasetContract.parse(
    plain({
      ...{ version, key, write, partition, deduplicate, rules, quality, rejects },
      ...{ evolution, files, windows },
      fields: Object.entries(fields).map(([name, field]) => ({
        name,
        kind: field.kind,
        type: typeText(columns.find((column) => column.name === name)?.type ?? 'dropped'),
        options: JSON.parse(JSON.stringify(field.options, withoutWords)),
        required: isRequired(field),
        nullable: field.optional,
        default: field.default ?? null,
        unit: field.unit ?? null,
        classification: field.classification ?? null,
        mask: field.mask ?? null,
        nullTokens: field.nullTokens,
        trim: field.trim,
        aliases: field.aliases,
        casing: field.casing ?? null,
        rules: statedRules(field).map(({ code: _code, ...rule }) => rule),
      })),
      derived: columns
        .filter(({ name }) => !Object.hasOwn(fields, name))
        .map(({ name, type, required }) => ({ name, type: typeText(type), nullable: !required })),
      steps: transforms.map(({ ...step }) => ({ ...step, description: undefined })),
    }),
  );
};

/** The contracts of all datasets, by name in the order of the alphabet. */
export const lockOf = (datasets: readonly Dataset[], lookup: Lookup): ContractsLock => ({
  format: 1,
  contracts: Object.fromEntries(
    datasets
      .map((dataset) => [dataset.name, contractOf(dataset, lookup)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
});
