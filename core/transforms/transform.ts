import type { Classification } from '../fields/field.ts';
import type { Row, Value } from '../fields/value.ts';
import type { IcebergType } from '../iceberg-type.ts';

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

/** Columns taken from the published table of another dataset; null where it has no partner. */
export type Join = {
  readonly kind: 'join';
  readonly dataset: string;
  /** The column, of that name on both sides, by which a row finds its partner. */
  readonly on: string;
  readonly take: readonly string[];
};

/** One step from clean rows to published ones. Built by `derive()` and `join()`. */
export type Transform = Product | DateOf | Join;

/** A column as the steps see it: what is known before any row is read. */
export type KnownColumn = {
  readonly name: string;
  readonly type: IcebergType;
  readonly required: boolean;
  readonly doc?: string | undefined;
  readonly classification?: Classification | undefined;
  /** Largest absolute value, unscaled, of a number: tells whether a product can overflow. */
  readonly largest?: bigint | undefined;
};

/** The dataset on the other side of a join. */
export type Partner = {
  readonly key: readonly string[];
  readonly replaces: boolean;
  readonly columns: readonly KnownColumn[];
};

/** What a step may ask about columns and about other datasets; both throw on an unknown name. */
export type Known = {
  column(name: string): KnownColumn;
  partner(dataset: string): Partner;
};

/** Finds the partner row of a join, in the row engine. */
export type FindPartner = (dataset: string, on: Value) => Row | undefined;

/** What a step may ask while its SQL is written. */
export type SqlSide = {
  /** An earlier column as an expression. */
  column(name: string): string;
  known(name: string): KnownColumn;
  /** Quoted alias of the join's partner relation. */
  readonly relation: string;
};

/** One kind of step with the answers of both engines, as a field's kind has them. */
export type TransformKind<T = Transform> = {
  readonly kind: Transform['kind'];
  /** The columns it adds; throws with the reason when the step cannot stand. */
  columns(use: T, known: Known): readonly KnownColumn[];
  /** Row engine: the values of those columns. */
  compute(use: T, row: Row, known: Known['column'], partner: FindPartner): Row;
  /** Set engine: those columns as expressions, in the same order. */
  toSql(use: T, side: SqlSide): readonly string[];
};
