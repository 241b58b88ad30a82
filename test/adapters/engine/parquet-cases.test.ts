import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { validateFile } from '../../../adapters/engine/validate.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import {
  binary,
  boolean,
  date,
  decimal,
  double,
  geoPoint,
  integer,
  json,
  list,
  struct,
  text,
  time,
  timestamp,
  uuid,
} from '../../../core/fields/index.ts';
import { FileId } from '../../../core/ids.ts';
import { literal } from '../../../core/sql.ts';
import { parquetFiles } from '../../support/parquet-files.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'parquet-cases-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let runs = 0;
const nextPath = (): string => {
  runs += 1;
  return join(dir, `${runs}.parquet`);
};

/** Asks a DuckDB that shares nothing with the engine. */
const ask = async (sql: string): Promise<Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

const write = async (select: string): Promise<string> => {
  const path = nextPath();
  await ask(`COPY (${select}) TO ${literal(path)} (FORMAT parquet)`);
  return path;
};

/** A file that DuckDB itself cannot write. */
const writeOdd = (kind: string): string => {
  const path = nextPath();
  const python = process.env.HEADGATE_READERS_PYTHON ?? '.headgate/readers/bin/python';
  execFileSync(python, ['test/readers/odd_parquet.py', path, kind]);
  return path;
};

const validate = async (path: string, fields: Readonly<Record<string, Field>>) =>
  await validateFile({
    dataset: defineDataset({
      name: 'parts',
      domain: 'tests',
      owner: 'tests@example.com',
      description: 'Columns of every type.',
      fields,
    }),
    path,
    format: 'parquet',
    fileId: FileId.parse('0'.repeat(32)),
    runId: 'run',
    outDir: `${path}.out`,
    threads: 1,
  });

const published = async (path: string, fields: Readonly<Record<string, Field>>) => {
  const found = await validate(path, fields);
  if (found.kind === 'refused') return `${found.code}: ${found.detail}`;
  expect(found.rowsIn).toBe(found.valid + found.rejected);
  if (found.clean.length === 0) return found.reasons.map(({ code, field }) => `${code} ${field}`);
  const rows = parquetFiles(found.clean);
  return await ask(`SELECT * EXCLUDE (_file, _row, _run) FROM ${rows} ORDER BY _row`);
};

test('every plain type of Parquet becomes its field’s value, exactly', async () => {
  const path = await write(`SELECT 9007199254740993::BIGINT AS big, 255::UTINYINT AS small,
    12.50::DECIMAL(9,2) AS price, 0.1::DOUBLE AS ratio, 0.1::FLOAT AS short, true AS paid,
    DATE '2024-02-29' AS due, TIME '23:59:59.999999' AS at,
    TIMESTAMPTZ '2024-01-01 10:00:00.000001+02' AS made,
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS uid, '\\x00\\xFF'::BLOB AS bytes,
    '00123' AS code, 18446744073709551615::UBIGINT AS huge`);
  const fields = {
    big: integer({ bits: 64 }),
    small: integer(),
    price: decimal({ precision: 9, scale: 2 }),
    ratio: double({ mark: ',' }),
    short: double(),
    paid: boolean({ true: ['yes'], false: ['no'] }),
    due: date(),
    at: time(),
    made: timestamp(),
    uid: uuid(),
    bytes: binary(),
    code: text(),
    huge: text(),
  };
  expect(await published(path, fields)).toEqual([
    {
      big: '9007199254740993',
      small: 255,
      price: '12.50',
      ratio: 0.1,
      short: 0.1,
      paid: true,
      due: '2024-02-29',
      at: '23:59:59.999999',
      made: '2024-01-01 08:00:00.000001+00',
      uid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      bytes: '\\x00\\xFF',
      code: '00123',
      huge: '18446744073709551615',
    },
  ]);
});

