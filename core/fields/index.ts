import * as z from 'zod';
import { dateKind } from './date.ts';
import { decimalKind } from './decimal.ts';
import { emailKind } from './email.ts';
import type { Field, FieldKind } from './field.ts';
import { integerKind } from './integer.ts';
import { oneOfKind } from './one-of.ts';
import { textKind } from './text.ts';
import { timestampKind } from './timestamp.ts';

export { date } from './date.ts';
export { decimal } from './decimal.ts';
export { email } from './email.ts';
export { integer } from './integer.ts';
export { oneOf } from './one-of.ts';
export { text } from './text.ts';
export { timestamp } from './timestamp.ts';

/** Every kind of field. A new one is one file beside this and one line here. */
export const fieldKinds: readonly FieldKind[] = [
  textKind,
  emailKind,
  integerKind,
  decimalKind,
  oneOfKind,
  timestampKind,
  dateKind,
];

/** The answers of a field's kind. */
export const kindOf = (field: Field): FieldKind => {
  const kind = fieldKinds.find((candidate) => candidate.kind === field.kind);
  if (kind !== undefined) return kind;
  const known = fieldKinds.map((candidate) => candidate.kind).join(', ');
  throw new Error(`no field kind '${field.kind}'; there are ${known}`);
};

/** A field's text → value as a zod schema, for edges that speak zod; its issues are our codes. */
export const schemaOf = (field: Field) =>
  z.string().transform((text, context) => {
    const parsed = kindOf(field).parse(text, field.options);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.code });
    return z.NEVER;
  });
