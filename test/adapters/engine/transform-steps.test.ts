import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TransformRequest, transformRun } from '../../../adapters/engine/transform.ts';
import { columnsOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import {
  type DatasetDefinition,
  day,
  defineDataset,
  month,
  replace,
} from '../../../core/define-dataset.ts';
import { date, decimal, double, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { sha256 } from '../../../core/hash.ts';
import { FileId } from '../../../core/ids.ts';
import { tableRequest } from '../../../core/load/table.ts';
import {
  aggregate,
  clip,
  dateOf,
  derive,
  explode,
  fill,
  join,
  maskColumn,
  rename,
  select,
  window,
  winsorise,
} from '../../../core/transforms/index.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(joinPath(tmpdir(), 'steps-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const query = async (sql: string): Promise<Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
};

const fileId = FileId.parse('a'.repeat(32));
const runId = 'sales-20240101T000000Z-0123456789';

const towns = defineDataset({
  ...{ domain: 'test', owner: 'test', description: 'For this test.', name: 'towns' },
  fields: { town: text(), land: text() },
  key: ['town'],
  write: replace(),
});

const lookup = (name: string): Dataset | undefined => (name === 'towns' ? towns : undefined);

const sales = (definition: Partial<DatasetDefinition>): Dataset =>
  defineDataset({
    ...{ domain: 'test', owner: 'test', description: 'For this test.', name: 'sales' },
    fields: {
      town: text({ optional: true }),
      tags: text({ optional: true }),
      price: decimal({ precision: 8, scale: 2, optional: true }),
      at: timestamp({ optional: true }),
    },
    ...definition,
  });

let files = 0;
const cleanFile = async (rows: string) => {
  files += 1;
  const path = joinPath(dir, `clean-${files}.parquet`);
  await query(
    `COPY (SELECT *, '${fileId}' AS _file FROM (${rows})) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`,
  );
  return { paths: [path], fileId };
};

const three = `SELECT * FROM (VALUES
    ('Ulm', 'a,b,,c', 1.50::DECIMAL(8,2), TIMESTAMPTZ '2024-01-31 23:30:00Z', 1),
    ('Bonn', NULL, 2.25, TIMESTAMPTZ '2024-02-01 00:30:00Z', 2),
    (NULL, 'd', NULL, NULL, 3)) t(town, tags, price, "at", _row)`;

const tableOf = (dataset: Dataset) => {
  const table = tableRequest(dataset, columnsOf(dataset, lookup), 's3://x');
  return { tableSchema: table.schema, tableSpec: table['partition-spec'] };
};

const transform = async (dataset: Dataset, rows: string, given: Partial<TransformRequest> = {}) => {
  files += 1;
  const clean = await cleanFile(rows);
  const transformed = await transformRun({
    ...{ dataset, lookup, clean: [clean], references: { towns: null }, ...tableOf(dataset) },
    ...{ outDir: joinPath(dir, `out-${files}`), name: 'part', runId, threads: 1 },
    ...given,
  });
  const paths = transformed.files.map(({ path }) => `'${path}'`).join(', ');
  const from = `read_parquet([${paths}], hive_partitioning = false)`;
  return { ...transformed, from, read: (sql: string) => query(sql.replace('$rows', from)) };
};

describe('steps that make other rows of rows', () => {
  test('an explode writes more rows than it counts as published, and loses none', async () => {
    const exploded = sales({ transforms: [explode('tags', { separator: ',', position: 'no' })] });
    const { perFile, rows, read } = await transform(exploded, three);
    expect(perFile).toEqual([{ fileId, published: 3, deduplicated: 0, barred: 0 }]);
    expect(rows).toBe(6);
    const read1 = await read('SELECT tags, no, _row FROM $rows ORDER BY _row, no');
    expect(read1.map(({ tags, no, _row }) => `${_row}.${no} ${tags}`)).toEqual([
      ...['1.1 a', '1.2 b', '1.3 null', '1.4 c', '2.1 null', '3.1 d'],
    ]);
  });

  test('groups stand at the place of their first row', async () => {
    const grouped = sales({
      transforms: [
        derive('on', dateOf('at')),
        aggregate({ by: [], take: { total: { fn: 'sum', of: 'price' }, rows: { fn: 'count' } } }),
      ],
    });
    const { perFile, rows, read } = await transform(grouped, three);
    expect(perFile).toEqual([{ fileId, published: 3, deduplicated: 0, barred: 0 }]);
    expect(rows).toBe(1);
    const published = { total: '3.75', rows: '3', _file: fileId, _row: 1, _run: runId };
    expect(await read('SELECT * FROM $rows')).toEqual([published]);
  });

  test('a partner that is there twice is a failure, also where rows may become more', async () => {
    const path = joinPath(dir, 'towns.parquet');
    await query(`COPY (SELECT 'Ulm' AS town, 'DE' AS land FROM range(2)) TO '${path}'`);
    const joined = sales({
      transforms: [
        join('towns', { on: 'town', take: ['land'] }),
        explode('tags', { separator: ',' }),
      ],
    });
    const given = transform(joined, three, { references: { towns: [path] } });
    await expect(given).rejects.toThrow('one partner at most');
  });
});

test('rows without a partner are counted, also where what was taken is repaired', async () => {
  const path = joinPath(dir, 'lands.parquet');
  await query(`COPY (SELECT 'Ulm' AS town, 'DE' AS land) TO '${path}'`);
  const joined = sales({
    transforms: [join('towns', { on: 'town', take: ['land'] }), fill('land', { with: 'none' })],
  });
  const { unmatched, read } = await transform(joined, three, { references: { towns: [path] } });
  expect(unmatched).toEqual({ towns: 2 });
  expect(await read('SELECT land, _changes FROM $rows ORDER BY _row')).toEqual([
    { land: 'DE', _changes: null },
    ...[1, 2].map(() => ({
      land: 'none',
      _changes: `[{"field":"land","operation":"fill","rule":"constant 'none'"}]`,
    })),
  ]);
});

describe('masks with a salt', () => {
  const hashed = sales({ transforms: [maskColumn('town', { how: 'hash' })] });

  test('are made with it', async () => {
    const { read } = await transform(hashed, three, { salt: "it's salt" });
    expect(await read('SELECT town FROM $rows ORDER BY _row')).toEqual([
      { town: sha256("it's salt:Ulm") },
      { town: sha256("it's salt:Bonn") },
      { town: null },
    ]);
  });

  test.each([undefined, ''])('refuse to run without one: %j', async (salt) => {
    const given = transform(hashed, three, salt === undefined ? {} : { salt });
    await expect(given).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('no salt was given'),
    });
  });
});

