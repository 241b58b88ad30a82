import * as z from 'zod';
import { binaryKind } from './binary.ts';
import { booleanKind } from './boolean.ts';
import { countryKind } from './country.ts';
import { currencyKind } from './currency.ts';
import { dateKind } from './date.ts';
import { decimalKind } from './decimal.ts';
import { doubleKind } from './double.ts';
import { emailKind } from './email.ts';
import type { Field, FieldKind } from './field.ts';
import { geoPointKind } from './geo-point.ts';
import { integerKind } from './integer.ts';
import { ipKind } from './ip.ts';
import { jsonKind } from './json.ts';
import { listKindOf } from './list.ts';
import { oneOfKind } from './one-of.ts';
import { phoneKind } from './phone.ts';
import { structKindOf } from './struct.ts';
import { textKind } from './text.ts';
import { timeKind } from './time.ts';
import { timestampKind } from './timestamp.ts';
import { urlKind } from './url.ts';
import { uuidKind } from './uuid.ts';

export { binary } from './binary.ts';
export { boolean } from './boolean.ts';
export { country } from './country.ts';
export { currency } from './currency.ts';
export { date } from './date.ts';
export { decimal } from './decimal.ts';
export { double } from './double.ts';
export { email } from './email.ts';
export { geoPoint } from './geo-point.ts';
export { integer } from './integer.ts';
export { ip } from './ip.ts';
export { json } from './json.ts';
export { list } from './list.ts';
export { oneOf } from './one-of.ts';
export { phone } from './phone.ts';
export { struct } from './struct.ts';
export { text } from './text.ts';
export { time } from './time.ts';
export { timestamp } from './timestamp.ts';
export { url } from './url.ts';
export { uuid } from './uuid.ts';

/** Every kind of field. A new one is one file beside this and one line here. */
export const fieldKinds: readonly FieldKind[] = [
  textKind,
  emailKind,
  integerKind,
  decimalKind,
  oneOfKind,
  timestampKind,
  dateKind,
  binaryKind,
  booleanKind,
  countryKind,
  currencyKind,
  doubleKind,
  ipKind,
  phoneKind,
  timeKind,
  urlKind,
  uuidKind,
  jsonKind,
  // Their parts are of any kind, and these two stand in the list that says which kinds there are.
  listKindOf((field) => kindOf(field)),
  structKindOf((field) => kindOf(field)),
  geoPointKind,
];

/** The answers of a field's kind. */
export const kindOf = (field: Pick<Field, 'kind'>): FieldKind => {
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
