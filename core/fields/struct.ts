import type { RowCode } from '../codes.ts';
import type { IcebergType } from '../iceberg-type.ts';
import type { Json } from '../json/value.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import {
  checkPart,
  jsonEdges,
  judgePart,
  type KindOf,
  nestedInit,
  nestedSql,
  parseJsonText,
  partCodes,
  partEdges,
  partTexts,
  printPart,
  soundPart,
} from './nested.ts';
import { accepted, type Parsed, refused, type Value } from './value.ts';

const KIND = 'struct';

type Parts = Readonly<Record<string, Field>>;
type Options = { readonly fields: Parts };
type Members = { readonly [name: string]: Value | null };

/**
 * A JSON object with declared keys, in any order. A key that is not declared refuses the value:
 * what is not known is never dropped. In the table every part is optional, see core/fields/list.ts.
 */
export const structKindOf = (kindOf: KindOf): FieldKind<Options, Members> => {
  const fromJson = (json: Json, { fields }: Options): Parsed<Members> => {
    if (json.kind !== 'object') return refused('E_TYPE');
    const values: Record<string, Value | null> = {};
    for (const [name, field] of Object.entries(fields)) {
      const part = judgePart(field, json.members.get(name) ?? { kind: 'null' }, kindOf);
      if (!part.ok) return part;
      values[name] = part.value;
    }
    const known = [...json.members.keys()].every((key) => Object.hasOwn(fields, key));
    return known ? accepted(values) : refused('E_UNKNOWN_KEY');
  };
  const typeOf = ({ fields }: Options): IcebergType => ({
    type: 'struct',
    fields: Object.entries(fields).map(([name, field]) => ({
      name,
      required: false,
      type: kindOf(field).icebergType(field.options),
      ...(field.description === undefined ? {} : { doc: field.description }),
    })),
  });
  const codesOf = ({ fields }: Options): RowCode[] => [
    ...Object.values(fields).flatMap((field) => partCodes(field, kindOf)),
    'E_UNKNOWN_KEY',
  ];
  const each = <T>({ fields }: Options, use: (name: string, field: Field) => T): T[] =>
    Object.entries(fields).map(([name, field]) => use(name, field));
  return {
    kind: KIND,
    says: (options) => {
      const parts = each(options, (name, field) => `${name}: ${kindOf(field).says(field.options)}`);
      return `a JSON object with the keys ${parts.join('; ')}; no other keys`;
    },
    rowType: (options) => {
      const parts = each(options, (name, field) => {
        const type = kindOf(field).rowType(field.options);
        return `readonly ${name}: ${type}${field.optional ? ' | null' : ''}`;
      });
      return `{ ${parts.join('; ')} }`;
    },
    parse: (text, options) => parseJsonText(text, (json) => fromJson(json, options)),
    print: (members, options) => {
      const parts = each(
        options,
        (name, field) => `"${name}":${printPart(field, members[name] ?? null, kindOf)}`,
      );
      return `{${parts.join(',')}}`;
    },
    ...nestedSql(KIND, typeOf, codesOf),
    icebergType: typeOf,
    nested: {
      takes: 'parts',
      fromJson,
      part: (name, { fields }) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
      texts: (members, options) =>
        Object.fromEntries(
          each(options, (name, field) => [name, partTexts(field, members[name] ?? null, kindOf)]),
        ),
    },
    jsonSchema: (options) => ({
      type: 'string',
      contentMediaType: 'application/json',
      contentSchema: {
        type: 'object',
        properties: Object.fromEntries(
          each(options, (name, field) => [name, kindOf(field).jsonSchema(field.options)]),
        ),
        required: Object.keys(options.fields).filter((name) => !options.fields[name]?.optional),
        additionalProperties: false,
      },
    }),
    edges: (options) => edgesOf(options, kindOf),
  };
};

/** One sound object, and each part of it replaced by what its own kind finds worth trying. */
const edgesOf = ({ fields }: Options, kindOf: KindOf): string[] => {
  const sound = Object.entries(fields).map(([name, field]): [string, string] => [
    name,
    soundPart(field, kindOf),
  ]);
  const object = (parts: readonly (readonly [string, string])[]): string =>
    `{${parts.map(([name, text]) => `"${name}": ${text}`).join(', ')}}`;
  const replaced = Object.entries(fields).flatMap(([name, field]) =>
    partEdges(field, kindOf).map((text) =>
      object(sound.map((part) => (part[0] === name ? [name, text] : part))),
    ),
  );
  return [
    ...jsonEdges,
    object(sound),
    object(sound.toReversed()),
    object(sound.slice(1)),
    object([...sound, ['zz', '1']]),
    object([...sound, ...sound.slice(0, 1)]),
    ...replaced,
  ];
};

/** What Glue, Athena and Spark take without quotes, as for columns. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** A column of objects with declared keys. */
export const struct = (fields: Parts, init: FieldInit = {}): Field => {
  const names = Object.keys(fields);
  if (names.length === 0) throw new Error('struct: declare at least one field');
  for (const [name, field] of Object.entries(fields)) {
    checkPart(`struct: the field '${name}'`, field);
    if (!NAME.test(name)) {
      throw new Error(`struct: the name '${name}' must be a-z, 0-9 and _, at most 63, from a-z`);
    }
  }
  return fieldOf(KIND, { fields }, nestedInit(init));
};
