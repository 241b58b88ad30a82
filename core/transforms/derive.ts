import type { Expression } from '../expressions/expression.ts';
import type { Value } from '../fields/value.ts';
import { typeText } from '../iceberg-type.ts';
import type { Known, KnownColumn, RowStep, SqlSide } from './transform.ts';
import { madeFrom, scaleOf, utcOf } from './typed.ts';
import type { Computed, Concatenate, DateOf, DatePart, Product, RowStatistic } from './uses.ts';

/** Digits that DuckDB and Iceberg hold exactly. */
const PRECISION_MAX = 38;
const DAY_MICROS = 86_400_000_000n;

const digitsOf = (largest: bigint): number => largest.toString().length;

const largestOf = ({ name, type, largest }: KnownColumn): bigint => {
  if (largest !== undefined) return largest;
  throw new Error(`a product needs numbers; '${name}' is a ${typeText(type)}`);
};

/** The product's largest value, unscaled, once it is sure that every product fits. */
const largestProduct = (use: Product, known: Known): bigint => {
  const { left, right, precision, scale } = use;
  const says = `${left} * ${right} as decimal(${precision}, ${scale})`;
  if (!(precision >= 1 && precision <= PRECISION_MAX && scale >= 0 && scale <= precision)) {
    throw new Error(`${says}: allowed are precision 1-${PRECISION_MAX} and scale 0-precision`);
  }
  const sides = [known.column(left), known.column(right)];
  const [a = 0n, b = 0n] = sides.map(largestOf);
  const decimals = sides.reduce((sum, side) => sum + scaleOf(side.type), 0);
  if (scale < decimals) throw new Error(`${says} would round: it needs ${decimals} decimals`);
  const largest = a * b * 10n ** BigInt(scale - decimals);
  if (digitsOf(largest) > precision || digitsOf(a) + digitsOf(b) > PRECISION_MAX) {
    throw new Error(
      `${says} can overflow: it reaches ${digitsOf(largest)} digits. ` +
        'Give its fields a min and a max, or the product more precision',
    );
  }
  return largest;
};

/** DuckDB multiplies decimals of up to so many digits in 64 bits. */
const NARROW_DIGITS = 18;

/**
 * Each side with as few digits as its values can have, so that the product stays in 64 bits when
 * it fits. When it does not, one side must be wide itself: of two narrow decimals DuckDB makes a
 * product of 18 digits, which fails the query on the first row that overflows it.
 */
const productSql = ({ left, right }: Product, side: SqlSide): string => {
  const [a, b] = [side.known(left), side.known(right)];
  const [forA, forB] = [digitsNeeded(a), digitsNeeded(b)];
  const widthOfA = forA + forB > NARROW_DIGITS ? Math.max(forA, NARROW_DIGITS + 1) : forA;
  return (
    `CAST(${side.column(left)} AS DECIMAL(${widthOfA},${scaleOf(a.type)})) * ` +
    `CAST(${side.column(right)} AS DECIMAL(${forB},${scaleOf(b.type)}))`
  );
};

const digitsNeeded = (column: KnownColumn): number =>
  Math.max(digitsOf(largestOf(column)), scaleOf(column.type), 1);

/** Two numeric columns multiplied; proven at load that no row of the contract can overflow it. */
export const productKind: RowStep<Product> = {
  kind: 'product',
  form: 'row',
  says: ({ column, left, right, precision, scale }) =>
    `${column} is ${left} times ${right}, exact, as decimal(${precision}, ${scale}); ` +
    'missing where one of them is',
  uses: ({ left, right }) => [left, right],
  adds: ({ column }) => [column],
  columns: (use, known) => [
    ...known.columns,
    {
      ...madeFrom(use, [known.column(use.left), known.column(use.right)]),
      type: `decimal(${use.precision}, ${use.scale})`,
      largest: largestProduct(use, known),
    },
  ],
  compute: ({ column, left, right, scale }, row, { known }) => {
    const [a, b] = [row[left], row[right]];
    if (!isNumber(a) || !isNumber(b)) return { [column]: null };
    const decimals = scaleOf(known(left).type) + scaleOf(known(right).type);
    return { [column]: BigInt(a) * BigInt(b) * 10n ** BigInt(scale - decimals) };
  },
  toSql: (use, side) => ({
    [use.column]: `CAST(${productSql(use, side)} AS DECIMAL(${use.precision},${use.scale}))`,
  }),
};

/** The day of an instant in UTC. */
export const dateOfKind: RowStep<DateOf> = {
  kind: 'dateOf',
  form: 'row',
  says: ({ column, of }) => `${column} is the day of ${of} in UTC; missing where ${of} is`,
  uses: ({ of }) => [of],
  adds: ({ column }) => [column],
  columns: (use, known) => {
    const source = known.column(use.of);
    if (source.type !== 'timestamptz') {
      const type = typeText(source.type);
      throw new Error(`dateOf needs a timestamp; '${use.of}' is a ${type}`);
    }
    return [...known.columns, { ...madeFrom(use, [source]), type: 'date' }];
  },
  compute: ({ column, of }, row) => {
    const at = row[of];
    if (!isNumber(at)) return { [column]: null };
    const micros = BigInt(at);
    const inDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
    return { [column]: Number((micros - inDay) / DAY_MICROS) };
  },
  toSql: ({ column, of }, side) => ({ [column]: `CAST(${utcOf(side.column(of))} AS DATE)` }),
};

const isNumber = (value: Value | null | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

type Derived = Product | DateOf | DatePart | RowStatistic | Concatenate;
type Unnamed<Use> = Use extends unknown ? Omit<Use, 'column' | 'description'> : never;
/** What a column can be derived by, before it has a name. */
export type Derivation = Unnamed<Derived>;

/** The product of two numeric columns; the decimal must hold the largest one. */
export const product = (
  left: string,
  right: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): Unnamed<Product> => ({ kind: 'product', left, right, precision, scale });

/** The day, in UTC, of a timestamp column. */
export const dateOf = (of: string): Unnamed<DateOf> => ({ kind: 'dateOf', of });

/** A number of a day or an instant: `datePart('week', 'ordered_at')`. */
export const datePart = (
  part: DatePart['part'],
  of: string,
  { zone = 'UTC' }: { readonly zone?: string } = {},
): Unnamed<DatePart> => ({ kind: 'datePart', part, of, zone });

/** The sum of numeric columns of the row. */
export const sumOf = (columns: readonly string[]): Unnamed<RowStatistic> => ({
  kind: 'rowStatistic',
  statistic: 'sum',
  columns,
});

/** The mean of numeric columns of the row. */
export const meanOf = (
  columns: readonly string[],
  { scale }: { readonly scale?: number } = {},
): Unnamed<RowStatistic> => ({ kind: 'rowStatistic', statistic: 'mean', columns, scale });

/** Columns as one text: `concatenate(['street', 'town'], ', ')`. */
export const concatenate = (
  columns: readonly string[],
  separator: string,
): Unnamed<Concatenate> => ({ kind: 'concatenate', columns, separator });

/** A new column, computed from columns of the same row. */
export const derive = (
  column: string,
  from: Derivation | Expression,
  { description }: { readonly description?: string } = {},
): Derived | Computed =>
  'op' in from
    ? { kind: 'computed', expression: from, column, description }
    : { ...from, column, description };
