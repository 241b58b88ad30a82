import type { Dataset } from '../../../core/dataset.ts';
import { holdsEmpty } from '../../../core/fields/empty.ts';
import { type Field, isRequired } from '../../../core/fields/field.ts';
import type { RowRule } from '../../../core/rules/row-rule.ts';
import type { RuleParam, RuleParams } from '../../../core/rules/rule.ts';
import { keyTextsOf } from '../../../core/validate/characters.ts';
import { rowRulesOf } from '../../../core/validate/judge-set.ts';
import type { Logical, Physical } from './parquet-file.ts';

/** What plain.as.ts does with a column; the numbers are the same there. */
export const kinds = {
  text: 0,
  email: 1,
  int32: 2,
  int64: 3,
  decimal64: 4,
  decimal128: 5,
  oneOf: 6,
  instant: 7,
  date: 8,
  double: 9,
} as const;
export const flags = { optional: 1, lower: 2, upper: 4, key: 8, empty: 16 } as const;

/** One column's part in the walk. */
export type ColumnProgram = {
  readonly name: string;
  readonly kind: keyof typeof kinds;
  readonly optional: boolean;
  /** Nothing between quotes is a text. */
  readonly empty: boolean;
  /** A text of a key: of ASCII only, since others may be written in two ways. */
  readonly key: boolean;
  readonly casing: 'lower' | 'upper' | undefined;
  /** Fewest and most code points of a text; scale and digits of a decimal. */
  readonly a: number;
  readonly b: number;
  /** Of a double, its bits. */
  readonly min: bigint;
  readonly max: bigint;
  readonly values: readonly string[];
  readonly physical: Physical;
  readonly logical: Logical;
};

const MIN_64 = -(2n ** 63n);
const MAX_64 = 2n ** 63n - 1n;
const MIN_32 = -(2n ** 31n);
const MAX_32 = 2n ** 31n - 1n;
const TEXT_MAX = 2 ** 30;
/** Positions in a oneOf are one byte. */
const VALUES_MAX = 256;
const NARROW_DIGITS = 18;

/**
 * The walk over a dataset's columns, in the order of the cells; undefined when a field asks for
 * something that plain.as.ts does not know: then every row goes to the set engine.
 */
export const programOf = (
  dataset: Dataset,
  columns: readonly string[],
): readonly ColumnProgram[] | undefined => {
  const missing = Object.keys(dataset.fields).filter((name) => !columns.includes(name));
  const isJudged = ({ severity }: RowRule): boolean => severity === 'reject';
  if (missing.length > 0 || rowRulesOf(dataset.rules).some(isJudged)) return undefined;
  const programs: ColumnProgram[] = [];
  for (const name of columns) {
    const field = dataset.fields[name];
    const program = field === undefined ? undefined : columnProgram(dataset, name, field);
    if (program === undefined) return undefined;
    programs.push(program);
  }
  return programs;
};

type Typed = Pick<ColumnProgram, 'kind' | 'physical' | 'logical'> & Partial<ColumnProgram>;

const columnProgram = (dataset: Dataset, name: string, field: Field): ColumnProgram | undefined => {
  const typed = typedOf(field);
  const ruled = typed === undefined ? undefined : rulesOf(field, typed.kind);
  // An empty text is missing anyway where it is no value.
  const hasTokens = field.nullTokens.some((token) => token !== '');
  if (typed === undefined || ruled === undefined || hasTokens) return undefined;
  const range = rangeOf(typed, ruled);
  return {
    name,
    optional: !isRequired(field),
    empty: holdsEmpty(field),
    key: keyTextsOf(dataset).has(name),
    casing: field.casing,
    values: [],
    ...{ a: 0, b: TEXT_MAX },
    ...typed,
    ...ruled.length,
    ...range,
  };
};

type Range = Pick<ColumnProgram, 'min' | 'max'>;

const rangeOf = ({ kind, min = MIN_64, max = MAX_64 }: Typed, ruled: Ruled): Range =>
  kind === 'double'
    ? { min: bitsOf(ruled.least), max: bitsOf(ruled.most) }
    : { min: larger(min, ruled.min), max: smaller(max, ruled.max) };

const bitsOf = (value: number): bigint => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.readBigInt64LE();
};

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const text = { physical: { type: 'text' }, logical: { type: 'text' } } as const;

