import { assertNever } from '../assert.ts';
import type { Expression } from './expression.ts';

const signs = { plus: '+', minus: '-', times: '*' } as const;

/** Whether an expression reads as one word, so that no brackets are needed around it. */
const isWord = ({ op }: Expression): boolean =>
  op === 'column' || op === 'constant' || op === 'length' || op === 'abs';

const bracketed = (expression: Expression): string =>
  isWord(expression) ? textOf(expression) : `(${textOf(expression)})`;

const negated = (of: Expression): string => {
  if (of.op === 'isMissing') return `${bracketed(of.of)} is present`;
  return `not ${bracketed(of)}`;
};

/** The expression for people: "status = 'shipped' and (paid <= total)". */
export const textOf = (expression: Expression): string => {
  switch (expression.op) {
    case 'column':
      return expression.column;
    case 'constant':
      return expression.type === 'string' ? quoted(expression.text) : expression.text;
    case 'plus':
    case 'minus':
    case 'times':
      return infix(signs[expression.op], expression);
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return infix(expression.op, expression);
    case 'and':
    case 'or':
      return expression.all.map(bracketed).join(` ${expression.op} `);
    case 'not':
      return negated(expression.of);
    case 'isMissing':
      return `${bracketed(expression.of)} is missing`;
    case 'length':
      return `length of ${bracketed(expression.of)}`;
    case 'abs':
      return `|${textOf(expression.of)}|`;
    case 'oneOf':
      return `${bracketed(expression.of)} is one of ${expression.among.map(bracketed).join(', ')}`;
    default:
      return assertNever(expression);
  }
};

const quoted = (text: string): string => `'${text}'`;

const infix = (
  sign: string,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): string => `${bracketed(left)} ${sign} ${bracketed(right)}`;
