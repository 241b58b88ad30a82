import type { Dataset } from '../dataset.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import type { RuleParam, RuleUse } from '../rules/rule.ts';
import { changesRows, groupsRows, transformOf } from '../transforms/index.ts';
import type { Known, KnownColumn, Transform, TransformKind } from '../transforms/transform.ts';
import { textOfValue } from '../transforms/typed.ts';

/** Finds another dataset, for joins; may throw instead of answering undefined. */
export type Lookup = (name: string) => Dataset | undefined;

/** One step with what is known before it. */
export type Step = {
  readonly use: Transform;
  readonly kind: TransformKind;
  readonly before: readonly KnownColumn[];
  readonly after: readonly KnownColumn[];
};

/** All steps of a dataset: the defaults of its fields, its transforms, the masks of its fields. */
export type Plan = {
  readonly fields: readonly KnownColumn[];
  readonly steps: readonly Step[];
  /** What a row holds before Headgate adds its own columns. */
  readonly columns: readonly KnownColumn[];
};

/** Puts the steps of a dataset in order. Throws when one of them cannot stand where it is. */
export const planOf = (dataset: Dataset, lookup: Lookup, path: readonly string[] = []): Plan => {
  if (path.includes(dataset.name)) {
    throw new Error(`datasets join each other in a circle: ${[...path, dataset.name].join(', ')}`);
  }
  const fields = Object.entries(dataset.fields).map(([name, field]) => columnOfField(name, field));
  const partner = partnersOf(dataset, lookup, path);
  const steps: Step[] = [];
  let columns: readonly KnownColumn[] = fields;
  const take = (uses: readonly Transform[]): void => {
    for (const use of uses) {
      const step = stepOf(dataset, use, columns, partner);
      steps.push(step);
      columns = step.after;
    }
  };
  take(defaultsOf(dataset));
  take(dataset.transforms);
  take(
    columns.flatMap(({ name, mask }) =>
      mask ? { kind: 'mask' as const, column: name, mask } : [],
    ),
  );
  checkEnd(dataset, columns);
  return { fields, steps, columns };
};

const stepOf = (
  dataset: Dataset,
  use: Transform,
  before: readonly KnownColumn[],
  partner: Known['partner'],
): Step => {
  const kind = transformOf(use);
  const after = kind.columns(use, { columns: before, column: columnIn(dataset, before), partner });
  const names = after.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(
      `dataset '${dataset.name}': ${use.kind} adds '${twice}', which is there already`,
    );
  }
  return { use, kind, before, after };
};

const columnIn = (dataset: Dataset, columns: readonly KnownColumn[]) => (name: string) => {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name).join(', ');
  throw new Error(
    `no column '${name}' in dataset '${dataset.name}' where a step uses it; there are ${names}`,
  );
};

const partnersOf =
  (dataset: Dataset, lookup: Lookup, path: readonly string[]): Known['partner'] =>
  (name) => {
    const other = lookup(name);
    if (other === undefined) {
      throw new Error(`'${dataset.name}' joins '${name}', which is no dataset`);
    }
    return {
      key: other.key,
      replaces: other.write.kind === 'replace',
      keepsRows: !changesRows(other.transforms),
      columns: planOf(other, lookup, [...path, dataset.name]).columns,
    };
  };

const columnOfField = (name: string, field: Field): KnownColumn => {
  const type = kindOf(field).icebergType(field.options);
  return {
    name,
    type,
    required: isRequired(field),
    doc: field.description,
    classification: field.classification,
    largest: largestOf(type, field),
    ...(field.mask === undefined ? {} : { mask: field.mask }),
    ...(field.evolved === true ? { evolved: true as const } : {}),
  };
};

const INT_LARGEST = 2n ** 31n;
const LONG_LARGEST = 2n ** 63n;

