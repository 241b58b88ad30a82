import { naturalOf } from '../cases/natural.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { Row, Value } from '../fields/value.ts';
import { numberText } from '../json/number-text.ts';

/** Types whose values are numbers in JSON; as texts they have all their digits. */
const NUMBERS = /^(int|long|decimal\(.*\))$/;

/** The fields as one object of JSON: numbers with their digits, days and instants as texts. */
export const rowJson = (fields: Readonly<Record<string, Field>>, row: Row): string => {
  const parts = Object.entries(fields).map(
    ([name, field]) => `${JSON.stringify(name)}:${valueJson(field, row[name] ?? null)}`,
  );
  return `{${parts.join(',')}}`;
};

const valueJson = (field: Field, value: Value | null): string => {
  const kind = kindOf(field);
  if (value === null || typeof value === 'boolean') return String(value);
  if (kind.nested !== undefined) return kind.print(value, field.options);
  const type = kind.icebergType(field.options);
  if (type === 'double' && typeof value === 'number') return numberText(value);
  const text = String(naturalOf(value, type));
  return typeof type === 'string' && NUMBERS.test(type) ? text : JSON.stringify(text);
};