const line = struct({
  sku: text({ max: 4 }),
  qty: integer({ bits: 64, optional: true }),
  price: decimal({ precision: 12, scale: 2, optional: true }),
  paid: boolean({ true: ['yes'], false: ['no'], optional: true }),
  made: timestamp({ optional: true }),
});

describe('a nested column', () => {
  const fields = {
    lines: list(line, { optional: true }),
    place: geoPoint({ optional: true }),
    any: json({ optional: true }),
  };

  test('keeps every digit, its nulls and its order', async () => {
    const path = await write(`SELECT [{'sku': 'a', 'qty': 9007199254740993, 'price': 12.50,
        'paid': true, 'made': TIMESTAMP '2024-01-01 00:00:00.000001'},
        {'sku': 'b"', 'qty': NULL, 'price': NULL, 'paid': false, 'made': NULL}] AS lines,
      {'lat': 52.2297::DOUBLE, 'lon': 21.0122::DOUBLE} AS place, '{"b":1.50, "a":[]}' AS any
      UNION ALL SELECT NULL, NULL, NULL UNION ALL SELECT [], NULL, '[1]'`);
    expect(await published(path, fields)).toEqual([
      {
        lines: [
          {
            sku: 'a',
            qty: '9007199254740993',
            price: '12.50',
            paid: true,
            made: '2024-01-01 00:00:00.000001+00',
          },
          { sku: 'b"', qty: null, price: null, paid: false, made: null },
        ],
        place: { lat: 52.2297, lon: 21.0122 },
        any: '{"b":1.50,"a":[]}',
      },
      { lines: null, place: null, any: null },
      { lines: [], place: null, any: '[1]' },
    ]);
  });

  test.each([
    ['a part that is too long', "[{'sku': 'abcde'}]", 'E_LENGTH lines'],
    ['a part that is missing', "[{'qty': 1}]", 'E_REQUIRED lines'],
    ['a missing item', "[{'sku': 'a'}, NULL]", 'E_REQUIRED lines'],
    ['a NUL inside', "[{'sku': 'a' || chr(0)}]", 'E_CONTROL_CHAR lines'],
    ['a text that is no JSON', "'[{'", 'E_TYPE lines'],
  ])('with %s rejects its row', async (_name, value, reason) => {
    expect(await published(await write(`SELECT ${value} AS lines`), fields)).toEqual([reason]);
  });
});