const typedOf = ({ kind, options }: Field): Typed | undefined => {
  const own = Object.entries(options).filter(([, value]) => value !== undefined);
  const plainOptions = own.length === 0;
  switch (kind) {
    case 'text':
      return plainOptions ? { ...text, kind: 'text' } : undefined;
    case 'email':
      return plainOptions ? { ...text, kind: 'email' } : undefined;
    case 'integer':
      return integerOf(options);
    case 'date':
      return plainOptions ? { ...int32, kind: 'date', logical: { type: 'date' } } : undefined;
    case 'timestamp':
      return plainOptions ? { ...int64, kind: 'instant', logical: { type: 'instant' } } : undefined;
    case 'double':
      return plainOptions
        ? { kind: 'double', physical: { type: 'double' }, logical: { type: 'none' } }
        : undefined;
    case 'decimal':
      return decimalOf(options);
    case 'oneOf':
      return oneOfOf(options);
    default:
      return undefined;
  }
};

const int32 = { physical: { type: 'int32' } } as const;
const int64 = { physical: { type: 'int64' } } as const;

const integerOf = ({ bits, ...others }: Field['options']): Typed | undefined => {
  if (Object.keys(others).length > 0) return undefined;
  const logical = { type: 'none' } as const;
  return bits === 64
    ? { ...int64, kind: 'int64', logical }
    : { ...int32, kind: 'int32', logical, min: MIN_32, max: MAX_32 };
};

const decimalOf = (options: Field['options']): Typed | undefined => {
  const { precision, scale, ...others } = options;
  if (typeof precision !== 'number' || typeof scale !== 'number') return undefined;
  if (Object.keys(others).length > 0) return undefined;
  const largest = 10n ** BigInt(precision) - 1n;
  const narrow = precision <= NARROW_DIGITS;
  return {
    kind: narrow ? 'decimal64' : 'decimal128',
    physical: narrow ? { type: 'int64' } : { type: 'fixed', bytes: 16 },
    logical: { type: 'decimal', precision, scale },
    a: scale,
    b: precision,
    ...(narrow ? { min: -largest, max: largest } : {}),
  };
};

const oneOfOf = ({ values, ...others }: Field['options']): Typed | undefined => {
  if (!Array.isArray(values) || values.length > VALUES_MAX || Object.keys(others).length > 0) {
    return undefined;
  }
  return { ...text, kind: 'oneOf', values: values.map(String) };
};

type Ruled = {
  readonly length: { readonly a?: number; readonly b?: number };
  readonly min: bigint;
  readonly max: bigint;
  /** The same of a double. */
  readonly least: number;
  readonly most: number;
};

const everything: Ruled = {
  ...{ length: {}, min: MIN_64, max: MAX_64 },
  ...{ least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY },
};

/** Kinds whose length, or whose range, the walk judges. */
const measured: ReadonlySet<ColumnProgram['kind']> = new Set(['text']);
const ranged: ReadonlySet<ColumnProgram['kind']> = new Set([
  'int32',
  'int64',
  'decimal64',
  'decimal128',
  'instant',
  'date',
]);

/** What the rejecting rules add up to; undefined when the walk does not know one of them. */
const rulesOf = ({ rules }: Field, of: ColumnProgram['kind']): Ruled | undefined => {
  let ruled = everything;
  for (const { kind, params, severity } of rules) {
    if (severity === 'warn') continue;
    if (kind === 'range' && of === 'double') ruled = { ...ruled, ...withLimits(ruled, params) };
    else if (kind === 'range' && ranged.has(of)) ruled = { ...ruled, ...withRange(ruled, params) };
    else if (kind === 'length' && measured.has(of)) {
      ruled = { ...ruled, length: withLength(ruled.length, params) };
    } else return undefined;
  }
  return ruled;
};

/** A bound as the walk compares it; every number and instant has one. */
const bound = (value: RuleParam | undefined, otherwise: bigint): bigint =>
  typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : otherwise;

/** Of two rules the stricter bound counts. */
const withRange = (ruled: Ruled, { min, max }: RuleParams) => ({
  min: larger(bound(min, MIN_64), ruled.min),
  max: smaller(bound(max, MAX_64), ruled.max),
});

const withLimits = ({ least, most }: Ruled, { min, max }: RuleParams) => ({
  least: typeof min === 'number' ? Math.max(min, least) : least,
  most: typeof max === 'number' ? Math.min(max, most) : most,
});

const withLength = ({ a = 0, b = TEXT_MAX }: Ruled['length'], { min, max }: RuleParams) => ({
  a: Math.max(Number(min ?? 0), a),
  b: Math.min(Number(max ?? TEXT_MAX), b),
});
