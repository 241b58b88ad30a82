import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { targetNames } from '../../../bin/commands/contract.ts';
import { columnsOf } from '../../../core/contract.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { duckdbSource } from '../../../core/derive/duckdb.ts';
import { athenaType, glueColumns } from '../../../core/derive/glue.ts';
import { publishedSchema, recordSchema, targets } from '../../../core/derive/index.ts';
import { jsonSchemaOf } from '../../../core/derive/json-schema.ts';
import { lineageGraph } from '../../../core/derive/lineage-graph.ts';
import { datasetPage } from '../../../core/derive/markdown.ts';
import { rowTypeSource } from '../../../core/derive/row-type.ts';
import { zodSource } from '../../../core/derive/zod-source.ts';
import { kindOf } from '../../../core/fields/index.ts';
import { transformRow } from '../../../core/transform/transform-rows.ts';
import { judgeRow } from '../../../core/validate/judge-row.ts';
import { datasetNamed, datasets } from '../../../datasets/index.ts';
import { everyKind, lookupEvery, plainKinds } from '../../support/every-kind.ts';

const all = [...datasets, everyKind, plainKinds].map((each) => [each.name, each] as const);

const orders = (): Dataset => {
  const found = datasetNamed('orders');
  if (found === undefined) throw new Error('no orders');
  return found;
};

const records = (dataset: Dataset) =>
  fc.record(
    Object.fromEntries(
      Object.entries(dataset.fields).map(([name, field]) => [
        name,
        fc.constantFrom(null, 'x', ...kindOf(field).edges(field.options)),
      ]),
    ),
  );

test('the command line offers every form that there is', () => {
  expect(Object.keys(targets).toSorted()).toEqual([...targetNames].toSorted());
});

describe.each(all)('%s', (_name, dataset) => {
  test('the zod schema of a record says what the engine says', () => {
    const schema = recordSchema(dataset);
    fc.assert(
      fc.property(records(dataset), (record) => {
        const [parsed, judged] = [schema.safeParse(record), judgeRow(dataset, record)];
        if (judged.ok) expect(parsed.data).toEqual(judged.values);
        const issues = parsed.error?.issues.map(({ message, path }) => `${message} ${path}`) ?? [];
        const reasons = judged.ok
          ? []
          : judged.reasons.map(({ code, field }) => `${code} ${field ?? ''}`);
        expect(issues).toEqual(reasons);
      }),
      { numRuns: 50 },
    );
  });

  test('a published row has its schema, and no other one has', () => {
    const schema = publishedSchema(dataset, lookupEvery);
    const sound = Object.fromEntries(
      Object.entries(dataset.fields).map(([name, field]) => {
        const alone = { ...dataset, fields: { [name]: field }, rules: [] };
        const edges = kindOf(field).edges(field.options);
        return [
          name,
          ['abc', ...edges].find((edge) => judgeRow(alone, { [name]: edge }).ok) ?? null,
        ];
      }),
    );
    const judged = judgeRow(dataset, sound);
    if (!judged.ok) throw new Error(JSON.stringify(judged.reasons));
    const row = transformRow(dataset, lookupEvery, judged.values, () => undefined);
    expect(schema.safeParse(row).error).toBeUndefined();
    expect(schema.safeParse({ ...row, nix: 1 }).success).toBe(false);
    const [first = ''] = Object.keys(row);
    expect(schema.safeParse({ ...row, [first]: Symbol('none') }).success).toBe(false);
  });

  test('its DuckDB SQL runs, and judges raw rows as the engine does', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const db = await instance.connect();
    await db.run("SET TimeZone='UTC'");
    const source = duckdbSource(dataset, lookupEvery);
    // Nested kinds need functions of the engine, as the source says.
    if (source.startsWith('-- Runs in Headgate')) return;
    await db.run(source);
    const names = Object.keys(dataset.fields);
    const empty = Object.fromEntries(names.map((name) => [name, null]));
    await db.run(`INSERT INTO ${dataset.name}_raw VALUES (${names.map(() => 'NULL').join(', ')})`);
    const rejected = await db.runAndReadAll(`SELECT reasons FROM ${dataset.name}_rejected`);
    const judged = judgeRow(dataset, empty);
    const reasons = judged.ok ? [] : judged.reasons.map(({ code, field }) => `${code} ${field}`);
    expect(rejected.getRowObjectsJson()).toEqual([{ reasons }]);
    const valid = await db.runAndReadAll(`FROM ${dataset.name}_valid`);
    expect(valid.currentRowCount).toBe(0);
    const table = await db.runAndReadAll(`DESCRIBE ${dataset.name}`);
    expect(table.getRows().map(([name]) => name)).toEqual(
      columnsOf(dataset, lookupEvery).map(({ name }) => name),
    );
    db.closeSync();
    instance.closeSync();
  });

  test('its zod source is a schema that takes what its JSON Schema takes', () => {
    const source = zodSource(dataset);
    const literal = source.slice(source.indexOf('z.fromJSONSchema(') + 17, source.indexOf(');\n'));
    const schema = z.fromJSONSchema(JSON.parse(literal));
    expect(schema.safeParse({ nix: 1 }).success).toBe(false);
    expect(source).toContain('export type');
  });

  test('its page and its types name every field', () => {
    const [page, types] = [datasetPage(dataset, lookupEvery), rowTypeSource(dataset, lookupEvery)];
    for (const name of Object.keys(dataset.fields)) {
      expect(page).toContain(`\`${name}\``);
      expect(types).toContain(`readonly ${name}`);
    }
  });
});

test.each([
  ['string', 'string'],
  ['long', 'bigint'],
  ['decimal(12, 2)', 'decimal(12,2)'],
  ['timestamptz', 'timestamp'],
  ['uuid', 'string'],
])('a %s is a %s in Athena', (type, athena) => {
  expect(athenaType(type)).toBe(athena);
});

test('nested types are nested in Athena', () => {
  const struct = { type: 'struct', fields: [{ name: 'a', required: true, type: 'long' }] } as const;
  const list = { type: 'list', element: struct, 'element-required': true } as const;
  expect(athenaType(list)).toBe('array<struct<a:bigint>>');
  expect(glueColumns(orders(), datasetNamed)[5]).toEqual({
    Name: 'unit_price',
    Type: 'decimal(12,2)',
    Comment: 'Price of one piece, in the currency of the order.',
  });
});

test('the graph of orders follows its joins to where products land', () => {
  expect(lineageGraph(orders(), datasetNamed).split('\n')).toEqual([
    'flowchart LR',
    '  landing_orders[/"landing/orders/"/] --> orders[("orders")]',
    '  products -- "product_name, category by product_id" --> orders',
    '  landing_products[/"landing/products/"/] --> products[("products")]',
  ]);
});

test('a bar or a line end in a description does not break a table of the page', () => {
  const [name, field] = Object.entries(orders().fields)[0] ?? [];
  if (name === undefined || field === undefined) throw new Error('orders has no field');
  const spoilt = {
    ...orders(),
    fields: { [name]: { ...field, description: 'a|b\nc' } },
    transforms: [],
  };
  expect(datasetPage({ ...spoilt, partition: [] }, datasetNamed)).toContain('a\\|b c |');
});

test('the schema of a record has the same fields in the same order', () => {
  expect(Object.keys(jsonSchemaOf(orders()).properties)).toEqual(Object.keys(orders().fields));
});
