import type { DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, knownColumns } from '../core/contract.ts';
import type { Dataset } from '../core/dataset.ts';
import { day, defineDataset, month, replace, year } from '../core/define-dataset.ts';
import { date, decimal, integer, kindOf, text, timestamp } from '../core/fields/index.ts';
import type { Row, Scalar, Value } from '../core/fields/value.ts';
import { duckType, typeText } from '../core/iceberg-type.ts';
import { partitionValue } from '../core/load/partition-values.ts';
import { ident, list } from '../core/sql.ts';
import { compileTransform } from '../core/transform/compile-transform.ts';
import { planOf } from '../core/transform/plan.ts';
import { transformRows } from '../core/transform/transform-rows.ts';
import { dateOf, derive, join, product, transformKinds } from '../core/transforms/index.ts';
import { SALT_VARIABLE } from '../core/transforms/mask.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { datasetNamed, datasets } from '../datasets/index.ts';
import { db, keepClean, plain, type Texts } from './set-engine.ts';
import { runs } from './support/runs.ts';
import { stepDatasets } from './support/step-datasets.ts';

const about = { domain: 'test', owner: 'test', description: 'For this test.' };

/** Every step over edges that the shipped datasets do not have: negatives, nulls, old instants. */
const steps = defineDataset({
  ...about,
  name: 'steps',
  fields: {
    shop: text({ optional: true }),
    pieces: integer({ optional: true }),
    boxes: integer({ min: -9_999, max: 9_999 }),
    price: decimal({ precision: 12, scale: 2, optional: true }),
    rate: decimal({ precision: 4, scale: 4 }),
    at: timestamp(),
    on: date({ optional: true }),
    seen_at: timestamp({ optional: true }),
  },
  partition: [year('at'), month('at'), day('at'), year('on'), month('on'), day('on')],
  transforms: [
    derive('all_pieces', product('pieces', 'boxes', { precision: 20, scale: 0 })),
    derive('worth', product('price', 'pieces', { precision: 24, scale: 3 })),
    derive('fee', product('price', 'rate', { precision: 16, scale: 6 })),
    derive('fees', product('fee', 'boxes', { precision: 20, scale: 6 })),
    derive('seen_on', dateOf('seen_at')),
    join('shops', { on: 'shop', take: ['town', 'opened'] }),
    derive('day_at', dateOf('at')),
  ],
});

const shops = defineDataset({
  ...about,
  name: 'shops',
  fields: { shop: text(), town: text({ optional: true }), opened: date() },
  key: ['shop'],
  write: replace(),
});

const lookup = (name: string): Dataset | undefined =>
  name === 'shops' ? shops : datasetNamed(name);

const scalar = (value: Value): Scalar => {
  if (typeof value === 'object') throw new Error('a table is not divided by a nested value');
  return value;
};

/** Texts of a field that are values, nothing where it may be missing, and the nasty ones first. */
const soundTexts = (dataset: Dataset): fc.Arbitrary<Texts> =>
  fc.record(
    Object.fromEntries(
      Object.entries(dataset.fields).map(([name, field]) => {
        const alone = defineDataset({ ...about, name: 'alone', fields: { [name]: field } });
        const texts = [null, ...kindOf(field).edges(field.options)];
        const sound = texts.filter((edge) => judgeRow(alone, { [name]: edge }).ok);
        return [name, fc.constantFrom(...sound)];
      }),
    ),
  );

/** Partner rows with distinct keys, some of which no row asks for. */
const partners: Readonly<Record<string, readonly Texts[]>> = {
  shops: [
    { shop: 'a', town: 'Łódź', opened: '1999-12-31' },
    { shop: '00123', town: null, opened: '0001-01-01' },
    { shop: 'nobody', town: 'none', opened: '2024-02-29' },
  ],
  products: [
    { product_id: 'a', product_name: 'A', category: 'x', unit_cost: '1' },
    { product_id: "it's", product_name: 'B', category: 'y', unit_cost: '2' },
  ],
};

const cleanRows = (dataset: Dataset, rows: readonly Texts[]): readonly Row[] =>
  rows.flatMap((row) => {
    const judged = judgeRow(dataset, row);
    return judged.ok ? [judged.values] : [];
  });

