import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, knownColumns } from '../core/contract.ts';
import type { Dataset } from '../core/dataset.ts';
import { day, defineDataset, month, replace, year } from '../core/define-dataset.ts';
import { date, decimal, integer, kindOf, text, timestamp } from '../core/fields/index.ts';
import type { Row, Scalar, Value } from '../core/fields/value.ts';
import { typeText } from '../core/iceberg-type.ts';
import { partitionValue } from '../core/load/partition-values.ts';
import { ident, list } from '../core/sql.ts';
import { compileTransform, transformRow } from '../core/transform/compile-transform.ts';
import { dateOf, derive, join, product, transformKinds } from '../core/transforms/index.ts';
import { judgeRow } from '../core/validate/judge-row.ts';
import { datasetNamed, datasets } from '../datasets/index.ts';
import { db, keepClean, plain, type Texts } from './set-engine.ts';

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

/** Runs the compiled steps over sound rows; partition values come last, as p0, p1, … */
const transformInDuckDb = async (dataset: Dataset, rows: readonly Texts[]): Promise<Row[]> => {
  const { joins, partition, references, select } = compileTransform(dataset, lookup);
  await keepClean('s', dataset, rows);
  for (const [index, reference] of references.entries()) {
    const other = lookup(reference.dataset);
    if (other === undefined) throw new Error(`no dataset ${reference.dataset}`);
    await keepClean(`r${index}`, other, partners[reference.dataset] ?? []);
  }
  const parts = partition.map((sql, index) => `${sql} AS ${ident(`p${index}`)}`);
  const reader = await db.runAndReadAll(
    `SELECT ${list([select, ...parts])} FROM s ${joins} ORDER BY s.i`,
  );
  return reader
    .getRowObjects()
    .map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
    );
};

/** The same rows by the row engine, with Iceberg's own reading of the partition values. */
const transformInRows = (dataset: Dataset, rows: readonly Texts[]): Row[] =>
  cleanRows(dataset, rows).map((clean) => {
    const published = transformRow(dataset, lookup, clean, (name, value) => {
      const other = lookup(name);
      if (other === undefined) throw new Error(`no dataset ${name}`);
      return cleanRows(other, partners[name] ?? []).find(
        (row) => row[other.key[0] ?? ''] === value,
      );
    });
    const columns = knownColumns(dataset, lookup);
    const parts = dataset.partition.map(({ column, transform }, index) => {
      const sourceType = columns.find(({ name }) => name === column)?.type;
      const value = clean[column] ?? null;
      return [
        `p${index}`,
        value === null
          ? null
          : partitionValue(
              { transform, sourceType: typeText(sourceType ?? 'none') },
              scalar(value),
            ),
      ];
    });
    return { ...published, ...Object.fromEntries(parts) };
  });

test.each([steps, ...datasets].map((dataset) => [dataset.name, dataset] as const))(
  '%s: both engines publish the same rows',
  async (_name, dataset) => {
    const drawn = fc.array(soundTexts(dataset), { minLength: 1, maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(drawn, async (rows) => {
        const inRows = transformInRows(dataset, rows);
        expect(inRows.length).toBeGreaterThan(0);
        expect(await transformInDuckDb(dataset, rows)).toStrictEqual(inRows);
      }),
      { numRuns: 10 },
    );
  },
);

test('the columns that are published are the ones the contract names, in its order', async () => {
  const extremes = { boxes: '-9999', rate: '-0.9999', at: '0001-01-01T00:00:00Z', shop: 'a' };
  const [row] = await transformInDuckDb(steps, [extremes]);
  const declared = columnsOf(steps, lookup).map(({ name }) => name);
  const named = [...declared.slice(0, -3), ...steps.partition.map((_, index) => `p${index}`)];
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

test('every transform kind of the registry ran above', () => {
  const kinds = new Set(steps.transforms.map(({ kind }) => kind));
  expect([...kinds].toSorted()).toEqual(transformKinds.map(({ kind }) => kind).toSorted());
});
