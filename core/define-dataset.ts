import type { Dataset, PartitionField, WriteMode } from './dataset.ts';
import { fieldProblem } from './definition/check-field.ts';
import { checkRules } from './definition/check-rules.ts';
import { columnNameRule, isColumnName } from './definition/column-name.ts';
import { withReadRules } from './definition/field-rules.ts';
import { streamProblems } from './entities/check-entities.ts';
import { checkEvolution } from './evolution/check-evolution.ts';
import { defaultEvolution } from './evolution/evolution.ts';
import type { Field } from './fields/field.ts';
import { kindOf } from './fields/index.ts';
import { DatasetName } from './ids.ts';
import { checkFiles } from './landing/check-files.ts';
import { defaultFiles, type FileOptions } from './landing/file-options.ts';
import { takesRecords } from './push/as-records.ts';
import { checkQuality } from './quality/index.ts';
import { checkBody } from './stream/check-body.ts';
import type { StreamOptions } from './stream/options.ts';
import { transformOf } from './transforms/index.ts';
import type { Transform } from './transforms/transform.ts';
import { webhooksProblem } from './webhooks/webhook.ts';
import { checkWindows } from './windows/check-windows.ts';
import type { WindowRule } from './windows/rule.ts';

/** A dataset as its author writes it; what is left out gets the default of `Dataset`. */
export type DatasetDefinition = {
  readonly name: string;
  readonly domain: string;
  readonly owner: string;
  readonly description: string;
  readonly version?: number;
  readonly fields: Readonly<Record<string, Field>>;
  readonly key?: readonly string[];
  /** @default append() */
  readonly write?: WriteMode;
  readonly partition?: readonly PartitionField[];
  readonly rules?: Dataset['rules'];
  readonly transforms?: readonly Transform[];
  readonly deduplicate?: Partial<Dataset['deduplicate']>;
  readonly quality?: Dataset['quality'];
  readonly rejects?: Partial<Dataset['rejects']>;
  readonly evolution?: Partial<Dataset['evolution']>;
  readonly files?: Partial<FileOptions>;
  readonly stream?: StreamOptions;
  readonly windows?: readonly WindowRule[];
  readonly webhooks?: Dataset['webhooks'];
};

/** Each run adds its rows. */
export const append = (): WriteMode => ({ kind: 'append' });
/** Each file is the whole table. */
export const replace = (): WriteMode => ({ kind: 'replace' });

/** Partitions the table by a day or instant column. */
export const year = (column: string): PartitionField => ({ column, transform: 'year' });
export const month = (column: string): PartitionField => ({ column, transform: 'month' });
export const day = (column: string): PartitionField => ({ column, transform: 'day' });

/** Columns that Headgate adds to every table. */
export const reservedColumns = ['_file', '_row', '_run', '_changes'] as const;

const DEFAULT_HOLD_ABOVE = 0.05;

/**
 * Checks a definition when it is loaded, so that a wrong one fails at `cdk synth` and in the
 * tests, not in the first run. What it says of other datasets is checked by `columnsOf`.
 */
export const defineDataset = (definition: DatasetDefinition): Dataset => {
  const { domain, owner, description, fields } = definition;
  const name = DatasetName.safeParse(definition.name);
  if (!name.success) {
    throw new Error(
      `dataset '${definition.name}': the name must be a-z, 0-9 and _, at most 40, starting a-z`,
    );
  }
  const dataset: Dataset = {
    name: name.data,
    domain,
    owner,
    description,
    version: definition.version ?? 1,
    fields: withReadRules(name.data, fields),
    key: definition.key ?? [],
    write: definition.write ?? append(),
    partition: definition.partition ?? [],
    rules: definition.rules ?? [],
    transforms: definition.transforms ?? [],
    deduplicate: { by: 'key', keep: 'first', ...definition.deduplicate },
    quality: definition.quality ?? [],
    rejects: { holdAbove: definition.rejects?.holdAbove ?? DEFAULT_HOLD_ABOVE },
    evolution: { ...defaultEvolution, ...definition.evolution },
    files: { ...defaultFiles, ...definition.files },
    ...(definition.stream === undefined ? {} : { stream: definition.stream }),
    ...(definition.windows === undefined ? {} : { windows: definition.windows }),
    ...(definition.webhooks === undefined ? {} : { webhooks: definition.webhooks }),
  };
  const check = checker(dataset);
  checkWords(dataset, check);
  checkColumns(dataset, check);
  checkFields(dataset, check);
  checkKey(dataset, check);
  checkDeduplication(dataset, check);
  checkPartition(dataset, check);
  checkFiles(dataset, check);
  check(
    dataset.stream === undefined || takesRecords(dataset),
    () => 'stream brings single rows, and each file of a replaced table is all of it',
  );
  checkBody(dataset, check);
  for (const problem of streamProblems(dataset)) check(false, () => problem);
  checkWebhooks(dataset, check);
  checkRules(dataset, check);
  checkQuality(dataset, check);
  checkEvolution(dataset, check);
  const [problem] = checkWindows(dataset);
  check(problem === undefined, () => problem ?? '');
  return dataset;
};

type Check = (holds: boolean, problem: () => string) => void;

