import { numberOf } from '../expressions/value-type.ts';
import type { KnownColumn, RowStep } from './transform.ts';
import { compareValues, constantOf, needOrder, replaced } from './typed.ts';
import type { Clip } from './uses.ts';

const boundsOf = ({ min, max }: Clip, column: KnownColumn) => {
  const bound = (text: string | undefined) =>
    text === undefined ? undefined : constantOf(text, column, 'clip');
  return { low: bound(min), high: bound(max) };
};

const rangeText = ({ min, max }: Clip): string => {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
};

const clipped = (use: Clip, column: KnownColumn): KnownColumn => {
  needOrder('clip', column);
  const { low, high } = boundsOf(use, column);
  if (low === undefined && high === undefined) {
    throw new Error(`clip of '${use.column}' has no bound; give it a min, a max or both`);
  }
  if (low !== undefined && high !== undefined && compareValues(low.value, high.value) > 0) {
    throw new Error(`clip of '${use.column}': min ${use.min} is above max ${use.max}`);
  }
  if (numberOf(column) === undefined || low === undefined || high === undefined) return column;
  const ends = [low.value, high.value].map((end) => BigInt(end));
  const sizes = ends.map((end) => (end < 0n ? -end : end));
  return { ...column, largest: sizes.reduce((a, b) => (a > b ? a : b)) };
};

/** Values beyond a constant bound become that bound. */
export const clipKind: RowStep<Clip> = {
  kind: 'clip',
  form: 'row',
  says: (use) =>
    `${use.column} is kept within ${rangeText(use)}: what lies beyond becomes the bound`,
  uses: ({ column }) => [column],
  adds: () => [],
  columns: (use, known) =>
    replaced(known.columns, use.column, () => clipped(use, known.column(use.column))),
  compute: (use, row, { known }) => {
    const value = row[use.column] ?? null;
    if (value === null) return { [use.column]: null };
    const { low, high } = boundsOf(use, known(use.column));
    if (low !== undefined && compareValues(value, low.value) < 0)
      return { [use.column]: low.value };
    const above = high !== undefined && compareValues(value, high.value) > 0;
    return { [use.column]: above ? high.value : value };
  },
  toSql: (use, side) => {
    const sql = side.column(use.column);
    const { low, high } = boundsOf(use, side.known(use.column));
    const cases = [
      low === undefined ? '' : ` WHEN ${sql} < ${low.sql} THEN ${low.sql}`,
      high === undefined ? '' : ` WHEN ${sql} > ${high.sql} THEN ${high.sql}`,
    ];
    return { [use.column]: `CASE${cases.join('')} ELSE ${sql} END` };
  },
  repairs: (use) => ({ column: use.column, rule: rangeText(use) }),
};
