import type { Dataset } from '../dataset.ts';
import { holdsEmpty } from '../fields/empty.ts';
import type { Field } from '../fields/field.ts';
import { ident, list, literal } from '../sql.ts';
import { keyTextsOf } from './characters.ts';

/**
 * Spaces (U+0020) around a text are no part of it, and nothing but spaces is a missing one. The
 * guard spares most rows the trim: whatever starts with a space or is empty sorts before '!'.
 */
const trimmed = (column: string, keepsEmpty: boolean): string => {
  const early = `${column} < '!'`;
  const guard = keepsEmpty ? `(${early} AND ${column} <> '')` : early;
  return (
    `CASE WHEN ${guard} OR ${column} LIKE '% ' ` +
    `THEN nullif(trim(${column}, ' '), '') ELSE ${column} END`
  );
};

/**
 * The text of a cell, or NULL where it says that there is none: a cell without anything is NULL
 * already. A key has one spelling: a letter with its accent and the two behind each other are the
 * same.
 */
export const textSql = (dataset: Dataset, name: string, field: Field): string => {
  const column = ident(name);
  const keepsEmpty = holdsEmpty(field);
  const whole = keepsEmpty ? column : `nullif(${column}, '')`;
  const text = field.trim ? trimmed(column, keepsEmpty) : whole;
  const spelt = keyTextsOf(dataset).has(name) ? `nfc_normalize(${text})` : text;
  const tokens = field.nullTokens.filter((token) => token !== '');
  if (tokens.length === 0) return spelt;
  return `CASE WHEN ${text} IN (${list(tokens.map(literal))}) THEN NULL ELSE ${spelt} END`;
};
