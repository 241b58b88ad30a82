import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { asRecords } from '../push/as-records.ts';
import { keyTextsOf } from '../validate/characters.ts';
import { typedFields } from '../validate/evolution-sql.ts';
import { fieldSchema, jsonSchemaOf } from './json-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * JSON Schema 2020-12 of one record as the API takes it: what jsonSchemaOf says of texts, and the
 * numbers, words, objects and arrays of JSON that may stand in their place. It refuses nothing that
 * the door accepts.
 */
export const sentSchemaOf = (declared: Dataset): Json => {
  const dataset = asRecords(declared);
  const { $schema: _dialect, $id: _id, properties, ...rest } = jsonSchemaOf(dataset);
  const fields = new Map(
    Object.entries(dataset.fields).flatMap(([name, field]) =>
      [name, ...field.aliases].map((spelt) => [spelt, { name, field }] as const),
    ),
  );
  const sent = Object.entries(properties).map(([spelt, schema]) => {
    const found = fields.get(spelt);
    return [spelt, found === undefined ? schema : sentField(dataset, found, schema)] as const;
  });
  return { ...rest, properties: Object.fromEntries(sent) };
};

type Named = { readonly name: string; readonly field: Field };

const sentField = (dataset: Dataset, { name, field }: Named, schema: Json): Json => {
  const { description, default: ownDefault, 'x-headgate': own, ...texts } = schema;
  // Which codes only the engine finds is told of texts alone: other forms let more through.
  const { engineOnly: _engineOnly, ...told } = Object(own);
  const isKeyText = keyTextsOf(dataset).has(name);
  return {
    ...(description === undefined ? {} : { description }),
    ...(ownDefault === undefined ? {} : { default: ownDefault }),
    // Where a value of another type is set aside, anything is said to be taken already.
    ...(typedFields(dataset).includes(name) ? texts : sentValue(field, texts, isKeyText)),
    'x-headgate': told,
  };
};

/** A part of a nested value is judged as a field is, by a kind and rules of its own. */
const partSchema = (field: Field): Json => {
  const { 'x-headgate': _own, ...schema } = fieldSchema(field, false);
  const { description, ...texts } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...sentValue(field, texts, false),
  };
};

/** The forms of one value: its texts, and what JSON has beside texts. */
const sentValue = (field: Field, texts: Json, isKeyText: boolean): Json => {
  const { nested } = kindOf(field);
  const isNullable = Array.isArray(texts.anyOf);
  if (nested?.takes === 'any') return { type: [...anyJson, ...(isNullable ? ['null'] : [])] };
  const forms: readonly Json[] = Array.isArray(texts.anyOf) ? texts.anyOf : [texts];
  if (nested === undefined)
    return { anyOf: [...forms, ...otherTexts(field, forms, isKeyText), ...literals(field)] };
  const compound = compoundSchema(field);
  const withContent = forms.map((form) =>
    form.contentSchema === undefined ? form : { ...form, contentSchema: compound },
  );
  return { anyOf: [compound, ...withContent] };
};

const anyJson = ['object', 'array', 'string', 'number', 'boolean'];

const around: Json = {
  type: 'string',
  pattern: '^ | $',
  description: 'spaces around a text are no part of it',
};

const composed: Json = {
  type: 'string',
  pattern: '[^\\u0000-\\u02ff]',
  description: 'a text is judged in its composed form (NFC)',
};

const narrowing = ['pattern', 'enum', 'allOf', 'maxLength', 'minLength', 'not'];

/** Texts that are not judged as they stand, so that a pattern or a length says nothing of them. */
const otherTexts = (field: Field, forms: readonly Json[], isKeyText: boolean): Json[] => {
  if (!forms.some((form) => narrowing.some((word) => form[word] !== undefined))) return [];
  return [...(field.trim ? [around] : []), ...(isKeyText ? [composed] : [])];
};

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Literals that the edges of a kind need not name: four digits are base64, and so is `true`. */
const probes = [
  ...Array.from({ length: 20 }, (_, length) => '1'.repeat(length + 1)),
  ...['0', '-1', '0.5', '12.50', '1e3', 'true', 'false'],
];

/** A literal is judged by its source text. Which ones a kind takes is found by asking it. */
const literals = (field: Field): Json[] => {
  const kind = kindOf(field);
  const { options } = field;
  const taken = [...probes, ...kind.edges(options)].filter((text) => kind.parse(text, options).ok);
  const numbers = taken.filter((text) => jsonNumber.test(text));
  const type = numbers.every((text) => /^-?\d+$/.test(text)) ? 'integer' : 'number';
  return [
    ...(numbers.length === 0 ? [] : [{ type }]),
    ...(taken.includes('true') || taken.includes('false') ? [{ type: 'boolean' }] : []),
  ];
};

/** The value as JSON itself, not as a text of it. */
const compoundSchema = (field: Field): Json => {
  const { nested, jsonSchema } = kindOf(field);
  const { options } = field;
  const { contentSchema } = jsonSchema(options);
  const part = (name: string): Json => {
    const own = nested?.part(name, options);
    return own === undefined ? {} : partSchema(own);
  };
  if (!isJson(contentSchema)) return { type: 'object' };
  const { properties } = contentSchema;
  if (!isJson(properties)) return { ...contentSchema, items: part('') };
  const parts = Object.keys(properties).map((name) => [name, part(name)] as const);
  return { ...contentSchema, properties: Object.fromEntries(parts) };
};

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
