import { describe, expect, test } from 'vitest';
import { contractVersion, describe as describeDataset } from '../../../core/contract.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import {
  binary,
  boolean,
  date,
  decimal,
  geoPoint,
  integer,
  json,
  kindOf,
  list,
  struct,
  text,
} from '../../../core/fields/index.ts';
import { readUse, writeUse } from '../../../core/fields/nested.ts';
import { length } from '../../../core/rules/length.ts';
import { warn } from '../../../core/rules/rule.ts';
import { read, reprint } from './kinds.ts';

const line = struct({
  sku: text({ max: 3, casing: 'upper' }),
  price: decimal({ precision: 5, scale: 2, min: '0.01', optional: true }),
});

describe('a nested value', () => {
  test.each([
    ['a list', list(integer({ bits: 64 })), '[1, "9007199254740993"]', [1n, 9007199254740993n]],
    ['optional items', list(integer({ optional: true })), '[null, "", " 7 "]', [null, null, 7]],
    [
      'null tokens',
      list(text({ nullTokens: ['NA'], optional: true })),
      '["NA","na"]',
      [null, 'na'],
    ],
    ['a struct', line, '{"price": 1.5, "sku": "ab"}', { sku: 'AB', price: 150n }],
    ['a missing part', line, '{"sku": "ab"}', { sku: 'AB', price: null }],
    ['lists in lists', list(list(text())), '[["a"],[]]', [['a'], []]],
    ['JSON in a list', list(json()), '[{"a": 1.50}, "x"]', ['{"a":1.50}', '"x"']],
    ['a place as text', geoPoint(), '52.5, -0.25', { lat: 52.5, lon: -0.25 }],
    ['a place as an object', geoPoint(), '{"lon":"-0","lat":90}', { lat: 90, lon: 0 }],
    ['a place between blanks', geoPoint(), '  1  ,  -2.5  ', { lat: 1, lon: -2.5 }],
    ['a place as text in a list', list(geoPoint()), '["1,2"]', [{ lat: 1, lon: 2 }]],
    ['JSON', json(), ' {"b":1.0, "a":[ ]} ', '{"b":1.0,"a":[]}'],
  ])('of %s', (_name, field, value, expected) => {
    expect(read(field, value)).toEqual(expected);
  });

  test.each([
    ['E_TYPE', list(integer()), '[1, [2]]'],
    ['E_TYPE', list(integer()), '{"a":1}'],
    ['E_REQUIRED', list(integer()), '[1, null]'],
    ['E_RANGE', list(integer({ max: 5 })), '[6]'],
    ['E_LENGTH', list(integer(), { min: 1 }), '[]'],
    ['E_LENGTH', list(integer(), { max: 1 }), '[1,2]'],
    ['E_LENGTH', line, '{"sku":"abcd"}'],
    ['E_SCALE', line, '{"sku":"a","price":0.125}'],
    ['E_RANGE', line, '{"sku":"a","price":0}'],
    ['E_REQUIRED', line, '{"price":1}'],
    ['E_UNKNOWN_KEY', line, '{"sku":"a","x":null}'],
    ['E_JSON_DUP_KEY', line, '{"sku":"a","sku":"a"}'],
    ['E_RANGE', geoPoint(), '90.00001,0'],
    ['E_RANGE', geoPoint(), '0,-180.5'],
    ['E_REQUIRED', geoPoint(), '{"lat":1}'],
    ['E_UNKNOWN_KEY', geoPoint(), '{"lat":1,"lon":2,"alt":3}'],
    ['E_TYPE', geoPoint(), '1,2,3'],
    ['E_TYPE', geoPoint(), '1 0,2'],
    ['E_TYPE', geoPoint(), '1,2 0'],
    ['E_TYPE', geoPoint(), '1'],
    ['E_TYPE', geoPoint(), '[1,2]'],
    ['E_TYPE', geoPoint(), '{"lat":true,"lon":2}'],
    ['E_TYPE', geoPoint(), '{"lat":[1],"lon":2}'],
    ['E_REQUIRED', geoPoint(), '{"lat":1,"lon":null}'],
    ['E_TYPE', json(), '{"a":NaN}'],
  ])('is refused with %s by its part: %s', (code, field, value) => {
    expect(read(field, value)).toBe(code);
  });

  test.each([
    [list(decimal({ precision: 5, scale: 2 })), '["1.5"]', '[1.50]'],
    [list(boolean({ true: ['yes'], false: ['no'] })), '["yes"]', '["yes"]'],
    [list(date({ optional: true })), '["2024-02-29", null]', '["2024-02-29",null]'],
    [line, '{"price":"2","sku":"a\\""}', '{"sku":"A\\"","price":2.00}'],
    [geoPoint(), '1,2.50', '{"lat":1,"lon":2.5}'],
  ])('is printed as canonical JSON', (field, value, printed) => {
    expect(reprint(field, value)).toBe(printed);
  });

  test('travels to DuckDB as texts that it casts, whatever the field’s own text is like', () => {
    const field = list(struct({ paid: boolean({ true: ['yes'], false: ['no'] }), raw: binary() }));
    const parsed = kindOf(field).parse('[{"paid":"yes","raw":"AP8="}]', field.options);
    expect(parsed.ok && kindOf(field).nested?.texts(parsed.value, field.options)).toEqual([
      { paid: 'true', raw: '\\x00\\xff' },
    ]);
  });

  test('keeps what its parts are called, whatever that is', () => {
    const { kind, options } = struct({ kind: text(), options: text({ trim: false }) });
    const again = { ...text(), ...readUse(writeUse({ kind, options })) };
    expect(read(again, '{"kind":" a ","options":" b "}')).toEqual({ kind: 'a', options: ' b ' });
  });

  test('says as an argument of SQL no more than it must', () => {
    const { kind, options } = list(text());
    expect(writeUse({ kind, options })).toBe(
      '{"kind":"list","options":{"item":{"kind":"text","options":{}}}}',
    );
    const part = text({ optional: true, trim: false, nullTokens: ['NA'] });
    expect(writeUse({ kind, options: { item: part } })).toBe(
      '{"kind":"list","options":{"item":{"kind":"text","options":{},"optional":true,' +
        '"nullTokens":["NA"],"trim":false}}}',
    );
  });

  test('keeps its options, bounds too, as an argument of SQL', () => {
    const { kind, options } = list(line, { max: 3 });
    const again = readUse(writeUse({ kind, options }));
    const [one, two] = ['[{"sku":"a","price":"0.00"}]', '[{"sku":"a","price":"0.01"}]'];
    expect(read({ ...line, ...again }, one)).toBe('E_RANGE');
    expect(read({ ...line, ...again }, two)).toEqual([{ sku: 'A', price: 1n }]);
  });
});

