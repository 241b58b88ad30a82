import type { Comparison, Expression } from './expression.ts';
import { numberType } from './value-type.ts';

/** A text, number or boolean stands for itself; a column is always `col('name')`. */
export type Operand = Expression | string | number | bigint | boolean;

/** A column of the row. */
export const col = (column: string): Expression => ({ op: 'column', column });

/**
 * A constant. Beside a day, an instant, a time, a uuid or a number, a text is read as one of those:
 * `atLeast(col('ordered_on'), '2020-01-01')`, `below(col('price'), '9.99')`.
 */
export const value = (constant: string | number | bigint | boolean): Expression => {
  if (typeof constant === 'string') return { op: 'constant', type: 'string', text: constant };
  if (typeof constant === 'boolean') {
    return { op: 'constant', type: 'boolean', text: String(constant) };
  }
  const text = String(constant);
  const type = numberType(text);
  if (type === undefined) {
    throw new Error(
      `value(${text}): no number of up to 38 plain digits; write it as a text, like '0.0000001'`,
    );
  }
  return { op: 'constant', type, text };
};

const expressionOf = (operand: Operand): Expression =>
  typeof operand === 'object' ? operand : value(operand);

const comparison =
  (op: Comparison) =>
  (left: Operand, right: Operand): Expression => ({
    op,
    left: expressionOf(left),
    right: expressionOf(right),
  });

/** left = right */
export const is = comparison('=');
/** left ≠ right */
export const isNot = comparison('!=');
/** left < right */
export const below = comparison('<');
/** left ≤ right */
export const atMost = comparison('<=');
/** left > right */
export const above = comparison('>');
/** left ≥ right */
export const atLeast = comparison('>=');

/** The same by the sign of the comparison, for what is built from data. */
export const compared = (left: Operand, is: Comparison, right: Operand): Expression =>
  comparison(is)(left, right);

/** True where the value equals one of those. */
export const isOneOf = (of: Operand, among: readonly Operand[]): Expression => ({
  op: 'oneOf',
  of: expressionOf(of),
  among: among.map(expressionOf),
});

/** True where the row has no value; never missing itself. */
export const isMissing = (of: Operand): Expression => ({ op: 'isMissing', of: expressionOf(of) });
/** True where the row has a value; never missing itself. */
export const isPresent = (of: Operand): Expression => not(isMissing(of));

/** True where all of them are. A false one decides, also beside a missing one. */
export const all = (...conditions: readonly Operand[]): Expression => ({
  op: 'and',
  all: conditions.map(expressionOf),
});
/** True where one of them is. A true one decides, also beside a missing one. */
export const any = (...conditions: readonly Operand[]): Expression => ({
  op: 'or',
  all: conditions.map(expressionOf),
});
/** False where the condition is true; missing where it is missing. */
export const not = (condition: Operand): Expression => ({
  op: 'not',
  of: expressionOf(condition),
});

const arithmeticOf =
  (op: 'plus' | 'minus' | 'times') =>
  (left: Operand, right: Operand): Expression => ({
    op,
    left: expressionOf(left),
    right: expressionOf(right),
  });

/** left + right, exactly. */
export const plus = arithmeticOf('plus');
/** left - right, exactly. */
export const minus = arithmeticOf('minus');
/** left * right, exactly. */
export const times = arithmeticOf('times');

/** A number without its sign. */
export const abs = (of: Operand): Expression => ({ op: 'abs', of: expressionOf(of) });
/** The code points of a text. Not called `length`, which is a rule of a field. */
export const lengthOf = (of: Operand): Expression => ({ op: 'length', of: expressionOf(of) });