const largestOfType = (type: IcebergType): bigint | undefined => {
  if (type === 'int') return INT_LARGEST;
  if (type === 'long') return LONG_LARGEST;
  const precision = /^decimal\((\d+), /.exec(typeText(type))?.[1];
  return precision === undefined ? undefined : 10n ** BigInt(precision) - 1n;
};

/** The largest absolute value that a number of the field can have; undefined for other kinds. */
const largestOf = (type: IcebergType, field: Field): bigint | undefined => {
  const ofType = largestOfType(type);
  if (ofType === undefined) return undefined;
  // A warning lets the row through, so that only a rule that rejects it is a bound.
  const isBound = ({ kind, severity }: RuleUse) => kind === 'range' && severity === 'reject';
  const { min, max } = field.rules.find(isBound)?.params ?? {};
  const ends = [boundOf(min) ?? -ofType, boundOf(max) ?? ofType];
  return ends.map((end) => (end < 0n ? -end : end)).reduce((a, b) => (a > b ? a : b));
};

const boundOf = (param: RuleParam | undefined): bigint | undefined =>
  typeof param === 'number' || typeof param === 'bigint' ? BigInt(param) : undefined;

/** Defaults as steps: the text at the field, read by its own kind. */
const defaultsOf = ({ name: dataset, fields }: Dataset): readonly Transform[] =>
  Object.entries(fields).flatMap(([name, field]) => {
    if (field.default === undefined) return [];
    const kind = kindOf(field);
    const parsed = kind.parse(field.default, field.options);
    const where = `dataset '${dataset}': the default '${field.default}' of '${name}'`;
    if (!parsed.ok) throw new Error(`${where} is none of its values: ${kind.says(field.options)}`);
    if (typeof parsed.value === 'object') {
      throw new Error(
        `${where} is a list or an object; only plain values are filled in. Remove it`,
      );
    }
    const text = textOfValue(parsed.value, kind.icebergType(field.options));
    return [{ kind: 'default' as const, column: name, with: text }];
  });

const PARTITIONED = ['date', 'timestamptz', 'timestamp'];

/** What the table itself needs of the columns that are left. */
const checkEnd = (dataset: Dataset, columns: readonly KnownColumn[]): void => {
  const where = `dataset '${dataset.name}'`;
  const names = columns.map(({ name }) => name);
  if (names.length === 0) throw new Error(`${where} publishes no column`);
  // Groups have no key of the rows that they are made of; the key still tells duplicates apart.
  const key = groupsRows(dataset.transforms) ? [] : dataset.key;
  const lost = key.find((name) => !names.includes(name));
  if (lost !== undefined) {
    throw new Error(`${where}: its key has '${lost}', which no longer is there after the steps`);
  }
  for (const { column, transform } of dataset.partition) {
    const type = columns.find(({ name }) => name === column)?.type;
    if (type !== undefined && PARTITIONED.includes(typeText(type))) continue;
    const found =
      type === undefined ? 'it is not there after the steps' : `it is a ${typeText(type)}`;
    throw new Error(
      `${where}: partition ${transform}('${column}') needs a date or timestamp; ${found}`,
    );
  }
  const open = columns.find(({ revealing }) => revealing !== undefined);
  if (open?.revealing === undefined) return;
  throw new Error(
    `${where}: '${open.name}' is made from '${open.revealing}', which is published masked, and ` +
      `would show it. Mask it too with maskColumn('${open.name}', …), or leave it out with select`,
  );
};

/** Whether a row can be repaired on its way, so that its table has a column `_changes`. */
export const isRepaired = ({
  fields,
  transforms,
}: Pick<Dataset, 'fields' | 'transforms'>): boolean =>
  Object.values(fields).some((field) => field.default !== undefined) ||
  transforms.some((use) => repairOf(use) !== undefined);

/** What a step records of the rows that it changes; undefined when it repairs nothing. */
export const repairOf = (use: Transform) => {
  const repair = transformOf(use).repairs?.(use);
  return use.kind === 'cast' && use.otherwise !== 'null' ? undefined : repair;
};