/** Every message names the dataset, what was found and what is allowed. */
const checker =
  ({ name }: Dataset): Check =>
  (holds, problem) => {
    if (!holds) throw new Error(`dataset '${name}': ${problem()}`);
  };

const checkWords = ({ domain, owner, description, rejects }: Dataset, check: Check): void => {
  for (const [what, words] of Object.entries({ domain, owner, description })) {
    check(words.trim() !== '', () => `${what} is empty; say it in a few words`);
  }
  const { holdAbove } = rejects;
  check(
    holdAbove >= 0 && holdAbove <= 1,
    () => `rejects.holdAbove is ${holdAbove}; allowed is a share from 0 to 1`,
  );
};

const checkWebhooks = (dataset: Dataset, check: Check): void => {
  const problem = webhooksProblem(dataset.webhooks ?? []);
  check(problem === undefined, () => String(problem));
  check(
    dataset.webhooks === undefined || takesRecords(dataset),
    () => 'webhooks bring single rows, and each file of a replaced table is all of it',
  );
};

/** Whether the set engine adds a column of its own for the field; see FieldKind. */
const isPrepared = (field: Field | undefined): boolean =>
  field !== undefined && kindOf(field).prepare?.('', field.options) !== undefined;

const checkColumns = ({ name, fields, transforms }: Dataset, check: Check): void => {
  const declared = Object.keys(fields);
  check(declared.length > 0, () => 'fields is empty; declare at least one');
  const columns = new Set<string>();
  const add = (where: string, column: string): void => {
    check(
      !reservedColumns.some((reserved) => reserved === column),
      () => `${where} is called '${column}', a column that Headgate adds itself`,
    );
    check(
      isColumnName(column),
      () => `${where} is called '${column}'; allowed are ${columnNameRule}`,
    );
    check(!columns.has(column), () => `${where} adds '${column}', which is there already`);
    columns.add(column);
  };
  for (const column of declared) add('a field', column);
  for (const column of declared) {
    check(
      !columns.has(`v_${column}`),
      () => `'v_${column}' beside '${column}': v_ marks the typed value of a field; rename one`,
    );
    check(
      !columns.has(`p_${column}`) || !isPrepared(fields[column]),
      () => `'p_${column}' beside '${column}': p_ marks what a value is made from; rename one`,
    );
  }
  // A step may use what stands before it; what types the columns have is checked by columnsOf.
  for (const [index, step] of transforms.entries()) {
    const where = `transforms[${index}] (${step.kind})`;
    const kind = transformOf(step);
    for (const column of kind.uses(step))
      check(columns.has(column), () => `${where} uses '${column}'; usable are ${names(columns)}`);
    for (const column of kind.drops?.(step, [...columns]) ?? []) columns.delete(column);
    for (const column of kind.adds(step)) add(where, column);
    if (step.kind === 'join') checkJoin(step, where, name, check);
  }
};

/** The options that every field takes; what only its kind takes is checked by its builder. */
const checkFields = ({ fields }: Dataset, check: Check): void => {
  for (const [name, field] of Object.entries(fields)) {
    const problem = fieldProblem(field);
    check(problem === undefined, () => `field '${name}' (${field.kind}): ${problem}`);
  }
};

const checkJoin = (
  step: Extract<Transform, { kind: 'join' }>,
  where: string,
  self: string,
  check: Check,
): void => {
  check(step.take.length > 0, () => `${where} takes no column of ${step.dataset}`);
  check(step.dataset !== self, () => `${where} joins the dataset with itself`);
};

const names = (columns: Iterable<string>): string => [...columns].join(', ');

const checkKey = ({ key, fields }: Dataset, check: Check): void => {
  for (const [index, column] of key.entries()) {
    const field = Object.hasOwn(fields, column) ? fields[column] : undefined;
    check(
      field !== undefined,
      () => `key names '${column}', which is no field; fields are ${names(Object.keys(fields))}`,
    );
    check(
      field?.optional === false,
      () => `key names '${column}', which is optional; a row without its key is no row`,
    );
    check(key.indexOf(column) === index, () => `key names '${column}' twice`);
  }
};

const checkDeduplication = ({ key, fields, deduplicate }: Dataset, check: Check): void => {
  const { by, keep } = deduplicate;
  check(
    by === 'key' || key.length === 0,
    () => "deduplicate by 'row' compares whole rows, but the dataset has a key; leave one out",
  );
  if (typeof keep === 'string') return;
  check(
    key.length > 0,
    () => `deduplicate keeps the largest ${keep.largest} of a key, and the dataset has no key`,
  );
  check(
    Object.hasOwn(fields, keep.largest),
    () => `deduplicate keeps the largest '${keep.largest}', which is no field`,
  );
};

const checkPartition = ({ partition, fields, transforms }: Dataset, check: Check): void => {
  // Steps may make the column, or another type of it: columnsOf checks what is there after them.
  if (transforms.length > 0) return;
  for (const { column, transform } of partition) {
    const field = Object.hasOwn(fields, column) ? fields[column] : undefined;
    const kind = field?.kind ?? 'no field';
    check(
      kind === 'timestamp' || kind === 'date',
      () => `partition ${transform}('${column}') needs a date or timestamp field; it is ${kind}`,
    );
  }
};
