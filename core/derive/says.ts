import type { Expression } from '../expressions/expression.ts';
import { textOf } from '../expressions/text.ts';

/** Anything declared as plain data: a rule, a step, a check, a mask. */
type Declared = Readonly<Record<string, unknown>>;

const LEFT_OUT = new Set(['kind', 'how', 'severity', 'description', 'code']);

/**
 * One declared thing in words, whatever its kind: 'ordered: columns start, end'. New kinds need no
 * line here; a kind that has a sentence of its own says that one instead.
 */
export const wordsOf = (declared: Declared): string => {
  const name = String(declared.kind ?? declared.how ?? '');
  const parts = Object.entries(declared).flatMap(([key, value]) =>
    LEFT_OUT.has(key) || value === undefined ? [] : [`${key} ${valueWords(value)}`],
  );
  const warns = declared.severity === 'warn' ? ' (a warning)' : '';
  return `${parts.length === 0 ? name : `${name}: ${parts.join(', ')}`}${warns}`;
};

const isExpression = (value: object): value is Expression => 'op' in value;

const valueWords = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(valueWords).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isExpression(value)) return textOf(value);
  return wordsOf(Object.fromEntries(Object.entries(value)));
};
