import { DuckDBInstance, DuckDBTimestampTZValue } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { jsonOf, textOf } from '../../../bin/query/values.ts';

test.each([
  ['a small integer', '1::INTEGER', '1', 1],
  ['a long that a double keeps', '9007199254740991::BIGINT', '9007199254740991', 9007199254740991],
  ['a long that it does not', '9007199254740993::BIGINT', '9007199254740993', '9007199254740993'],
  [
    'a negative long',
    "'-9223372036854775808'::BIGINT",
    '-9223372036854775808',
    '-9223372036854775808',
  ],
  [
    'a huge sum',
    '170141183460469231731687303715884105727::HUGEINT',
    '170141183460469231731687303715884105727',
    '170141183460469231731687303715884105727',
  ],
  ['a decimal', "'-0.10'::DECIMAL(30, 2)", '-0.10', '-0.10'],
  ['a double', '0.1::DOUBLE', '0.1', 0.1],
  ['no number', "'nan'::DOUBLE", 'NaN', 'NaN'],
  ['a flag', 'true', 'true', true],
  ['a date', "DATE '2026-02-28'", '2026-02-28', '2026-02-28'],
  [
    'an instant',
    "TIMESTAMPTZ '2026-11-21 05:00:00.25+02'",
    '2026-11-21 03:00:00.25+00',
    '2026-11-21 03:00:00.25+00',
  ],
  ['bytes', "'\\xFFa'::BLOB", '\\xFFa', '\\xFFa'],
  ['a list of rows', '[{a: 1::BIGINT, b: NULL}]', '[{"a":1,"b":null}]', [{ a: 1, b: null }]],
  ['nothing', 'NULL', null, null],
])('%s is exact as text and in JSON', async (_name, sql, text, json) => {
  // The driver's own text follows the machine's zone; ours must not, on any machine.
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = 540;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const value = (await connection.runAndReadAll(`SELECT ${sql}`)).getRows()[0]?.[0] ?? null;
  expect(textOf(value)).toBe(text);
  expect(jsonOf(value)).toEqual(json);
});
