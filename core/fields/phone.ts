import { type Field, type FieldInit, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { textOfGrammar } from './grammar-kind.ts';

/** A phone number that can be dialled from anywhere: national forms are never completed. */
export const phoneKind = textOfGrammar({
  kind: 'phone',
  says: () => "a phone number as E.164: '+' and 2 to 15 digits, the first not 0, no separators",
  grammarOf: () => phoneGrammar,
  edges: () => [
    ...['+48123456789', '+12', '+123456789012345', '+1', '+1234567890123456', '+0123456', '+'],
    ...['48123456789', '0048123456789', '+48 123 456 789', '+48-123-456', '+(48)123456', '+48a1'],
    ...['+1_000', '+1e5', '+1.5', '++48123', '+48123x12', 'tel:+48123456', '112'],
    ...['\uff0b48123456789', '+4812345678\u0661', '+48123\t', '+48123\n'],
  ],
});

const phoneGrammar = grammar('\\+[1-9]\\d{1,14}');

/** A column of phone numbers. */
export const phone = (init: FieldInit = {}): Field => fieldOf(phoneKind.kind, {}, init);
