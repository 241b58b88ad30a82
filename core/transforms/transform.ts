import type { Classification, Mask } from '../fields/field.ts';
import type { Row, Value } from '../fields/value.ts';
import type { IcebergType } from '../iceberg-type.ts';
import type { Transform } from './uses.ts';

export type { DateOf, Join, Product, Transform } from './uses.ts';

/** A column as the steps see it: what is known before any row is read. */
export type KnownColumn = {
  readonly name: string;
  readonly type: IcebergType;
  readonly required: boolean;
  readonly doc?: string | undefined;
  readonly classification?: Classification | undefined;
  /** Largest absolute value, unscaled, of a number: tells whether a product can overflow. */
  readonly largest?: bigint | undefined;
  /** How its field is published; put on after the last step, under whatever name it has then. */
  readonly mask?: Mask | undefined;
  /** The masked column that it is made from: it must be masked or dropped before the end. */
  readonly revealing?: string | undefined;
  /** True once it is masked. */
  readonly masked?: boolean | undefined;
  /** True of a column that is not declared: files brought it, and no step may leave it out. */
  readonly evolved?: true | undefined;
};

/** The dataset on the other side of a join. */
export type Partner = {
  readonly key: readonly string[];
  readonly replaces: boolean;
  /** False when a step makes more or fewer rows of the rows that have the key. */
  readonly keepsRows: boolean;
  readonly columns: readonly KnownColumn[];
};

/** What a step may ask about columns and about other datasets; both throw on an unknown name. */
export type Known = {
  /** The columns before the step, in order. */
  readonly columns: readonly KnownColumn[];
  column(name: string): KnownColumn;
  partner(dataset: string): Partner;
};

/** Finds the partner row of a join, in the row engine. */
export type FindPartner = (dataset: string, on: Value) => Row | undefined;

/** A row on its way, in the row engine, with the place that makes every order a total one. */
export type Placed = {
  readonly file: string;
  readonly row: number;
  /** Which part of the row it is, once for each step that made several rows of one. */
  readonly parts: readonly number[];
  readonly values: Row;
  /** What was repaired in it so far, one JSON object each. */
  readonly changes: readonly string[];
};

/** What a step may ask while rows are computed. */
export type RowSide = {
  known(name: string): KnownColumn;
  readonly columns: readonly KnownColumn[];
  readonly partner: FindPartner;
  /** What hashes and tokens are made with; throws when the run has none. */
  salt(): string;
};

/** What a step may ask while its SQL is written. */
export type SqlSide = {
  /** A column before the step, as an expression; never an ENUM. */
  column(name: string): string;
  known(name: string): KnownColumn;
  readonly columns: readonly KnownColumn[];
  /** Where the rows before the step are: a join's partner, or all rows of the run. */
  readonly relation: string;
  /** Hidden columns that tell rows apart: the end of every order. */
  readonly place: readonly string[];
  /** Whether the rows have a hidden column `_changes`, which a table step passes on. */
  readonly recorded: boolean;
};

/** Columns that a step adds or changes, as expressions. */
export type Values = Readonly<Record<string, string>>;

/** A step over the rows of a run that leaves their number as it is. */
export type SetSql = {
  readonly values: Values;
  /** A query that is joined as t, with one row per group, and by which columns. */
  readonly beside?: { readonly query: string; readonly by: readonly string[] };
};

/** A repair, which is recorded with the row that it changed. */
export type Repair = {
  readonly column: string;
  /** What the value was given, for people: 'median within country'. */
  readonly rule: string;
};

type Common<T> = {
  readonly kind: Transform['kind'];
  /** One sentence for people: what the step does, and what it does with missing values. */
  says(use: T): string;
  /** The columns that it reads. */
  uses(use: T): readonly string[];
  /** The columns that it adds, in order. */
  adds(use: T): readonly string[];
  /** The columns that are gone after it. */
  drops?(use: T, before: readonly string[]): readonly string[];
  /** All columns after it; throws with the reason when the step cannot stand. */
  columns(use: T, known: Known): readonly KnownColumn[];
  repairs?(use: T): Repair;
};

/** A step that one row can take by itself; several of them are one SELECT. */
export type RowStep<T> = Common<T> & {
  readonly form: 'row';
  /** Row engine: the values of the columns that it adds or changes. */
  compute(use: T, row: Row, side: RowSide): Row;
  /** Set engine: the same columns as expressions. */
  toSql(use: T, side: SqlSide): Values;
};

/** A step that needs the other rows of the run, and keeps each row. */
export type SetStep<T> = Common<T> & {
  readonly form: 'set';
  /** Row engine: per row, in the order given, the values that the step adds or changes. */
  computeAll(use: T, rows: readonly Placed[], side: RowSide): readonly Row[];
  toSql(use: T, side: SqlSide): SetSql;
};

/** A step that makes more or fewer rows. */
export type TableStep<T> = Common<T> & {
  readonly form: 'table';
  /** Row engine: the rows after it. */
  computeAll(use: T, rows: readonly Placed[], side: RowSide): readonly Placed[];
  /** Set engine: the columns after it, and the hidden ones with one place more per part. */
  toSql(use: T, side: SqlSide): string;
  /** How many hidden columns tell its rows apart beyond those of the rows before. */
  readonly partsAdded: number;
};

/** One kind of step with the answers of both engines, as a field's kind has them. */
export type TransformKind<T = Transform> = RowStep<T> | SetStep<T> | TableStep<T>;
