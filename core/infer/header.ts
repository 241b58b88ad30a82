import { type BuilderCall, candidates, fitting } from './candidates.ts';
import type { SampledColumn } from './sample.ts';

/** Kinds whose values a name could be as well. */
const LOOSE = new Set(['text', 'oneOf', 'json', 'boolean', 'country', 'currency']);
/** Texts of one length say something from here on: names are that long by chance only. */
const LENGTH_MIN = 6;
const ROWS_MIN = 3;

/**
 * Whether the first line of a CSV has names, or is a row already. A column with a strict kind, or
 * with texts of one length, tells: its first cell is like the others, or is not. One that is not
 * makes it a header; when no column tells, it is one, as most files have.
 */
export const hasNames = (
  first: readonly string[],
  rows: readonly (readonly string[])[],
): boolean => {
  if (rows.length < ROWS_MIN || first.some((cell) => cell === '')) return true;
  const told = first.flatMap((cell, at) => {
    const texts = rows.map((row) => row[at] ?? '').filter((text) => text !== '');
    const isLike = likeness(texts);
    return isLike === undefined ? [] : [isLike(cell)];
  });
  return told.length === 0 || told.some((isLike) => !isLike);
};

const likeness = (texts: readonly string[]): ((cell: string) => boolean) | undefined => {
  if (texts.length < ROWS_MIN) return undefined;
  const call = strictKind(texts);
  if (call !== undefined) return (cell) => fitting(call, [cell]) === 1;
  const [length = 0] = texts.map((text) => text.length);
  const isEven = length >= LENGTH_MIN && texts.every((text) => text.length === length);
  return isEven ? (cell) => cell.length === length : undefined;
};

const strictKind = (texts: readonly string[]): BuilderCall | undefined => {
  const distinct = new Set(texts).size;
  const column: SampledColumn = { name: 'x', header: 'x', rows: texts.length, texts, distinct };
  return candidates
    .flatMap((candidate) => candidate(column))
    .find((call) => !LOOSE.has(call.builder) && fitting(call, texts) === texts.length);
};
