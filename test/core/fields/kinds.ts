import type { Field } from '../../../core/fields/field.ts';
import { kindOf } from '../../../core/fields/index.ts';

/** A text's value by its field's kind, or the code that refuses it. */
export const read = (field: Field, text: string): unknown => {
  const parsed = kindOf(field).parse(text, field.options);
  return parsed.ok ? parsed.value : parsed.code;
};

/** A text's value printed again. */
export const reprint = (field: Field, text: string): string => {
  const kind = kindOf(field);
  const parsed = kind.parse(text, field.options);
  return parsed.ok ? kind.print(parsed.value, field.options) : parsed.code;
};