test('a table can be divided by a column that a step makes', async () => {
  const divided = sales({ partition: [month('on')], transforms: [derive('on', dateOf('at'))] });
  const { files: written } = await transform(divided, three);
  const keys = written.flatMap(({ stats }) => stats.partition_keys ?? []);
  expect(keys.map(({ value }) => value).toSorted()).toEqual(['648', '649', null]);
});

test('a table that is divided otherwise is divided by the published values', async () => {
  const masked = (partition: Dataset['partition']) =>
    sales({
      partition,
      transforms: [
        maskColumn('at', { how: 'generalise', step: 'month' }),
        fill('at', { with: '2024-01-15T00:00:00Z' }),
      ],
    });
  const table = tableOf(masked([day('at')]));
  const { files: written, read } = await transform(masked([month('at')]), three, table);
  const keys = written.flatMap(({ stats }) => stats.partition_keys ?? []);
  expect(keys.map(({ value }) => value).toSorted()).toEqual(['19723', '19737', '19754']);
  expect(await read('SELECT count(_changes)::INTEGER AS changed FROM $rows')).toEqual([
    { changed: 1 },
  ]);
});

test('bounds are those of the column, also where names change hands', async () => {
  const path = joinPath(dir, 'other-lands.parquet');
  await query(`COPY (SELECT 'Ulm' AS town, 'DE' AS land) TO '${path}'`);
  const dataset = sales({
    fields: {
      town: text({ optional: true }),
      land: oneOf(['XX', 'YY']),
      paint: oneOf(['red', 'tan']),
      other: oneOf(['at', 'by']),
    },
    transforms: [
      ...[rename('paint', 'old'), rename('other', 'paint')],
      ...[select({ drop: ['land'] }), join('towns', { on: 'town', take: ['land'] })],
    ],
  });
  const rows = `SELECT 'Ulm' AS town, 'XX' AS land, 'red' AS paint, 'by' AS other, 1 AS _row`;
  const { files: written } = await transform(dataset, rows, { references: { towns: [path] } });
  const bounds = (name: string) => {
    const found = written[0]?.stats.column_statistics.find(({ key }) => key === `"${name}"`);
    const of = new Map(found?.value.map(({ key, value }) => [key, value]));
    return [of.get('min'), of.get('max')];
  };
  expect(bounds('paint')).toEqual(['by', 'by']);
  expect(bounds('old')).toEqual(['red', 'red']);
  expect(bounds('land')).toEqual(['DE', 'DE']);
});