const SALT = 'pepper';

/** A value of a step, which may also be yes or no or a list. */
const plainOf = (value: DuckDBValue | undefined): Value | null => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object' && value !== null && 'items' in value) {
    return value.items.map((item: DuckDBValue) => plainOf(item));
  }
  return plain(value);
};

/** Which file a row is from: two of them, so that rows of one place are told apart by both. */
const fileOf = (index: number): string => `file-${index % 2}`;

/** Partition values come last, as p0, p1, …; the order of the rows is that of their text. */
const sorted = (rows: readonly Row[]): readonly Row[] => {
  const text = (row: Row): string =>
    JSON.stringify(Object.entries(row), (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  return [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
};

/** Runs the compiled steps over sound rows. */
const publishInDuckDb = async (dataset: Dataset, rows: readonly Texts[]) => {
  const compiled = compileTransform(dataset, lookup);
  const { changes, joins, partition, place, references, select } = compiled;
  await keepClean('kept', dataset, rows);
  await db.run(`SET VARIABLE ${SALT_VARIABLE} = '${SALT}'`);
  await db.run(`CREATE OR REPLACE TEMP TABLE s AS
    SELECT * EXCLUDE (i), 'file-' || i % 2 AS _file, i::INTEGER AS _row FROM kept`);
  for (const [index, reference] of references.entries()) {
    const other = lookup(reference.dataset);
    if (other === undefined) throw new Error(`no dataset ${reference.dataset}`);
    await keepClean(`r${index}`, other, partners[reference.dataset] ?? []);
  }
  const columns = [
    select,
    ...partition.map((sql, index) => `${sql} AS ${ident(`p${index}`)}`),
    ...[`${place.file} AS _file`, `${place.row} AS _row`],
    `${changes ?? 'NULL'} AS _changes`,
  ];
  return await db.runAndReadAll(
    `${compiled.with('s')}SELECT ${list(columns)} FROM ${compiled.from('s')} ${joins}`,
  );
};

/** The rows that they publish, as the row engine would hold them. */
const transformInDuckDb = async (dataset: Dataset, rows: readonly Texts[]): Promise<Row[]> =>
  (await publishInDuckDb(dataset, rows))
    .getRowObjects()
    .map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainOf(value)])),
    );

/** The same rows by the row engine, with Iceberg's own reading of the partition values. */
const transformInRows = (dataset: Dataset, rows: readonly Texts[]): Row[] => {
  const clean = rows.flatMap((texts, index) => {
    const judged = judgeRow(dataset, texts);
    return judged.ok ? [{ file: fileOf(index), row: index, values: judged.values }] : [];
  });
  const published = transformRows(dataset, lookup, clean, {
    salt: SALT,
    partner: (name, value) => {
      const other = lookup(name);
      if (other === undefined) throw new Error(`no dataset ${name}`);
      return cleanRows(other, partners[name] ?? []).find(
        (row) => row[other.key[0] ?? ''] === value,
      );
    },
  });
  const columns = new Map(knownColumns(dataset, lookup).map(({ name, type }) => [name, type]));
  return published.map(({ file, row, values, changes }) => ({
    ...values,
    ...Object.fromEntries(
      dataset.partition.map(({ column, transform }, index) => {
        const value = values[column] ?? null;
        const sourceType = typeText(columns.get(column) ?? 'none');
        return [
          `p${index}`,
          value === null
            ? null
            : (partitionValue({ transform, sourceType }, scalar(value)) ?? null),
        ];
      }),
    ),
    ...{ _file: file, _row: row, _changes: changes },
  }));
};

const tried = [steps, ...stepDatasets, ...datasets].map(
  (dataset) => [dataset.name, dataset] as const,
);

test.each(tried)('%s: both engines publish the same rows', async (_name, dataset) => {
  const drawn = fc.array(soundTexts(dataset), { minLength: 1, maxLength: 60, size: 'max' });
  let published = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async (rows) => {
      const inRows = transformInRows(dataset, rows);
      // Texts that are sound by themselves may break a rule over several.
      published += inRows.length;
      expect(sorted(await transformInDuckDb(dataset, rows))).toStrictEqual(sorted(inRows));
    }),
    { numRuns: runs(15) },
  );
  expect(published).toBeGreaterThan(0);
});

