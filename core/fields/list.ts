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

const KIND = 'list';

type Options = {
  readonly item: Field;
  /** Fewest items allowed. */
  readonly min?: number | undefined;
  /** Most items allowed. */
  readonly max?: number | undefined;
};

type Items = readonly (Value | null)[];

/**
 * A JSON array of items of one kind. Required or not, items are optional in the table: pyarrow
 * cannot read a missing struct whose parts are required.
 */
export const listKindOf = (kindOf: KindOf): FieldKind<Options, Items> => {
  const fromJson = (json: Json, { item, min, max }: Options): Parsed<Items> => {
    if (json.kind !== 'array') return refused('E_TYPE');
    const count = json.items.length;
    if (count < (min ?? 0) || count > (max ?? count)) return refused('E_LENGTH');
    const items: (Value | null)[] = [];
    for (const each of json.items) {
      const part = judgePart(item, each, kindOf);
      if (!part.ok) return part;
      items.push(part.value);
    }
    return accepted(items);
  };
  const typeOf = ({ item }: Options): IcebergType => ({
    type: 'list',
    element: kindOf(item).icebergType(item.options),
    'element-required': false,
  });
  const codesOf = ({ item, min, max }: Options): RowCode[] => [
    ...(min === undefined && max === undefined ? [] : (['E_LENGTH'] as const)),
    ...partCodes(item, kindOf),
  ];
  return {
    kind: KIND,
    says: (options) =>
      `a JSON array${countOf(options)}, each item ${kindOf(options.item).says(options.item.options)}`,
    rowType: ({ item }) =>
      `readonly (${kindOf(item).rowType(item.options)}${item.optional ? ' | null' : ''})[]`,
    parse: (text, options) => parseJsonText(text, (json) => fromJson(json, options)),
    print: (items, { item }) => `[${items.map((each) => printPart(item, each, kindOf)).join(',')}]`,
    ...nestedSql(KIND, typeOf, codesOf),
    icebergType: typeOf,
    nested: {
      takes: 'parts',
      fromJson,
      part: (_name, { item }) => item,
      texts: (items, { item }) => items.map((each) => partTexts(item, each, kindOf)),
    },
    jsonSchema: ({ item, min, max }) => ({
      type: 'string',
      contentMediaType: 'application/json',
      contentSchema: {
        type: 'array',
        items: kindOf(item).jsonSchema(item.options),
        ...(min === undefined ? {} : { minItems: min }),
        ...(max === undefined ? {} : { maxItems: max }),
      },
    }),
    edges: (options) => edgesOf(options, kindOf),
  };
};

const countOf = ({ min, max }: Options): string => {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return ` of ${min} items or more`;
  return min === undefined ? ` of at most ${max} items` : ` of ${min} to ${max} items`;
};

const edgesOf = ({ item, min, max }: Options, kindOf: KindOf): string[] => {
  const sound = soundPart(item, kindOf);
  const times = (count: number): string => `[${Array(count).fill(sound).join(', ')}]`;
  const fewest = Math.max(min ?? 0, 1);
  const counts = [0, 1, fewest - 1, fewest, max ?? 2, (max ?? 2) + 1];
  const others = Array(fewest - 1).fill(sound);
  return [
    ...jsonEdges,
    ...counts.map(times),
    ...partEdges(item, kindOf).map((edge) => `[${[edge, ...others].join(',')}]`),
    `[${sound}, null]`,
    '{"0":1}',
  ];
};

type ListInit = FieldInit & {
  /** Fewest items allowed. */
  readonly min?: number;
  /** Most items allowed. */
  readonly max?: number;
};

/** A column of lists, each item judged as `item` says. */
export const list = (item: Field, { min, max, ...init }: ListInit = {}): Field => {
  checkPart('list: the item', item);
  for (const bound of [min, max]) {
    if (bound !== undefined && !(Number.isInteger(bound) && bound >= 0)) {
      throw new Error(`list: ${bound} is no number of items; allowed are 0, 1, 2, …`);
    }
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new Error(`list: no list has at least ${min} and at most ${max} items`);
  }
  return fieldOf(KIND, { item, min, max }, nestedInit(init));
};
