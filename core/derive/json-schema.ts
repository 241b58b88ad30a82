import type { Dataset } from '../dataset.ts';
import { holdsEmpty } from '../fields/empty.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { typedFields } from '../validate/evolution-sql.ts';
import { statedRules } from './columns.ts';
import { datasetRuleWords } from './rule-words.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * JSON Schema 2020-12 of one incoming record: an object of texts, as CSV has them, with null for a
 * cell that has nothing in it. It refuses nothing that the engine accepts; the codes that only the
 * engine can find are listed with each field as `engineOnly`. It describes texts without the spaces
 * around them.
 */
export const jsonSchemaOf = (dataset: Dataset) => {
  const { name, version, description, fields, rules } = dataset;
  const entries = Object.entries(fields);
  const typed = typedFields(dataset);
  const schemaOf = (field: string, of: Field): Json => fieldSchema(of, typed.includes(field));
  const aliases = entries.flatMap(([of, field]) =>
    field.aliases.map((alias) => [alias, schemaOf(of, field)] as const),
  );
  const required = entries.filter(([, field]) => isRequired(field));
  const either = required
    .filter(([, field]) => field.aliases.length > 0)
    .map(([field, { aliases: others }]) => ({
      anyOf: [field, ...others].map((each) => ({ required: [each] })),
    }));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:headgate:dataset:${name}:v${version}`,
    title: name,
    description,
    type: 'object',
    properties: Object.fromEntries([
      ...entries.map(([field, of]) => [field, schemaOf(field, of)] as const),
      ...aliases,
    ]),
    required: required.filter(([, field]) => field.aliases.length === 0).map(([field]) => field),
    ...(either.length === 0 ? {} : { allOf: either }),
    additionalProperties: otherKeys(dataset),
    'x-headgate': {
      key: dataset.key,
      owner: dataset.owner,
      domain: dataset.domain,
      rules: rules.map(datasetRuleWords),
    },
  };
};

/** Keys that are not declared: whether a record with one is taken, and with which value. */
const otherKeys = ({ evolution }: Dataset): boolean | Json => {
  if (evolution.newColumns === 'freeze') return false;
  return evolution.newColumns === 'quarantine_row' ? { type: 'null' } : true;
};

/** Where a value of another type is set aside, the record is published all the same. */
const anythingElse = { description: 'anything else: the record is published without it' };

/** What one incoming value of a field may be. Open: one of another type is set aside. */
export const fieldSchema = (field: Field, isOpen: boolean): Json => {
  const text = textSchema(field);
  return {
    ...(isRequired(field)
      ? { ...text, minLength: leastLength(field, text), ...present(field) }
      : {
          anyOf: [
            ...[text, { type: 'null' }, ...missingTexts(field)],
            ...(isOpen ? [anythingElse] : []),
          ],
        }),
    ...(field.description === undefined ? {} : { description: field.description }),
    ...(field.default === undefined ? {} : { default: field.default }),
    'x-headgate': {
      kind: field.kind,
      says: kindOf(field).says(field.options),
      classification: field.classification,
      unit: field.unit,
      aliases: field.aliases.length === 0 ? undefined : field.aliases,
      rules: statedRules(field),
      engineOnly: engineOnly(field, isOpen),
    },
  };
};

/** The texts that mean a missing value; an empty one that is a value must keep the rules. */
const missingTexts = (field: Field): Json[] => {
  const texts = new Set([...(holdsEmpty(field) ? [] : ['']), ...field.nullTokens]);
  return texts.size === 0 ? [] : [{ enum: [...texts] }];
};

/** An empty text is a missing value, unless the field says that it may hold one. */
const leastLength = (field: Field, { minLength }: Json): number =>
  Math.max(holdsEmpty(field) ? 0 : 1, Number(minLength ?? 1));

/** A text that means a missing value is none for a required field. */
const present = ({ nullTokens }: Field): Json =>
  nullTokens.length === 0 ? {} : { not: { enum: nullTokens } };

/** The kind's own schema with the rules that JSON Schema has a word for. */
const textSchema = (field: Field): Json => {
  const all: Json[] = [];
  const length: Record<string, number> = {};
  for (const { kind, params, severity } of field.rules) {
    if (severity === 'warn') continue;
    if (kind === 'pattern') all.push({ pattern: `^(?:${String(params.source)})$` });
    if (kind === 'length' && typeof params.min === 'number') length.minLength = params.min;
    if (kind === 'length' && typeof params.max === 'number') length.maxLength = params.max;
  }
  const own = kindOf(field).jsonSchema(field.options);
  return { ...own, ...length, ...(all.length === 0 ? {} : { allOf: all }) };
};

const EXPRESSED_RULES = new Set(['pattern', 'length']);

/**
 * The codes of a field that a text may get although the schema lets it through. Whether the kind's
 * own part is exact is found by asking it: an edge that the kind refuses must be refused by it.
 */
const engineOnly = (field: Field, isOpen: boolean): readonly string[] => {
  const kind = kindOf(field);
  const schema = kind.jsonSchema(field.options);
  const ofKind = kind.edges(field.options).flatMap((edge) => {
    const parsed = kind.parse(edge, field.options);
    return parsed.ok || !(isOpen || allows(schema, edge)) ? [] : [parsed.code];
  });
  const ofRules = statedRules(field)
    .filter((rule) => rule.severity === 'reject' && (isOpen || !EXPRESSED_RULES.has(rule.kind)))
    .map(({ code }) => code);
  const all = [...new Set([...ofKind, ...ofRules])].sort();
  return isOpen ? all.filter((code) => code !== 'E_TYPE') : all;
};

const allows = (schema: Json, text: string): boolean => {
  if (Array.isArray(schema.enum)) return schema.enum.includes(text);
  return typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(text);
};
