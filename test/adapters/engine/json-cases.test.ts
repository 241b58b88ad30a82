import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { validateFile } from '../../../adapters/engine/validate.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import {
  decimal,
  geoPoint,
  integer,
  json,
  list,
  struct,
  text,
} from '../../../core/fields/index.ts';
import { FileId } from '../../../core/ids.ts';
import { sniffFormat } from '../../../core/landing/sniff.ts';
import { ident, literal } from '../../../core/sql.ts';
import { parquetFiles } from '../../support/parquet-files.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'json-cases-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = defineDataset({
  name: 'sales',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'A shop’s sales with parts of every shape.',
  fields: {
    id: integer(),
    note: text({ optional: true }),
    any: json({ optional: true }),
    tags: list(decimal({ precision: 20, scale: 2 }), { optional: true, max: 3 }),
    line: struct({ sku: text(), qty: integer({ optional: true, min: 1 }) }, { optional: true }),
    place: geoPoint({ optional: true }),
  },
});

const Told = z.object({ row: z.coerce.number(), told: z.string() });
let runs = 0;

/** What each line became: its published row, or its reasons. */
const outcomes = async (bytes: Buffer | string, format: 'jsonl' | 'csv' = 'jsonl') => {
  runs += 1;
  const outDir = join(dir, `run-${runs}`);
  const path = join(dir, `${runs}.${format}`);
  writeFileSync(path, bytes);
  const fileId = FileId.parse('0'.repeat(32));
  const request = { dataset, path, format, fileId, runId: 'run', outDir, threads: 1 };
  const found = await validateFile(request);
  if (found.kind === 'refused') return [found.code];
  expect(found.rowsIn).toBe(found.valid + found.rejected);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = Object.keys(dataset.fields).map((name) => `${ident(name)}::VARCHAR`);
  const ask = async (sql: string) =>
    z.array(Told).parse((await connection.runAndReadAll(sql)).getRowObjectsJson());
  const published =
    found.clean.length === 0
      ? []
      : await ask(`SELECT _row AS row, concat_ws(' ', ${columns}) AS told
          FROM ${parquetFiles(found.clean)}`);
  const reasons = `list_transform(reasons, r -> concat_ws(' ', r.code, r.field))`;
  const rejected =
    found.rejects === null
      ? []
      : await ask(`SELECT _row AS row, array_to_string(${reasons}, ', ') AS told
          FROM ${literal(found.rejects)}`);
  connection.closeSync();
  instance.closeSync();
  return [...published, ...rejected].sort((a, b) => a.row - b.row).map(({ told }) => told);
};

const good = '{"id":1}';

