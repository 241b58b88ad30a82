import type { Expression } from '../expressions/expression.ts';
import type { Field, FieldOptions, Mask } from '../fields/field.ts';

type Derived = { readonly column: string; readonly description?: string | undefined };

/** A column that is the product of two numeric ones, as a decimal. */
export type Product = Derived & {
  readonly kind: 'product';
  readonly left: string;
  readonly right: string;
  readonly precision: number;
  readonly scale: number;
};

/** A column that is the day, in UTC, on which an instant lies. */
export type DateOf = Derived & { readonly kind: 'dateOf'; readonly of: string };

/** What a calendar and a clock say of a day or an instant. */
export const dateParts = ['year', 'quarter', 'month', 'week', 'day', 'weekday', 'hour'] as const;

/** One number of a day or an instant; `week` and `weekday` are those of ISO 8601. */
export type DatePart = Derived & {
  readonly kind: 'datePart';
  readonly part: (typeof dateParts)[number];
  readonly of: string;
  /** An IANA zone such as 'Europe/Warsaw'. */
  readonly zone: string;
};

/** Sum or mean over columns of one row; missing values are left out. */
export type RowStatistic = Derived & {
  readonly kind: 'rowStatistic';
  readonly statistic: 'sum' | 'mean';
  readonly columns: readonly string[];
  /** Decimals of a mean of exact numbers, rounded half to even. */
  readonly scale?: number | undefined;
};

/** Several columns as one text. */
export type Concatenate = Derived & {
  readonly kind: 'concatenate';
  readonly columns: readonly string[];
  readonly separator: string;
};

/** A column computed by an expression over columns of the same row. */
export type Computed = Derived & { readonly kind: 'computed'; readonly expression: Expression };

/** A text cut at a separator, into columns or into one list. */
export type Split = {
  readonly kind: 'split';
  readonly column: string;
  readonly separator: string;
  readonly into: string | readonly string[];
};

/** Columns taken from the published table of another dataset; null where it has no partner. */
export type Join = {
  readonly kind: 'join';
  readonly dataset: string;
  /** The column, of that name on both sides, by which a row finds its partner. */
  readonly on: string;
  readonly take: readonly string[];
};

/** Another name for a column. */
export type Rename = { readonly kind: 'rename'; readonly from: string; readonly to: string };

/** Which columns are published. */
export type Select = { readonly kind: 'select' } & (
  | { readonly keep: readonly string[] }
  | { readonly drop: readonly string[] }
);

/** A column as another kind of field. */
export type Cast = {
  readonly kind: 'cast';
  readonly column: string;
  readonly to: { readonly kind: Field['kind']; readonly options: FieldOptions };
  /** Without it, only a cast that every value survives is taken. */
  readonly otherwise?: 'null' | undefined;
};

/** A constant where a value is missing. */
export type Fill = {
  readonly kind: 'fill' | 'default';
  readonly column: string;
  /** The constant as text: '0', '2024-12-31', 'none'. */
  readonly with: string;
};

/** A column as its mask. */
export type MaskStep = { readonly kind: 'mask'; readonly column: string; readonly mask: Mask };

/** Values below or above a bound become that bound. */
export type Clip = {
  readonly kind: 'clip';
  readonly column: string;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
};

/** Rows that have the same values in these columns are one group; none: the whole run is. */
type Within = { readonly within: readonly string[] };

/** A missing value gets one that the other rows of its group have. */
export type FillFrom = Within & {
  readonly kind: 'fillFrom';
  readonly column: string;
  readonly take: 'mean' | 'median' | 'mode';
};

/** A missing value gets that of the row before it. */
export type FillPrevious = Within & {
  readonly kind: 'fillPrevious';
  readonly column: string;
  readonly orderBy: readonly string[];
};

/** Values far from the others of their group become the farthest that is still allowed. */
export type ClipOutliers = Within & {
  readonly kind: 'clipOutliers';
  readonly column: string;
  readonly by: 'quartiles' | 'deviations';
  /** Times the distance of the quartiles, or times the standard deviation. */
  readonly factor: number;
};

/** Values beyond two quantiles of their group become those quantiles. */
export type Winsorise = Within & {
  readonly kind: 'winsorise';
  readonly column: string;
  readonly lower: number;
  readonly upper: number;
};

/** Functions over the rows of a group in an order. */
export const windowFunctions = ['sum', 'count', 'lag', 'lead', 'rank', 'number'] as const;

/** A column that says where a row stands among the others of its group. */
export type Window = Within &
  Derived & {
    readonly kind: 'window';
    readonly function: (typeof windowFunctions)[number];
    /** The column that is summed, counted or looked up; rank and number have none. */
    readonly of?: string | undefined;
    readonly orderBy: readonly string[];
    readonly descending: boolean;
  };

/** A list, or a text cut at a separator, as one row per part. */
export type Explode = {
  readonly kind: 'explode';
  readonly column: string;
  readonly separator?: string | undefined;
  /** A column for the part's number, from 1. */
  readonly position?: string | undefined;
};

/** One column of a group. */
export type Aggregation = {
  readonly fn: 'count' | 'sum' | 'mean' | 'std' | 'min' | 'max' | 'quantile';
  /** Missing values are left out; without it, `count` counts rows. */
  readonly of?: string | undefined;
  /** The quantile's share. */
  readonly at?: number | undefined;
  /** Decimals of a mean of exact numbers. */
  readonly scale?: number | undefined;
};

/** One row per group instead of its rows. */
export type Aggregate = {
  readonly kind: 'aggregate';
  readonly by: readonly string[];
  readonly take: Readonly<Record<string, Aggregation>>;
};

/** One row per group, with a column for each declared value of another column. */
export type Pivot = {
  readonly kind: 'pivot';
  readonly by: readonly string[];
  /** The column that says where a value goes. */
  readonly names: string;
  readonly values: string;
  readonly fn: 'sum' | 'count' | 'min' | 'max';
  /** Declared texts of `names` and the columns that they become. */
  readonly into: Readonly<Record<string, string>>;
  /** A column that counts the rows of the group whose name is none of the declared. */
  readonly others: string;
};

/** One step from clean rows to published ones: plain data, so that a contract can be printed. */
export type Transform =
  | Product
  | DateOf
  | DatePart
  | RowStatistic
  | Concatenate
  | Computed
  | Split
  | Join
  | Rename
  | Select
  | Cast
  | Fill
  | MaskStep
  | Clip
  | FillFrom
  | FillPrevious
  | ClipOutliers
  | Winsorise
  | Window
  | Explode
  | Aggregate
  | Pivot;
