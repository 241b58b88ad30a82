import type { Refusal } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { quoted } from '../landing/header-name.ts';
import { transformOf } from '../transforms/index.ts';

/** Whether a text can be no value of the field at all (E_TYPE); of a plain text each is one. */
export const canChangeType = (field: Field): boolean =>
  kindOf(field)
    .refusals(field.options)
    .some(({ code }) => code === 'E_TYPE');

/**
 * Fields that may be null in a published row, and whose kind refuses texts: of these a value of
 * another type can be set aside. Where a row must have the value, the row is rejected instead.
 */
export const settableFields = ({ fields }: Pick<Dataset, 'fields'>): readonly string[] =>
  Object.entries(fields)
    .filter(([, field]) => field.optional && field.evolved !== true && canChangeType(field))
    .map(([name]) => name);

/**
 * Whether a text that is no value of the field may stand beside it in the table. Not where the
 * column is masked, left out or renamed on its way: the text would show what is not to be seen.
 */
export const showsTexts = ({ fields, transforms }: Dataset, name: string): boolean =>
  fields[name]?.mask === undefined &&
  transforms.every((use) => {
    if (use.kind === 'mask' && use.column === name) return false;
    return transformOf(use).drops?.(use, [name]).includes(name) !== true;
  });

/**
 * Whether a column of another type is judged value by value. Otherwise the types of a file that
 * states them are known before any row is read, and refuse it as a whole.
 */
export const judgesTypes = ({ evolution }: Pick<Dataset, 'evolution'>, field: Field): boolean =>
  evolution.changedTypes !== 'quarantine_row' &&
  evolution.changedTypes !== 'freeze' &&
  canChangeType(field);

type Reason = { readonly code: string; readonly field: string | null; readonly rows: number };

/** A frozen contract is broken by one value of another type; undefined when there is none. */
export const typesFault = (
  { evolution, fields }: Pick<Dataset, 'evolution' | 'fields'>,
  reasons: readonly Reason[],
): ({ readonly kind: 'refused' } & Refusal) | undefined => {
  if (evolution.changedTypes !== 'freeze') return undefined;
  const found = new Map(
    reasons.flatMap(({ code, field, rows }) =>
      code === 'E_TYPE' && field !== null ? [[field, rows] as const] : [],
    ),
  );
  if (found.size === 0) return undefined;
  const of = (name: string): string => {
    const rows = found.get(name) ?? 0;
    return ` (${fields[name]?.kind ?? 'no field'}) in ${rows} row${rows === 1 ? '' : 's'}`;
  };
  const detail = `values of another type than declared: ${quoted([...found.keys()], of)}`;
  return { kind: 'refused', code: 'E_SCHEMA', detail };
};
