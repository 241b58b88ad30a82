/**
 * Lower and upper case as DuckDB writes them: code point by code point. JavaScript's own way looks
 * at neighbours (a final sigma) and lets texts grow (ß becomes SS), so its answer is taken only
 * where it is one code point. Letters younger than DuckDB's Unicode tables keep their case there
 * and change it here; test/differential.test.ts lists them. The file path writes what is
 * published, so that its spelling is the right one.
 */
export const applyCasing = (text: string, casing: 'lower' | 'upper'): string =>
  casing === 'lower'
    ? Array.from(
        text,
        (point) => lowerSpecials.get(point) ?? single(point.toLowerCase(), point),
      ).join('')
    : Array.from(
        text,
        (point) => upperSpecials.get(point) ?? single(point.toUpperCase(), point),
      ).join('');

const single = (changed: string, point: string): string =>
  Array.from(changed).length === 1 ? changed : point;

const lowerSpecials = new Map([['\u0130', 'i']]);

/** Greek vowels with an iota below have a title case, which DuckDB takes for the upper one. */
const titleCase = (from: number, count: number, distance: number): [string, string][] =>
  Array.from({ length: count }, (_, index) => [
    String.fromCodePoint(from + index),
    String.fromCodePoint(from + index + distance),
  ]);

const upperSpecials = new Map([
  ['\u00df', '\u1e9e'],
  ...titleCase(0x1f80, 8, 8),
  ...titleCase(0x1f90, 8, 8),
  ...titleCase(0x1fa0, 8, 8),
  ...titleCase(0x1fb3, 1, 9),
  ...titleCase(0x1fc3, 1, 9),
  ...titleCase(0x1ff3, 1, 9),
]);