describe('a case of JSON Lines', () => {
  test.each([
    ['J01 blank lines are framing', `${good}\n\n\r\n${good}\n\n`, ['1', '1']],
    [
      'J02 a last line cut off costs itself, and no row of nulls appears',
      `${good}\n{"id":2,"no`,
      ['1', 'E_JSON'],
    ],
    ['J03 a key twice', `{"id":1,"id":2}\n${good}`, ['E_JSON_DUP_KEY', '1']],
    ['J03 a key twice inside of a value', '{"id":1,"any":{"a":1,"a":2}}', ['E_JSON_DUP_KEY any']],
    [
      'J04 keys that differ by case are two names, and only one is declared',
      '{"id":1,"ID":2,"Note":"x"}',
      ['E_SCHEMA'],
    ],
    ['J05 NaN', `{"id":NaN}\n${good}`, ['E_JSON', '1']],
    ['J05 Infinity inside', `{"id":1,"any":[Infinity]}\n${good}`, ['E_JSON', '1']],
    ['J05 a comment', `{"id":1} // x\n${good}`, ['E_JSON', '1']],
    ['J05 a comma too many', `{"id":1,}\n{"id":1,"any":[1,]}\n${good}`, ['E_JSON', 'E_JSON', '1']],
    ['J05 single quotes', `{'id':1}\n${good}`, ['E_JSON', '1']],
    [
      'J06 5,000 levels',
      `{"id":1,"any":${'['.repeat(5_000)}${']'.repeat(5_000)}}\n${good}`,
      ['E_DEPTH', '1'],
    ],
    [
      'J06 32 levels are allowed',
      `{"id":1,"any":${'['.repeat(31)}${']'.repeat(31)}}`,
      [`1 ${'['.repeat(31)}${']'.repeat(31)}`],
    ],
    [
      'J07 a line of 50 MB',
      `{"id":1,"note":"${'x'.repeat(50_000_000)}"}\n${good}`,
      ['E_ROW_SIZE', '1'],
    ],
    [
      'J07 a line over the limit that fits what is read at a time',
      `{"id":1,"any":"${'x'.repeat(900_000)}"}\n${good}\n${good}`,
      ['E_ROW_SIZE', '1', '1'],
    ],
    [
      'J07 a line at the limit that is all quotes',
      `{"id":1,"any":[${Array(87_000).fill('""').join(',')}]}\n${good}`,
      [`1 [${Array(87_000).fill('""').join(',')}]`, '1'],
    ],
    [
      'J07 a million keys',
      `{${Array.from({ length: 1_000_000 }, (_, key) => `"k${key}":1`).join(',')}}\n${good}`,
      ['E_ROW_SIZE', '1'],
    ],
    [
      'J09 scalars and null',
      `1\n"x"\nnull\n${good}`,
      ['E_JSON_SHAPE', 'E_JSON_SHAPE', 'E_JSON_SHAPE', '1'],
    ],
    [
      'J10 types that change',
      '{"id":1}\n{"id":"2"}\n{"id":"x"}\n{"id":[1]}\n{"id":{}}',
      ['1', '2', 'E_TYPE id', 'E_TYPE id', 'E_TYPE id'],
    ],
    ['J10 an object in a text', '{"id":1,"note":{"a":1}}', ['E_TYPE note']],
    [
      'J11 a name of prototypes is a key that is not declared',
      '{"id":1,"__proto__":{"isAdmin":true}}',
      ['E_SCHEMA'],
    ],
    [
      'J11 names of prototypes are data',
      '{"id":1,"any":{"__proto__":{"a":1},"constructor":{"prototype":1}}}',
      ['1 {"__proto__":{"a":1},"constructor":{"prototype":1}}'],
    ],
    [
      'J11 names of prototypes in a struct are not declared',
      '{"id":1,"line":{"sku":"a","__proto__":1}}',
      ['E_UNKNOWN_KEY line'],
    ],
    ['J12 half of a pair', `{"id":1,"note":"\\ud800"}\n${good}`, ['E_ENCODING', '1']],
    ['J12 a NUL', `{"id":1,"any":["\\u0000"]}\n${good}`, ['E_CONTROL_CHAR', '1']],
    ['J13 a byte order mark', `\ufeff${good}\n`, ['1']],
    [
      'J19 deep arrays as JSON text, every digit kept',
      '{"id":1,"any":{"coordinates":[[ [ 21.0122000, 9007199254740993 ], [1e3 , -0.1000000000000000055] ]]}}',
      ['1 {"coordinates":[[[21.0122000,9007199254740993],[1e3,-0.1000000000000000055]]]}'],
    ],
    ['J19 deep arrays in a plain column', '{"id":1,"note":[[[1]]]}', ['E_TYPE note']],
  ])(
    '%s',
    async (_name, lines, expected) => {
      expect(await outcomes(lines)).toEqual(expected);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
    60_000,
  );

  test('J08 an array is no JSON Lines, and the first byte tells', () => {
    const sniffed = sniffFormat(Buffer.from('[{"id":1}]'), dataset.files);
    expect(sniffed).toMatchObject({ kind: 'refused', code: 'E_FORMAT' });
  });

  test('lines cut off anywhere never become a row', async () => {
    const whole = '{"id":1,"any":{"a":[1,"x\\u00e9"]},"line":{"sku":"a","qty":2}}';
    for (let cut = 1; cut < whole.length; cut += 3) {
      expect(await outcomes(`${good}\n${whole.slice(0, cut)}`)).toEqual(['1', 'E_JSON']);
    }
  }, 60_000);
});

/** The same value in a line of JSON, in a line as a text, and in a cell of CSV. */
const nested = [
  ['tags', '[9007199254740993, "12.50", 0.1]', '[9007199254740993.00, 12.50, 0.10]'],
  ['tags', '[]', '[]'],
  ['tags', '[1.234]', 'E_SCALE tags'],
  ['tags', '[1, null]', 'E_REQUIRED tags'],
  ['tags', '[1, [2]]', 'E_TYPE tags'],
  ['tags', '[1, 2, 3, 4]', 'E_LENGTH tags'],
  ['tags', '{"a": 1}', 'E_TYPE tags'],
  [
    'line',
    '{"qty": 3, "sku": "it\'s \\"quoted\\", ok"}',
    `{'sku': 'it\\'s "quoted", ok', 'qty': 3}`,
  ],
  ['line', '{"sku": "a"}', `{'sku': a, 'qty': NULL}`],
  ['line', '{"qty": 3}', 'E_REQUIRED line'],
  ['line', '{"sku": "a", "qty": 0}', 'E_RANGE line'],
  ['line', '{"sku": "a", "qty": 1, "qty": 2}', 'E_JSON_DUP_KEY line'],
  ['line', '{"sku": "a", "extra": null}', 'E_UNKNOWN_KEY line'],
  ['place', '{"lon": 21.0122, "lat": "52.2297"}', `{'lat': 52.2297, 'lon': 21.0122}`],
  ['place', '{"lat": 90.5, "lon": 0}', 'E_RANGE place'],
  ['any', '{"b": 1.50, "a": [ ]}', '{"b":1.50,"a":[]}'],
] as const;

test.each(nested)('%s %s is judged alike in JSON Lines and in CSV', async (name, value, told) => {
  const expected = told.startsWith('E_') ? told : `1 ${told}`;
  expect(await outcomes(`{"id":1,"${name}":${value}}`)).toEqual([expected]);
  expect(await outcomes(`id,${name}\n1,"${value.replaceAll('"', '""')}"\n`, 'csv')).toEqual([
    expected,
  ]);
});

test.each([
  ['a string is a JSON value too', '{"id":1,"any":"12.50"}', '1 "12.50"'],
  ['a number is a JSON value too', '{"id":1,"any":12.50}', '1 12.50'],
  ['a string of JSON stays a string', '{"id":1,"any":"{\\"a\\":1}"}', '1 "{\\"a\\":1}"'],
  ['a list may come as its text', '{"id":1,"tags":"[1]"}', '1 [1.00]'],
  [
    'a place may come as its text',
    '{"id":1,"place":"52.5, -0.25"}',
    `1 {'lat': 52.5, 'lon': -0.25}`,
  ],
  ['null is a missing value', '{"id":1,"any":null,"tags":null,"line":null}', '1'],
])('in a line of JSON %s', async (_name, line, told) => {
  expect(await outcomes(line)).toEqual([told]);
});