/** A type of DuckDB in the words of `duckType`; of few texts, the texts are not told. */
const typeWords = (type: string): string =>
  type
    .replace(/^ENUM\(.*\)$/, 'VARCHAR')
    .replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ')
    .replaceAll(/[" ]/g, '');

test.each(tried)('%s: each column has the type that the contract says', async (_name, dataset) => {
  const reader = await publishInDuckDb(dataset, fc.sample(soundTexts(dataset), 1));
  const types = reader
    .columnNames()
    .map((name, at) => [...[name, typeWords(String(reader.columnType(at)))]]);
  const known = knownColumns(dataset, lookup);
  const declared = known.map(({ name, type }) => [name, typeWords(duckType(type))]);
  expect(types.slice(0, known.length)).toEqual(declared);
});

test('of no rows no group is made', async () => {
  const dataset = stepDatasets.find(({ name }) => name === 'whole') ?? steps;
  expect(await transformInDuckDb(dataset, [{ points: 'none' }])).toEqual([]);
  expect(transformInRows(dataset, [{ points: 'none' }])).toEqual([]);
});

test('both engines write an old value alike, whatever characters it has', async () => {
  const texts = stepDatasets.find(({ name }) => name === 'texts') ?? steps;
  const codes = Array.from({ length: 160 }, (_, code) => code).filter((code) => code > 0);
  const rows = [...codes, 0x2028, 0xd7ff, 0xfffd, 0x1f600].map((code) => ({
    line: `z${String.fromCodePoint(code)}"\\`,
  }));
  const inRows = sorted(transformInRows(texts, rows));
  expect(inRows.every(({ _changes }) => String(_changes).includes('"old":"z'))).toBe(true);
  expect(sorted(await transformInDuckDb(texts, rows))).toStrictEqual(inRows);
});

test('groups larger than a vector of DuckDB have the same sums, to the last bit', async () => {
  const rows = Array.from({ length: 3_200 }, (_, index) => ({
    team: index % 3 === 0 ? null : 'red',
    weight: String(Math.sin(index) * 10 ** (index % 20)),
    height: String(Math.cos(index) * 1e3),
  }));
  const doubles = stepDatasets.filter(({ name }) => name === 'doubles' || name === 'double_groups');
  expect(doubles.length).toBe(2);
  for (const dataset of doubles) {
    const inRows = sorted(transformInRows(dataset, rows));
    expect(sorted(await transformInDuckDb(dataset, rows))).toStrictEqual(inRows);
  }
});

test('the columns that are published are the ones the contract names, in its order', async () => {
  const extremes = { boxes: '-9999', rate: '-0.9999', at: '0001-01-01T00:00:00Z', shop: 'a' };
  const [row] = await transformInDuckDb(steps, [extremes]);
  const declared = columnsOf(steps, lookup).map(({ name }) => name);
  const own = ['_file', '_row', '_changes'];
  const named = [
    ...declared.slice(0, -3),
    ...steps.partition.map((_, index) => `p${index}`),
    ...own,
  ];
  expect(Object.keys(row ?? {})).toEqual(named);
});

test('the largest values of the contract do not overflow a product', async () => {
  const largest = {
    ...{ boxes: '-9999', pieces: '-2147483648', price: '9999999999.99', rate: '0.9999' },
    at: '9999-12-31T23:59:59.999999Z',
  };
  expect(await transformInDuckDb(steps, [largest])).toStrictEqual(
    transformInRows(steps, [largest]),
  );
});

test('every transform kind of the registry ran above, and each says what it does', () => {
  const plans = tried.flatMap(([, dataset]) => planOf(dataset, lookup).steps);
  const ran = new Set(plans.map(({ use }) => use.kind));
  expect([...ran].toSorted()).toEqual(transformKinds.map(({ kind }) => kind).toSorted());
  for (const { use, kind } of plans) expect(kind.says(use)).toMatch(/\w{3}/);
});
