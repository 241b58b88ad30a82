import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transformRun } from '../../adapters/engine/transform.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import { columnsOf } from '../../core/contract.ts';
import { defineDataset, month } from '../../core/define-dataset.ts';
import {
  decimal,
  geoPoint,
  integer,
  json,
  list,
  struct,
  text,
  timestamp,
} from '../../core/fields/index.ts';
import { FileId } from '../../core/ids.ts';
import { currentSchema, currentSpec } from '../../core/load/table.ts';
import { tableOnDisk } from '../support/table-on-disk.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'nested-run-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const line = struct({
  sku: text({ description: 'As on the shelf.' }),
  qty: integer({ bits: 64, min: 1 }),
  price: decimal({ precision: 12, scale: 2, optional: true }),
});
const fields = {
  id: integer({ bits: 64 }),
  made: timestamp(),
  lines: list(line, { min: 1 }),
  place: geoPoint({ optional: true }),
  extra: json({ optional: true }),
};
const dataset = defineDataset({
  name: 'baskets',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'What was bought together.',
  fields,
  key: ['id'],
  partition: [month('made')],
});
const none = () => undefined;
const [first, second] = ['1', '2'].map((digit) => FileId.parse(digit.repeat(32)));

const jsonl = [
  '{"id":9007199254740993,"made":"2026-01-01T00:00:00Z","lines":[{"sku":"a","qty":9223372036854775807,"price":12.50}],"place":"52.2297,21.0122","extra":{"n":1.50}}',
  '{"id":1,"made":"2026-02-01T00:00:00Z","lines":[{"sku":"b","qty":1},{"price":null,"qty":2,"sku":"c\\u00e9"}]}',
  '{"id":2,"made":"2026-02-01T00:00:00Z","lines":[]}',
  '{"id":3,"made":"2026-02-01T00:00:00Z","lines":[{"sku":"b","qty":0}]}',
  '{"id":1,"made":"2026-02-01T00:00:00Z","lines":[{"sku":"again","qty":1}]}',
].join('\n');
const csv = `id,made,lines,place\n4,2026-02-03T00:00:00Z,"[{""sku"": ""d, e"", ""qty"": 5}]",\n`;

/** Reads what was written with PyIceberg: neither our SQL nor DuckDB. */
test('lists of structs and 64-bit integers go from files to the table as they came', async () => {
  const validated = async (
    name: string,
    format: 'jsonl' | 'csv',
    body: string,
    fileId?: FileId,
  ) => {
    const path = join(dir, name);
    writeFileSync(path, body);
    if (fileId === undefined) throw new Error('no id');
    const outDir = join(dir, `${name}.out`);
    const found = await validateFile({ dataset, path, format, fileId, runId: 'run', outDir });
    if (found.kind === 'refused' || found.clean.length === 0) throw new Error('nothing is valid');
    return { found, clean: { paths: found.clean, fileId } };
  };
  const lines = await validated('a.jsonl', 'jsonl', jsonl, first);
  expect(lines.found).toMatchObject({
    rowsIn: 5,
    valid: 3,
    nonEmpty: { id: 5, lines: 5, place: 1, extra: 1 },
    reasons: [
      { code: 'E_LENGTH', field: 'lines', rows: 1 },
      { code: 'E_RANGE', field: 'lines', rows: 1 },
    ],
  });
  const cells = await validated('b.csv', 'csv', csv, second);

  const columns = columnsOf(dataset, none);
  const table = await tableOnDisk(join(dir, 'table'), dataset, columns);
  const metadata = await table.ready();
  const transformed = await transformRun({
    dataset,
    lookup: none,
    clean: [lines.clean, cells.clean],
    references: {},
    tableSchema: currentSchema(metadata),
    tableSpec: currentSpec(metadata),
    outDir: join(dir, 'curated'),
    name: 'part',
    runId: 'run',
  });
  expect(transformed).toMatchObject({ rows: 3 });
  const [one] = transformed.files;
  await table.publish(
    'run',
    transformed.files.map(({ stats }) => stats),
    one?.boundsFor,
  );

  const read = await table.read('--sample', '9', '--order', 'id');
  expect(read.sample.map(({ id, lines: of, place, extra }) => ({ id, of, place, extra }))).toEqual([
    {
      id: '1',
      of: [
        { sku: 'b', qty: '1', price: null },
        { sku: 'c\u00e9', qty: '2', price: null },
      ],
      place: null,
      extra: null,
    },
    { id: '4', of: [{ sku: 'd, e', qty: '5', price: null }], place: null, extra: null },
    {
      id: '9007199254740993',
      of: [{ sku: 'a', qty: '9223372036854775807', price: '12.50' }],
      place: { lat: '52.2297', lon: '21.0122' },
      extra: '{"n":1.50}',
    },
  ]);
  expect((await table.read('--filter', 'id = 9007199254740993')).files_planned).toBe(1);
}, 120_000);
