import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import type { QualityCheck } from '../quality/check.ts';
import { decimalOf, type PublishedColumn, statedRules } from './columns.ts';
import { wordsOf } from './says.ts';
import { addedBy, stepWords } from './steps.ts';

type Json = Readonly<Record<string, unknown>>;

const logicalTypes: Readonly<Record<string, Json>> = {
  int: { logicalType: 'integer', logicalTypeOptions: { format: 'i32' } },
  long: { logicalType: 'integer', logicalTypeOptions: { format: 'i64' } },
  float: { logicalType: 'number', logicalTypeOptions: { format: 'f32' } },
  double: { logicalType: 'number', logicalTypeOptions: { format: 'f64' } },
  boolean: { logicalType: 'boolean' },
  date: { logicalType: 'date' },
  time: { logicalType: 'time' },
  timestamp: { logicalType: 'timestamp', logicalTypeOptions: { timezone: false } },
  timestamptz: { logicalType: 'timestamp', logicalTypeOptions: { timezone: true } },
  uuid: { logicalType: 'string', logicalTypeOptions: { format: 'uuid' } },
  binary: { logicalType: 'string', logicalTypeOptions: { format: 'binary' } },
};

/** The standard's logical type of a column's type, nested ones with their parts. */
const logicalOf = (type: IcebergType): Json => {
  const physicalType = typeText(type);
  if (typeof type === 'string') {
    const plain = decimalOf(type) === undefined ? 'string' : 'number';
    return { physicalType, ...(logicalTypes[type] ?? { logicalType: plain }) };
  }
  if (type.type === 'list') {
    return { physicalType, logicalType: 'array', items: logicalOf(type.element) };
  }
  const properties = type.fields.map(({ name, required, type: of }) => ({
    name,
    required,
    ...logicalOf(of),
  }));
  return { physicalType, logicalType: 'object', properties };
};

/** A bound as a number where a double holds it exactly, else nothing. */
const exactNumber = (text: unknown): number | undefined => {
  const value = Number(text);
  const digits = String(text).replace(/^[-+]?0*|\.|0+$/g, '').length;
  return Number.isFinite(value) && digits <= 15 ? value : undefined;
};

/** Bounds and patterns as the standard's options of the logical type. */
const optionsOf = (field: Field, logicalType: unknown): Json => {
  const ofRules = statedRules(field)
    .filter((rule) => rule.severity === 'reject')
    .flatMap((rule) =>
      Object.entries(logicalType === 'string' ? ofText(rule) : ofBounds(rule, logicalType)),
    )
    .filter(([, value]) => value !== undefined);
  const format = logicalType === 'string' && field.kind === 'email' ? { format: 'email' } : {};
  return { ...format, ...Object.fromEntries(ofRules) };
};

const ofText = ({ kind, min, max, source }: Json): Json => {
  if (kind === 'length') return { minLength: min, maxLength: max };
  return kind === 'pattern' ? { pattern: `^(?:${String(source)})$` } : {};
};

const ofBounds = ({ kind, min, max }: Json, logicalType: unknown): Json => {
  if (kind !== 'range') return {};
  const isNumber = logicalType === 'integer' || logicalType === 'number';
  const bound = (value: unknown) =>
    value === undefined ? undefined : isNumber ? exactNumber(value) : String(value);
  return { minimum: bound(min), maximum: bound(max) };
};

const percent = (share: number): number => Math.round(share * 1e6) / 1e4;

/** What is expected of one column: few declared values, a share of filled cells. */
const qualityOf = (dataset: Dataset, name: string, field: Field | undefined): Json[] => {
  const values = field?.options.values;
  const declared = Array.isArray(values)
    ? [
        {
          type: 'library',
          metric: 'invalidValues',
          dimension: 'conformity',
          arguments: { validValues: values },
          mustBe: 0,
        },
      ]
    : [];
  const filled = dataset.quality.flatMap((check): Json[] =>
    check.kind === 'completeness' && check.column === name
      ? [
          {
            type: 'library',
            metric: 'nullValues',
            dimension: 'completeness',
            unit: 'percent',
            severity: severityOf(check),
            mustBeLessOrEqualTo: percent(1 - check.min),
          },
        ]
      : [],
  );
  return [...declared, ...filled];
};

/** A held run is an error to its readers; a warning is one. */
export const severityOf = ({ severity }: Pick<QualityCheck, 'severity'>): string =>
  severity === 'hold' ? 'error' : 'warning';

/** How a column came about that no sender sends. */
const originOf = (dataset: Dataset, column: PublishedColumn): Json => {
  if (column.field !== undefined) return {};
  const step = dataset.transforms.find((use) => addedBy(use).includes(column.name));
  if (step === undefined) return {};
  const other = 'dataset' in step ? [step.dataset] : [];
  return {
    transformSourceObjects: other.length > 0 ? other : [dataset.name],
    transformLogic: stepWords(step),
  };
};

/** One column of a dataset as a property of the standard's schema. */
export const odcsProperty = (dataset: Dataset, column: PublishedColumn): Json => {
  const { name, field, required, doc, classification } = column;
  const key = dataset.key.indexOf(name);
  const partition = dataset.partition.findIndex((part) => part.column === name);
  const logical = logicalOf(column.type);
  const options = {
    ...(typeof logical.logicalTypeOptions === 'object' ? logical.logicalTypeOptions : {}),
    ...(field === undefined ? {} : optionsOf(field, logical.logicalType)),
  };
  const quality = qualityOf(dataset, name, field);
  return {
    name,
    ...logical,
    ...(Object.keys(options).length === 0 ? {} : { logicalTypeOptions: options }),
    required,
    ...(key < 0 ? {} : { primaryKey: true, primaryKeyPosition: key + 1 }),
    ...(partition < 0 ? {} : { partitioned: true, partitionKeyPosition: partition + 1 }),
    ...(doc === undefined ? {} : { description: doc }),
    ...(classification === undefined ? {} : { classification }),
    ...originOf(dataset, column),
    ...(quality.length === 0 ? {} : { quality }),
    ...(field === undefined ? {} : { customProperties: customOf(field) }),
  };
};

const customOf = (field: Field): Json[] => {
  const properties: Record<string, unknown> = {
    headgateKind: field.kind,
    grammar: kindOf(field).says(field.options),
    unit: field.unit,
    default: field.default,
    aliases: field.aliases.length === 0 ? undefined : field.aliases.join(', '),
    mask: field.mask && wordsOf({ ...field.mask }),
  };
  return Object.entries(properties).flatMap(([property, value]) =>
    value === undefined ? [] : [{ property, value }],
  );
};
