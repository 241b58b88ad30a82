import { assertNever } from '../assert.ts';
import { codePoints } from '../code-points.ts';
import type { Row, Value } from '../fields/value.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import { literal } from '../sql.ts';
import { comparisonOf, oneOfThose } from './comparisons.ts';
import { type ColumnSql, type Compiled, named, scalarOf, truthOf } from './compiled.ts';
import { type Expression, partsOf } from './expression.ts';
import { absOf, arithmeticOf } from './numbers.ts';
import { textOf } from './text.ts';
import {
  constantIn,
  constantLike,
  constantType,
  duckTypeOf,
  numberOf,
  numberType,
  type ValueType,
} from './value-type.ts';

/** A column that expressions may use; `KnownColumn` of the transforms is one. */
export type ExpressionColumn = ValueType & { readonly name: string };

/** An expression in a dataset nests no deeper; far more than a person can read. */
const DEPTH_MAX = 50;

/**
 * Type-checks an expression and makes it ready for both engines. Throws with what is wrong and
 * what is allowed, after `place`: where the expression stands.
 */
export const compile = (
  expression: Expression,
  columns: readonly ExpressionColumn[],
  place = 'expression',
): Compiled => {
  const known = new Map(columns.map((column) => [column.name, column]));
  try {
    return nodeOf(expression, known, DEPTH_MAX);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${place}: ${problem}`, { cause: error });
  }
};

/** A condition made ready: an expression that is true, false or missing in each row. */
export const compileCondition = (
  expression: Expression,
  columns: readonly ExpressionColumn[],
  place = 'condition',
): Compiled => {
  const compiled = compile(expression, columns, place);
  if (compiled.type === 'boolean') return compiled;
  throw new Error(`${place}: ${named(compiled)} is no condition; compare it with something`);
};

/** The type of an expression's values; throws as `compile` does. */
export const typeOf = (
  expression: Expression,
  columns: readonly ExpressionColumn[],
  place?: string,
): ValueType => {
  const { type, largest } = compile(expression, columns, place);
  return { type, largest };
};

/** Row engine, for one row; for many, compile once. */
export const evaluate = (
  expression: Expression,
  row: Row,
  columns: readonly ExpressionColumn[],
): Value | null => compile(expression, columns).evaluate(row);

/** Set engine; constants are quoted literals, and columns are what `columnSql` says. */
export const toSql = (
  expression: Expression,
  columnSql: ColumnSql,
  columns: readonly ExpressionColumn[],
): string => compile(expression, columns).toSql(columnSql);

type Known = ReadonlyMap<string, ExpressionColumn>;

const nodeOf = (expression: Expression, known: Known, depth: number): Compiled => {
  if (depth === 0) throw new Error(`it nests deeper than ${DEPTH_MAX}; split it`);
  const text = textOf(expression);
  switch (expression.op) {
    case 'column':
      return columnOf(expression.column, known);
    case 'constant':
      return constantOf(expression, expression.type);
    case 'plus':
    case 'minus':
    case 'times': {
      const [left, right] = alike(expression, known, depth);
      if (left === undefined || right === undefined) throw new Error(`${text} has no two sides`);
      return arithmeticOf(expression.op, text, left, right);
    }
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparisonOf(expression.op, text, alike(expression, known, depth));
    case 'oneOf':
      return oneOfThose(text, alike(expression, known, depth));
    case 'and':
    case 'or':
      return joined(expression.op, text, conditionsOf(expression, known, depth));
    case 'not':
      return negation(text, conditionsOf(expression, known, depth));
    case 'isMissing':
      return missing(text, nodeOf(expression.of, known, depth - 1));
    case 'length':
      return lengthIn(text, nodeOf(expression.of, known, depth - 1));
    case 'abs':
      return absOf(text, nodeOf(expression.of, known, depth - 1));
    default:
      return assertNever(expression);
  }
};

const columnOf = (name: string, known: Known): Compiled => {
  const column = known.get(name);
  if (column === undefined) {
    throw new Error(`no column '${name}'; usable are ${[...known.keys()].join(', ')}`);
  }
  return {
    text: name,
    type: column.type,
    largest: column.largest,
    evaluate: (row) => row[name] ?? null,
    // A oneOf is an ENUM, which DuckDB orders by its declaration; a text is ordered by its letters.
    toSql: (columnSql) =>
      column.type === 'string' ? `CAST(${columnSql(name)} AS VARCHAR)` : columnSql(name),
  };
};

const constantOf = ({ text }: { readonly text: string }, type: string): Compiled => {
  const value = constantIn(text, type);
  if (value === undefined) {
    const like = constantLike(type);
    throw new Error(
      like === undefined
        ? `'${text}' stands where a ${type} is needed, and no constant can be one`
        : `'${text}' is no ${type}; write it like ${like}`,
    );
  }
  return {
    text: `'${text}'`,
    ...constantType(type, value),
    evaluate: () => value,
    toSql: () => `CAST(${literal(text)} AS ${duckTypeOf(type)})`,
  };
};

/**
 * What an operator compares or adds up. Constants take the type of what stands beside them: a text
 * becomes a day beside a day, and any number the narrowest one that holds it.
 */
const alike = (expression: Expression, known: Known, depth: number): readonly Compiled[] => {
  const parts = partsOf(expression);
  const compiled = parts.map((part) => nodeOf(part, known, depth - 1));
  const lead = compiled.find((_, index) => parts[index]?.op !== 'constant');
  if (lead === undefined) return compiled;
  return compiled.map((one, index) => {
    const part = parts[index];
    if (part?.op !== 'constant' || one.type === lead.type) return one;
    const type = adapted(part, lead);
    return type === undefined ? one : constantOf(part, type);
  });
};

const adapted = (
  { type, text }: { readonly type: string; readonly text: string },
  lead: Compiled,
): string | undefined => {
  const fromText = type === 'string' && lead.type !== 'boolean' && constantLikeOf(lead.type);
  if (numberOf(lead) !== undefined) return fromText ? (numberType(text) ?? 'int') : undefined;
  const fromNumber = numberOf({ type }) !== undefined && lead.type === 'double';
  return (fromText || fromNumber) && typeof lead.type === 'string' ? lead.type : undefined;
};

const constantLikeOf = (type: IcebergType): boolean =>
  typeof type === 'string' && constantLike(type) !== undefined;

const conditionsOf = (expression: Expression, known: Known, depth: number): readonly Compiled[] =>
  partsOf(expression).map((part) => {
    const compiled = nodeOf(part, known, depth - 1);
    if (compiled.type === 'boolean') return compiled;
    throw new Error(
      `${textOf(expression)} needs conditions, and ${compiled.text} is a ` +
        typeText(compiled.type),
    );
  });

/** Kleene's logic, as SQL has it: what decides does so beside a missing one too. */
const joined = (op: 'and' | 'or', text: string, conditions: readonly Compiled[]): Compiled => {
  if (conditions.length === 0) throw new Error(`an '${op}' of no conditions; name at least one`);
  const decides = op === 'or';
  return {
    text,
    type: 'boolean',
    evaluate: (row) => {
      let answer: boolean | null = !decides;
      for (const condition of conditions) {
        const truth = truthOf(condition.evaluate(row));
        if (truth === decides) return decides;
        if (truth === null) answer = null;
      }
      return answer;
    },
    toSql: (columnSql) =>
      `(${conditions.map((each) => each.toSql(columnSql)).join(` ${op.toUpperCase()} `)})`,
  };
};

const negation = (text: string, [of]: readonly Compiled[]): Compiled => {
  if (of === undefined) throw new Error(`${text} has nothing to negate`);
  return {
    text,
    type: 'boolean',
    evaluate: (row) => {
      const truth = truthOf(of.evaluate(row));
      return truth === null ? null : !truth;
    },
    toSql: (columnSql) => `(NOT ${of.toSql(columnSql)})`,
  };
};

const missing = (text: string, of: Compiled): Compiled => ({
  text,
  type: 'boolean',
  evaluate: (row) => of.evaluate(row) === null,
  toSql: (columnSql) => `(${of.toSql(columnSql)} IS NULL)`,
});

const lengthIn = (text: string, of: Compiled): Compiled => {
  if (of.type !== 'string') throw new Error(`${text} needs a text, and ${named(of)} is none`);
  return {
    text,
    type: 'int',
    evaluate: (row) => {
      const value = scalarOf(of.evaluate(row));
      return typeof value === 'string' ? codePoints(value) : null;
    },
    toSql: (columnSql) => `CAST(length(${of.toSql(columnSql)}) AS INTEGER)`,
  };
};
