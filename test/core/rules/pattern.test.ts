import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pattern, patternRule } from '../../../core/rules/pattern.ts';
import { patternProblem } from '../../../core/rules/portable-pattern.ts';
import { runs } from '../../support/runs.ts';

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
  [/(?:a?)b+/, 'abb', true],
  [/(?:a?)(?:b)+/, 'abb', true],
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
  [/(a*)*/, 'repeats a group that repeats'],
  [/(?:a|aa)+b/, 'repeats a group that repeats or chooses'],
  [/x(?:[a-z]+){2,}/, 'repeats a group that repeats'],
  [/((a+)b?)+/, 'repeats a group that repeats'],
  [/(a{1,9}){1,9}/, 'repeats a group that repeats'],
  // Beside a class, JavaScript takes such a dash for itself only without its flag u.
  [/[\w-a]/, 'Invalid character class'],
  [/x./, 'Allowed: characters, classes, \\d, \\w, groups, choices and counts; write [^\\n]'],
  [/(?:(?:(?:a)?)){30}/, 'repeats a group that repeats'],
])('%s is refused: %s', (expression, message) => {
  expect(() => pattern(expression)).toThrow(message);
});

test('a text that is no regular expression at all has its reason too', () => {
  expect(patternProblem('(a')).toBe('a group is not closed');
  expect(patternProblem('a)')).toBe('a group is not opened');
  expect(patternProblem('(a)')).toBeNull();
});

/** Patterns of few letters, nested as hostile ones are: most are refused. */
const { drawn } = fc.letrec<{ drawn: string }>((tie) => ({
  drawn: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '[ab]', '\\w', 'a*', '[ab]+', 'a?', 'b{2,}'),
    fc.tuple(tie('drawn'), tie('drawn')).map(([one, other]) => one + other),
    fc
      .tuple(tie('drawn'), tie('drawn'), fc.constantFrom('', '*', '+', '?', '{2,}', '{3}', '+?'))
      .map(([one, other, repeat]) => `(?:${one}|${other})${repeat}`),
    fc
      .tuple(tie('drawn'), fc.constantFrom('*', '+', '?', '{2,9}', '{3}'))
      .map(([one, repeat]) => `(${one})${repeat}`),
  ),
}));

const context = createContext({ RegExp });
/** True when the whole text was looked at in time; V8 ends a match that takes longer. */
const inTime = (source: string, text: string): boolean => {
  Object.assign(context, { source: `^(?:${source})$`, text });
  try {
    runInContext("new RegExp(source, 'u').test(text)", context, { timeout: 300 });
    return true;
  } catch {
    return false;
  }
};

test('no pattern that is allowed takes long over the text that hostile ones choke on', () => {
  expect(inTime('(a*)*', `${'a'.repeat(40)}!`)).toBe(false);
  let allowed = 0;
  fc.assert(
    fc.property(drawn, (source) => {
      if (source.length > 40 || patternProblem(source) !== null) return;
      allowed += 1;
      for (const text of ['a'.repeat(40), 'ab'.repeat(20)]) {
        expect({ source, inTime: inTime(source, `${text}!`) }).toEqual({ source, inTime: true });
      }
    }),
    { numRuns: runs(3_000) },
  );
  expect(allowed).toBeGreaterThan(runs(300));
});
