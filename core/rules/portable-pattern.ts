/**
 * The part of regular expressions that JavaScript and RE2 read alike and that JavaScript runs in
 * bounded time. Left out, because the engines differ: `.` and `\s` (line ends and spaces outside
 * ASCII), `\b`, lookaround, back references, flags, `\p`. Left out, because a hostile text could
 * take JavaScript for ever: a repeated group that repeats or chooses inside.
 */
const ESCAPE = '\\\\(?:[dDwWtnr]|[\\^$\\\\.*+?()[\\]{}|/])';
const CLASS = `\\[\\^?(?:${ESCAPE}|\\\\-|[^\\\\[\\]])+\\]`;
const TOKEN = new RegExp(
  [
    `(?<atom>${ESCAPE}|${CLASS}|[^\\\\.*+?()[\\]{}|])`,
    '(?<open>\\((?:\\?:|(?!\\?)))',
    '(?<close>\\))',
    '(?<optional>(?:\\?|\\{[01]\\}|\\{[01],1\\})\\??)',
    '(?<repeat>(?:[*+]|\\{\\d{1,3}(?:,\\d{0,3})?\\})\\??)',
  ].join('|'),
  'gu',
);

/** The pattern with one letter for each kind of token; what is no token stays as it is. */
const shapeOf = (source: string): string =>
  source.replace(TOKEN, (...match) => {
    const groups: Record<string, string | undefined> = match.at(-1);
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? '';
    return letters.get(kind) ?? '';
  });

const letters = new Map([
  ['atom', 'x'],
  ['open', '<'],
  ['close', '>'],
  ['optional', 'o'],
  ['repeat', 'r'],
]);

/** Why a pattern cannot be used, or null when both engines read it alike. */
export const patternProblem = (source: string): string | null => {
  let shape = shapeOf(source);
  const foreign = /[^x<>or|]/u.exec(shape);
  if (foreign !== null) return `'${foreign[0]}' stands where the engines differ`;
  // Innermost groups first: each becomes an atom, or V when what it matches can vary.
  while (shape.includes('<')) {
    const folded = shape.replace(/<([^<>]*)>/g, (_, inner: string) =>
      /[orV|]/.test(inner) ? 'V' : 'x',
    );
    if (folded.includes('Vr')) return 'it repeats a group that repeats or chooses inside';
    if (folded === shape) return 'a group is not closed';
    shape = folded;
  }
  return shape.includes('>') ? 'a group is not opened' : null;
};
