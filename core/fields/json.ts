import { printJson } from '../json/value.ts';
import { type Field, type FieldInit, type FieldKind, type FieldOptions, fieldOf } from './field.ts';
import { jsonEdges, nestedInit, nestedSql, parseJsonText } from './nested.ts';
import { accepted } from './value.ts';

/**
 * Any JSON value, kept as its text: compact, keys in their order, numbers as they were written.
 * For what has no fixed shape; a shape that is known is better a list or a struct.
 */
export const jsonKind: FieldKind<FieldOptions, string> = {
  kind: 'json',
  says: () =>
    'any JSON value, kept as compact text with numbers as written; no double keys, no NaN, ' +
    'at most 32 levels; null is a missing value',
  rowType: () => 'string',
  parse: (text) => parseJsonText(text, (json) => jsonSide.fromJson(json, {})),
  print: (value) => value,
  ...nestedSql(
    'json',
    () => 'string',
    () => [],
  ),
  icebergType: () => 'string',
  get nested() {
    return jsonSide;
  },
  jsonSchema: () => ({ type: 'string', contentMediaType: 'application/json' }),
  edges: () => [
    ...jsonEdges,
    '{"b": 1.50, "a" :[ 9007199254740993 , "x" ]}',
    '{"deep":{"er":[{"still":null}]}}',
  ],
};

const jsonSide: NonNullable<FieldKind<FieldOptions, string>['nested']> = {
  takes: 'any',
  fromJson: (json) => accepted(printJson(json)),
  part: () => undefined,
  texts: (value) => value,
};

/** A column of JSON texts of any shape. */
export const json = (init: FieldInit = {}): Field => fieldOf(jsonKind.kind, {}, nestedInit(init));
