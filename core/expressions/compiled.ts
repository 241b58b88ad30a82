import type { Row, Scalar, Value } from '../fields/value.ts';
import { typeText } from '../iceberg-type.ts';
import type { ValueType } from './value-type.ts';

/** The SQL of a column's typed value, such as a quoted name. */
export type ColumnSql = (column: string) => string;

/** An expression that is known to be sound, with the answers of both engines side by side. */
export type Compiled = ValueType & {
  /** For messages. */
  readonly text: string;
  /** Row engine: exact, null for a missing value. */
  evaluate(row: Row): Value | null;
  /** Set engine: never an error, whatever values of their types the columns have. */
  toSql(columnSql: ColumnSql): string;
};

/** A value that the row holds, where a plain one is known to stand. */
export const scalarOf = (value: Value | null): Scalar | null => {
  if (typeof value !== 'object' || value === null) return value;
  throw new Error('an expression met a list or struct where its type says that there is none');
};

/** A condition's answer. */
export const truthOf = (value: Value | null): boolean | null =>
  value === null || typeof value === 'boolean' ? value : false;

/** What an expression is, in a message: 'price (decimal(12, 2))'. */
export const named = ({ text, type }: Compiled): string => `${text} (${typeText(type)})`;
