import { expect, test } from 'vitest';
import { duckText } from '../../../core/fields/duck-text.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  binary,
  boolean,
  country,
  currency,
  date,
  decimal,
  double,
  email,
  geoPoint,
  integer,
  ip,
  json,
  kindOf,
  list,
  oneOf,
  text,
  time,
  timestamp,
  uuid,
} from '../../../core/fields/index.ts';

test.each([
  ['string', 'a', 'a'],
  ['boolean', false, 'false'],
  ['int', -5, '-5'],
  ['long', 9_007_199_254_740_993n, '9007199254740993'],
  ['double', 1.5, '1.5'],
  ['decimal(5, 2)', 0n, '0.00'],
  ['decimal(5, 2)', -5n, '-0.05'],
  ['decimal(22, 12)', 1_234_500_000_000n, '1.234500000000'],
  ['date', 1, '1970-01-02'],
  ['time', 3_723_000_001n, '01:02:03.000001'],
  ['time', 45_296_500_000n, '12:34:56.500000'],
  ['timestamptz', -1n, '1969-12-31 23:59:59.999999+00'],
  ['timestamptz', 86_400_000_000n, '1970-01-02 00:00:00.000000+00'],
  ['binary', 'AP8P', '\\x00\\xff\\x0f'],
])('DuckDB casts a %s of %s from the text %s', (type, value, expected) => {
  expect(duckText(type, value)).toBe(expected);
});

test.each<[Field, string]>([
  [text(), 'VARCHAR'],
  [email(), 'VARCHAR'],
  [ip(), 'VARCHAR'],
  [integer(), 'INTEGER'],
  [integer({ bits: 64 }), 'BIGINT'],
  [double(), 'DOUBLE'],
  [decimal({ precision: 5, scale: 2 }), 'DECIMAL(5,2)'],
  [boolean(), 'BOOLEAN'],
  [oneOf(['a', "it's"]), "ENUM('a', 'it''s')"],
  [uuid(), 'UUID'],
  [binary(), 'BLOB'],
  [time(), 'TIME'],
  [date(), 'DATE'],
  [timestamp(), 'TIMESTAMPTZ'],
  [json(), 'VARCHAR'],
  [list(integer()), 'INTEGER[]'],
  [geoPoint(), 'STRUCT("lat" DOUBLE, "lon" DOUBLE)'],
])('$kind $options is a column of %s', (field, type) => {
  expect(kindOf(field).duckType(field.options)).toBe(type);
});

test('codes of a list are stored as numbers', () => {
  expect(kindOf(country()).duckType({})).toMatch(/^ENUM\('AD', 'AE', /);
  expect(kindOf(currency()).duckType({})).toMatch(/^ENUM\('AED', /);
});