describe('J15 a file whose columns are not the declared ones', () => {
  const fields = {
    id: integer(),
    due: date({ optional: true }),
    lines: list(line, { optional: true }),
    any: json({ optional: true }),
  };

  test.each([
    ['of another type', 'SELECT 1.5::DOUBLE AS id', /^E_SCHEMA: "id" is DOUBLE, allowed: whole/],
    [
      'of another type, each said',
      'SELECT true AS id, 1 AS due',
      /"id" is BOOLEAN, allowed: whole numbers or texts; "due" is INTEGER, allowed: dates/,
    ],
    ['missing', 'SELECT NULL::DATE AS due', /^E_SCHEMA: missing: "id"/],
    ['unknown', 'SELECT 1 AS id, 2 AS more', /^E_SCHEMA: unknown: "more"/],
    ['nested where a value is meant', 'SELECT [1] AS id', /"id" is INTEGER\[\], allowed: single/],
    ['plain where a list is meant', 'SELECT 1 AS id, 2 AS lines', /"lines" is INTEGER, .*list</],
    [
      'a list of something else',
      "SELECT 1 AS id, [{'sku': [1]}] AS lines",
      /"lines\[\]\.sku" is INTEGER\[\]/,
    ],
    [
      'a struct with a part that is not declared',
      "SELECT 1 AS id, [{'sku': 'a', 'more': 1}] AS lines",
      /"lines\[\]\.more" is not declared, allowed: struct</,
    ],
    ['a map', 'SELECT 1 AS id, MAP {1: 2} AS any', /"any" is MAP\(INTEGER, INTEGER\)/],
    ['nested where JSON is meant', "SELECT 1 AS id, {'a': 1.50} AS any", /"any" is STRUCT/],
  ])('is refused: %s', async (_name, select, message) => {
    expect(await published(await write(select), fields)).toMatch(message);
  });

  test('INT96 is refused by its name, although DuckDB shows a timestamp', async () => {
    const path = writeOdd('int96');
    const found = await published(path, { id: integer(), made: timestamp() });
    expect(found).toMatch(/^E_SCHEMA: "made" is INT96, allowed: TIMESTAMP_MICROS or texts/);
  });

  test('a file of another writer is read like any other', async () => {
    const path = nextPath();
    const columns = [{ name: 'id', data: [1, 2], type: 'INT32' as const }];
    writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData: columns })));
    expect(await published(path, { id: integer() })).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe('J14 a damaged file', () => {
  const fields = { id: integer(), note: text(), tags: list(integer()) };
  const sound = async (): Promise<Buffer> => {
    const path =
      await write(`SELECT i::INTEGER AS id, 'note ' || hash(i) AS note, [i, i + 1] AS tags
      FROM range(5000) t(i)`);
    return readFileSync(path);
  };
  const judged = async (bytes: Buffer) => {
    const path = nextPath();
    writeFileSync(path, bytes);
    const found = await validate(path, fields);
    return found.kind === 'refused' ? found.code : found.kind;
  };

  test.each([
    ['cut off by one byte', (file: Buffer) => file.subarray(0, -1)],
    ['cut off in the middle', (file: Buffer) => file.subarray(0, file.length >> 1)],
    ['cut off behind its first bytes', (file: Buffer) => file.subarray(0, 12)],
    ['only its first bytes', (file: Buffer) => file.subarray(0, 4)],
    [
      'with a hole',
      (file: Buffer) => Buffer.concat([file.subarray(0, 5_000), file.subarray(6_000)]),
    ],
    ['whose footer claims 2 GB', (file: Buffer) => withFooter(file, 0x7fff_ffff)],
    ['whose footer claims 4 GB', (file: Buffer) => withFooter(file, 0xffff_ffff)],
    ['whose footer claims nothing', (file: Buffer) => withFooter(file, 0)],
    ['whose footer claims a few bytes', (file: Buffer) => withFooter(file, 9)],
    ['whose footer claims the whole file', (file: Buffer) => withFooter(file, file.length - 8)],
    ['whose first page is zeros', (file: Buffer) => Buffer.from(file).fill(0, 4, 200)],
  ])('%s is refused', async (_name, spoil) => {
    expect(await judged(spoil(await sound()))).toBe('E_CORRUPT');
  });

  const withFooter = (file: Buffer, bytes: number): Buffer => {
    const spoilt = Buffer.from(file);
    spoilt.writeUInt32LE(bytes, spoilt.length - 8);
    return spoilt;
  };

  test('a bit that flips anywhere costs the file at most, never the process', async () => {
    const file = await sound();
    const answers = new Set<string>();
    for (let flip = 0; flip < 40; flip++) {
      const spoilt = Buffer.from(file);
      const at = 4 + Math.floor(((file.length - 8) * flip) / 40);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (flip % 8));
      answers.add(await judged(spoilt));
    }
    expect(
      [...answers].filter((code) => !['E_CORRUPT', 'validated', 'E_SCHEMA'].includes(code)),
    ).toEqual([]);
    expect(answers).toContain('E_CORRUPT');
  }, 120_000);
});

test.each([
  ['wholly', 'encrypted'],
  ['with a plain footer', 'plain-footer'],
])('J17 a file that is encrypted %s is refused as such', async (_name, kind) => {
  const fields = { id: integer({ bits: 64 }), made: timestamp({ optional: true }) };
  expect(await published(writeOdd(kind), fields)).toMatch(/^E_FORMAT: .*encrypted/);
});
