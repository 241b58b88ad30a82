import { expect, test } from 'vitest';
import { pattern, patternRule } from '../../../core/rules/pattern.ts';

const passes = (expression: RegExp, value: string): boolean => {
  const source = String(pattern(expression).params.source);
  return patternRule.check(value, { source });
};

test.each([
  [/O\d{8}/, 'O12345678', true],
  [/O\d{8}/, 'xO12345678', false],
  [/O\d{8}/, 'O12345678\n', false],
  [/a|bc/, 'bc', true],
  [/a|bc/, 'abc', false],
  [/[^\n]{2}/, '📦é', true],
  [/(?:ab){2,3}(-\w+)?/, 'abab-x_1', true],
])('%s over %j: %s', (expression, value, expected) => {
  expect(passes(expression, value)).toBe(expected);
});

test.each([
  [/.+/, "'.' stands where the engines differ"],
  [/\s/, 'engines differ'],
  [/\bx/, 'engines differ'],
  [/(?=x)x/, 'engines differ'],
  [/(?<name>x)/, 'engines differ'],
  [/(x)\1/, 'engines differ'],
  [/\p{L}/u, 'engines differ'],
  [/[[:alpha:]]/, 'engines differ'],
  [/x/i, "flags 'i'"],
  [/^(a+)+$/, 'repeats a group that repeats'],
  [/(?:a|a)*/, 'repeats a group that repeats or chooses'],
  [/((a?)b){2,}/, 'repeats a group that repeats or chooses'],
])('%s is refused: %s', (expression, message) => {
  expect(() => pattern(expression)).toThrow(message);
});
