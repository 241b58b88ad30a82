import type { Row, Value } from '../fields/value.ts';
import { literal } from '../sql.ts';
import type { KnownColumn, Repair, Transform } from '../transforms/transform.ts';
import { isOrdered, sameValue, scalar, textOfValue, textSql } from '../transforms/typed.ts';

/** A repair of one step, ready to be written down by either engine. */
export type Recorder = {
  readonly column: string;
  /** Row engine: the JSON object of the change; undefined when nothing changed. */
  record(before: Row, after: Row): string | undefined;
  /** Set engine: the same as text, or NULL. */
  toSql(beforeSql: string, afterSql: string): string;
};

/** DuckDB writes control characters in upper-case hex. */
const jsonText = (text: string): string =>
  JSON.stringify(text).replace(/\\u00[01][0-9a-f]/g, (code) => `\\u${code.slice(2).toUpperCase()}`);

/** The old value is told only where everybody may see the column as it is. */
const tells = ({ classification, mask, revealing, type }: KnownColumn): boolean =>
  (classification === undefined || classification === 'public') &&
  mask === undefined &&
  revealing === undefined &&
  isOrdered(type);

/** How the changes of a step are written: {"field", "operation", "rule", "old"?}. */
export const recorderOf = (
  { kind }: Pick<Transform, 'kind'>,
  { column, rule }: Repair,
  known: KnownColumn,
): Recorder => {
  const start = JSON.stringify({ field: column, operation: kind, rule }).slice(0, -1);
  // A cast changes each value's type; what it records is the value that it could not read.
  const isLost = kind === 'cast';
  const changed = (before: Value | null, after: Value | null): boolean => {
    if (isLost) return before !== null && after === null;
    if (before === null || after === null) return (before === null) !== (after === null);
    return isOrdered(known.type) && !sameValue(before, after);
  };
  return {
    column,
    record: (before, after) => {
      const [from, to] = [before[column] ?? null, after[column] ?? null];
      if (!changed(from, to)) return undefined;
      const told = from === null || !tells(known) ? null : scalar(from);
      const old = told === null ? '' : `,"old":${jsonText(textOfValue(told, known.type))}`;
      return `${start}${old}}`;
    },
    toSql: (beforeSql, afterSql) => {
      const when = isLost
        ? `${beforeSql} IS NOT NULL AND ${afterSql} IS NULL`
        : `${beforeSql} IS DISTINCT FROM ${afterSql}`;
      const old = tells(known)
        ? ` || coalesce(',"old":' || CAST(to_json(${textSql(beforeSql, known.type)}) AS VARCHAR), '')`
        : '';
      return `CASE WHEN ${when} THEN ${literal(start)}${old} || '}' END`;
    },
  };
};

/** The column `_changes` of a row; null where nothing was changed. */
export const changesOf = (changes: readonly string[]): string | null =>
  changes.length === 0 ? null : `[${changes.join(',')}]`;
