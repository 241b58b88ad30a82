import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../../adapters/engine/instance.ts';
import { measureChecks } from '../../../adapters/engine/measure.ts';
import { profileRun } from '../../../adapters/engine/profile.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { above, col, value } from '../../../core/expressions/index.ts';
import { date, decimal, integer, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { custom, uniqueness } from '../../../core/quality/index.ts';
import {
  classifiedFields,
  factsOf,
  histogramBins,
  Profile,
  sampleRowsMax,
} from '../../../core/quality/profile.ts';
import { literal } from '../../../core/sql.ts';
import { maskColumn } from '../../../core/transforms/mask.ts';
import { rename } from '../../../core/transforms/rename.ts';

let dir = '';
let engine: Engine;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'profile-'));
  engine = await openEngine({ workDir: dir, threads: 2 });
});
afterAll(async () => {
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

const dataset = (quality: Dataset['quality'] = []): Dataset =>
  defineDataset({
    ...{ name: 'sales', domain: 'shop', owner: 'shop@example.com', description: 'Sales.' },
    fields: {
      id: text(),
      pieces: integer(),
      price: decimal({ precision: 10, scale: 2 }),
      status: oneOf(['open', 'paid', 'gone']),
      sold_at: timestamp(),
      day: date(),
      secret: text({ optional: true, classification: 'internal' }),
      salary: decimal({ precision: 10, scale: 2, classification: 'confidential' }),
      born: date({ classification: 'confidential' }),
    },
    key: ['id'],
    write: append(),
    quality,
  });

/** A clean file as the validate stage writes one, of rows `from` to `to`. */
const clean = async (name: string, rows: number) => {
  const path = join(dir, `${name}.parquet`);
  await engine.run(`COPY (SELECT 'id-' || _row AS id, (_row % 10)::INTEGER AS pieces,
      (_row / 100)::DECIMAL(10, 2) AS price,
      (CASE WHEN _row % 4 = 0 THEN 'open' ELSE 'paid' END)::ENUM('open', 'paid', 'gone') AS status,
      TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(_row) AS sold_at,
      DATE '2026-01-01' + (_row % 3)::INTEGER AS day,
      CASE WHEN _row % 5 = 0 THEN NULL ELSE 'hidden-' || _row END AS secret,
      (4242 + _row)::DECIMAL(10, 2) AS salary, DATE '1979-05-17' AS born,
      '${name}' AS _file, _row::INTEGER AS _row
    FROM (SELECT range + 1 AS _row FROM range(${rows})) ORDER BY _row)
    TO ${literal(path)} (FORMAT parquet, ROW_GROUP_SIZE 4096)`);
  return { paths: [path], fileId: name };
};

const columnIn = (profile: Profile, name: string) => {
  const found = profile.columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`the profile has a column ${name}`);
  return found;
};

describe('the profile of a small run', () => {
  const profiled = async () => profileRun(engine, dataset(), [await clean('small', 100)], 100);

  test('is made of all its rows and is what its schema says', async () => {
    const profile = await profiled();
    expect(Profile.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(profile).toMatchObject({ rows: 100, sampled: 100, everyBlock: 1 });
    expect(profile.columns.map(({ name }) => name)).toEqual(Object.keys(dataset().fields));
  });

  test('counts, bounds, quantiles, lengths, frequent values and bins', async () => {
    const profile = await profiled();
    expect(columnIn(profile, 'price')).toMatchObject({
      ...{ count: 100, nulls: 0, min: '0.01', max: '1.00', type: 'decimal(10, 2)' },
      sample: {
        ...{ values: 100, distinct: 100, mean: 0.505 },
        quantiles: [0.0199, 0.0595, 0.2575, 0.505, 0.7525, 0.9505, 0.9901].map((each) =>
          expect.closeTo(each, 6),
        ),
        histogram: { from: 0.01, to: 1, bins: Array.from({ length: histogramBins }, () => 5) },
      },
    });
    expect(columnIn(profile, 'id')).toMatchObject({
      ...{ min: 'id-1', max: 'id-99' },
      sample: { distinct: 100, lengths: { min: 4, max: 6 } },
    });
    expect(columnIn(profile, 'id').sample).not.toHaveProperty('top');
    expect(columnIn(profile, 'status').sample?.top).toEqual([
      { value: 'paid', rows: 75 },
      { value: 'open', rows: 25 },
    ]);
    expect(columnIn(profile, 'pieces').sample?.top).toHaveLength(10);
    expect(columnIn(profile, 'sold_at')).toMatchObject({
      ...{ max: '2026-01-01 00:01:40+00', newestMs: Date.UTC(2026, 0, 1, 0, 1, 40) },
      sample: { histogram: { from: '2026-01-01T00:00:01Z', to: '2026-01-01T00:01:40Z' } },
    });
    expect(columnIn(profile, 'day')).toMatchObject({
      ...{ min: '2026-01-01', max: '2026-01-03', newestMs: Date.UTC(2026, 0, 3) },
      sample: { distinct: 3, quantiles: expect.arrayContaining(['2026-01-02']) },
    });
  });

  test('holds no value of a classified column, only how many there are', async () => {
    const profile = await profiled();
    const told = JSON.stringify([profile, factsOf(profile, {})]);
    expect(told).not.toMatch(/hidden|42\d\d|43\d\d|1979/);
    expect(columnIn(profile, 'secret')).toEqual({
      ...{ name: 'secret', type: 'string', classified: true, count: 100, nulls: 20 },
      sample: { values: 80, distinct: 80 },
    });
    expect(columnIn(profile, 'salary').sample).toEqual({ values: 100, distinct: 100 });
  });

  test('is made small for the gate and the history', async () => {
    const { columns, newest, sampled } = factsOf(await profiled(), {});
    expect(sampled).toBe(100);
    expect(Object.keys(newest)).toEqual(['sold_at', 'day']);
    expect(columns.secret).toEqual({ nullShare: 0.2, distinctShare: 1 });
    expect(columns.status).toEqual({
      ...{ nullShare: 0, distinctShare: 0.02, top: { paid: 0.75, open: 0.25 } },
    });
    expect(columns.price?.numbers).toMatchObject({ mean: 0.505, median: 0.505 });
  });
});

describe('values of people in columns of which nobody said so', () => {
  const people = defineDataset({
    ...{ name: 'people', domain: 'shop', owner: 'shop@example.com', description: 'People.' },
    fields: {
      note: text({ optional: true }),
      card: integer({ bits: 64 }),
      open: text({ classification: 'public' }),
      order: text(),
    },
    key: ['order'],
    write: append(),
  });
  const cleanPeople = async () => {
    const path = join(dir, 'people.parquet');
    await engine.run(`COPY (SELECT
        CASE WHEN _row % 4 > 0 THEN 'canary' || _row || '@mail.example' END AS note,
        4111111111111111 AS card, 'canary' || _row || '@mail.example' AS open,
        'N-' || _row AS "order", 'p' AS _file, _row::INTEGER AS _row
      FROM (SELECT range + 1 AS _row FROM range(2000))) TO ${literal(path)} (FORMAT parquet)`);
    return { paths: [path], fileId: 'p' };
  };

  test('are told with counts, and no value of them stands in the profile', async () => {
    const profile = await profileRun(engine, people, [await cleanPeople()], 2000);
    expect(Profile.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    const { personal, columns } = factsOf(profile, {});
    expect(personal).toEqual({
      note: { what: 'e-mail addresses', matching: 500, looked: 500 },
      card: { what: expect.stringContaining('card numbers'), matching: 500, looked: 500 },
    });
    const { open: _open, ...others } = columns;
    const told = profile.columns.filter(({ name }) => name !== 'open');
    expect(JSON.stringify([told, others])).not.toMatch(/canary|4111/);
  });

  test('are found alike, however many threads work', async () => {
    const clean = [await cleanPeople()];
    const first = await profileRun(engine, people, clean, 2000);
    const alone = await openEngine({ workDir: dir, threads: 1 });
    expect(await profileRun(alone, people, clean, 2000)).toEqual(first);
    alone.close();
  });
});

test('a field that a step masks is classified, also under another name', () => {
  const masking = {
    ...dataset(),
    transforms: [rename('id', 'number'), maskColumn('number', { how: 'redact' })],
  };
  const secret = ['secret', 'salary', 'born'];
  expect([...classifiedFields(dataset())]).toEqual(secret);
  expect([...classifiedFields(masking)]).toEqual([...secret, 'id']);
});

test('a large run is sampled in blocks, the same each time, its counts are of all rows', async () => {
  const files = [await clean('large', 300_000), await clean('tiny', 10)];
  const first = await profileRun(engine, dataset(), files, 300_010);
  expect(first.sampled).toBeGreaterThan(sampleRowsMax * 0.8);
  expect(first.sampled).toBeLessThanOrEqual(sampleRowsMax + first.blockRows * files.length);
  expect(first.everyBlock).toBe(13);
  expect(columnIn(first, 'secret')).toMatchObject({ count: 300_010, nulls: 60_002 });
  expect(columnIn(first, 'price')).toMatchObject({ min: '0.01', max: '3000.00' });
  expect(columnIn(first, 'price').sample?.mean).toBeGreaterThan(1_300);
  expect(columnIn(first, 'price').sample?.mean).toBeLessThan(1_700);
  expect(await profileRun(engine, dataset(), files, 300_010)).toEqual(first);
});

test('files of no rows have a profile without values', async () => {
  const profile = await profileRun(engine, dataset(), [await clean('none', 0)], 0);
  expect(profile).toMatchObject({ rows: 0, sampled: 0 });
  expect(columnIn(profile, 'price')).toMatchObject({ nulls: 0, sample: { values: 0 } });
  expect(factsOf(profile, {}).columns.price).toEqual({ nullShare: 0, distinctShare: null });
});

describe('what checks ask of all rows', () => {
  test('is measured exactly, over all files', async () => {
    const cheap = custom('dear', { holds: above(col('price'), value('0.10')) });
    const checks = [uniqueness(['id']), uniqueness(['secret']), cheap];
    const files = [await clean('one', 100), await clean('two', 50)];
    expect(await measureChecks(engine, dataset(checks), files)).toEqual({
      'uniqueness of id': { rows: 150, holding: 50 },
      'uniqueness of secret': { rows: 120, holding: 40 },
      "custom check 'dear'": { rows: 150, holding: 130 },
    });
  });

  test('costs nothing where no check asks', async () => {
    expect(await measureChecks(engine, dataset(), [{ paths: ['/nowhere'], fileId: 'x' }])).toEqual(
      {},
    );
  });
});