const many = `SELECT
    CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 'Ulm' WHEN 2 THEN 'Bonn' ELSE 'Linz' END AS town,
    CASE WHEN i % 11 > 0 THEN (i * 7919 % 99991 / 100)::DECIMAL(8,2) END AS price,
    CASE WHEN i % 13 > 0 THEN sin(i) * 1e10 + cos(i) END AS weight,
    CASE WHEN i % 5 > 0 THEN DATE '2024-01-01' + (i % 400)::INTEGER END AS on,
    CASE WHEN i % 3 > 0 THEN i % 100 || ',' || i % 17 END AS tags, (i + 1)::INTEGER AS _row
  FROM range(40000) r(i)`;

const setSteps = [
  fill('price', { take: 'mean', within: ['town'] }),
  fill('weight', { take: 'mean' }),
  fill('on', { take: 'previous', orderBy: ['price'] }),
  clip('weight', { deviations: 1, within: ['town'] }),
  winsorise('price', { lower: 0.01, upper: 0.9 }),
  window('total', { function: 'sum', of: 'price', orderBy: ['on'], within: ['town'] }),
];

const groupSteps = [
  explode('tags', { separator: ',', position: 'no' }),
  window('line', { function: 'number', orderBy: ['on'], within: ['tags'] }),
  aggregate({
    by: ['town', 'tags'],
    take: {
      lines: { fn: 'sum', of: 'line' },
      weight: { fn: 'sum', of: 'weight' },
      spread: { fn: 'std', of: 'weight' },
      middle: { fn: 'mean', of: 'price', scale: 6 },
      most: { fn: 'quantile', of: 'price', at: 0.99 },
    },
  }),
  fill('tags', { take: 'mode', within: ['town'] }),
];

test.each([
  ['rows', setSteps, 40_000],
  ['groups', groupSteps, 404],
])('the %s of set steps are the same with two threads as with one', async (_, transforms, rows) => {
  const dataset = sales({
    fields: {
      town: oneOf(['Ulm', 'Bonn', 'Linz'], { optional: true }),
      price: decimal({ precision: 8, scale: 2, optional: true }),
      weight: double({ optional: true }),
      on: date({ optional: true }),
      tags: text({ optional: true }),
    },
    transforms,
  });
  const one = await transform(dataset, many);
  const two = await transform(dataset, many, { threads: 2 });
  const other = await query(`SELECT count(*)::INTEGER AS rows FROM
    (FROM ${one.from} EXCEPT ALL FROM ${two.from})`);
  expect(other).toEqual([{ rows: 0 }]);
  expect([one.rows, two.rows]).toEqual([rows, rows]);
});