test('a dataset with nested fields is described and has a version', () => {
  const dataset = defineDataset({
    name: 'baskets',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'What was bought together.',
    fields: { lines: list(line), place: geoPoint() },
  });
  expect(contractVersion(dataset)).toMatch(/^[0-9a-f]{12}$/);
  const [lines] = describeDataset(dataset).fields;
  expect(JSON.parse(JSON.stringify(lines))).toMatchObject({
    item: {
      fields: [
        { name: 'sku' },
        { name: 'price', rules: [{ kind: 'range', min: '0.01', code: 'E_RANGE' }] },
      ],
    },
  });
});

test.each([
  ['a default', () => list(text({ default: 'x' })), 'the item has default'],
  ['an alias', () => struct({ a: text({ aliases: ['b'] }) }), "'a' has aliases"],
  ['a mask', () => list(text({ mask: { how: 'redact' } })), 'the item has mask'],
  ['a warning', () => list(text({ rules: [warn(length({ max: 1 }))] })), 'a rule that warns'],
  ['no fields', () => struct({}), 'declare at least one field'],
  ['a name that needs quotes', () => struct({ 'a b': text() }), "the name 'a b' must be"],
  ['half an item', () => list(text(), { max: 1.5 }), '1.5 is no number of items'],
  ['bounds that cross', () => list(text(), { min: 2, max: 1 }), 'no list has at least 2'],
])('a declaration with %s is refused', (_name, declare, message) => {
  expect(declare).toThrow(message);
});
