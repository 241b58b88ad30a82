import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { infer } from '../../../bin/infer/infer.ts';
import type { Asked } from '../../../bin/infer/read-samples.ts';
import { DatasetName } from '../../../core/ids.ts';
import { container, encoded } from '../../adapters/prepare/avro-container.ts';
import { zipOf } from '../../support/zip.ts';

const dir = mkdtempSync(join(tmpdir(), 'infer-'));
afterAll(() => rmSync(dir, { recursive: true }));

const samples = join(import.meta.dirname, '../../../datasets/samples');
const written = (name: string, bytes: string | Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
};

const proposed = async (paths: readonly string[], tolerance = 0, asked: Asked = {}) => {
  const options = { name: DatasetName.parse('things'), rows: 20_000, tolerance, asked };
  return await infer(paths, options);
};

/** Rows that are no rows: nothing that a dataset says could take them. */
const FRAMING = ['E_FIELD_COUNT', 'E_JSON', 'E_JSON_SHAPE', 'E_QUOTE', 'E_CONTROL_CHAR'];

describe('a proposal takes every row of its samples that is a row', () => {
  test.each([
    ['orders-2024.csv', 900],
    ['orders-2025-h1.csv.gz', 800],
    ['orders-2025-h2.jsonl', 400],
    ['orders-web.parquet', 600],
    ['products.csv', 1003],
    ['customers.parquet', 1001],
  ])('%s', async (name, rows) => {
    const { judged } = await proposed([join(samples, name)]);
    expect(judged).toMatchObject([{ kind: 'judged', rows }]);
    const codes = judged.flatMap((each) =>
      each.kind === 'judged' ? each.reasons.map(({ code }) => code) : [each.detail],
    );
    expect(codes.filter((code) => !FRAMING.includes(code))).toEqual([]);
  });
});

test('with a tolerance the shipped orders are proposed as they are declared', async () => {
  const { proposal } = await proposed([join(samples, 'orders-2024.csv')], 0.03);
  expect(proposal.key).toEqual(['order_id']);
  expect(proposal.partition).toBe('ordered_at');
  const kinds = proposal.fields.map(({ name, call }) => [name, call.builder]);
  expect(Object.fromEntries(kinds)).toMatchObject({
    email: 'email',
    quantity: 'integer',
    unit_price: 'decimal',
    status: 'oneOf',
    ordered_at: 'timestamp',
  });
});

test('separator, encoding, decimal comma and order of days are found, also compressed', async () => {
  const text = 'Nr;Wo;Betrag;Datum\n1;K\u00f6ln;1,50;31.12.2024\n2;Gie\u00dfen;22,75;01.02.2024\n';
  const path = written('export.csv.zst', zstdCompressSync(Buffer.from(text, 'latin1')));
  const { dataset, judged } = await proposed([path]);
  expect(judged).toMatchObject([{ kind: 'judged', rows: 2, valid: 2 }]);
  expect(dataset.files).toMatchObject({ delimiter: ';', encoding: 'windows-1252' });
  expect(dataset.fields).toMatchObject({
    betrag: { kind: 'decimal', options: { mark: ',' } },
    datum: { kind: 'date', options: { formats: ['DD.MM.YYYY'] } },
  });
});

test('numbers of JSON lines keep all their digits', async () => {
  const lines = ['{"id":12345678901234567,"price":0.10}', '{"id":2,"price":null}', 'no JSON'];
  const { dataset } = await proposed([written('things.jsonl', `${lines.join('\n')}\n`)]);
  expect(dataset.fields).toMatchObject({
    id: { kind: 'integer', options: { bits: 64 } },
    price: { kind: 'decimal', optional: true },
  });
});

describe('rows beyond the sample, which the proposal would reject', () => {
  const many = (count: number, of: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => `${of(index)}\n`).join('');

  test('widen it until the whole file passes', async () => {
    const usual = many(20_100, (index) => `${index},${index % 7},short`);
    const text = `id,count,word\n${usual}x7,3000000000,${'long'.repeat(90)}\n,,\n`;
    const { dataset, judged } = await proposed([written('beyond.csv', text)]);
    expect(judged).toMatchObject([{ rows: 20_102, valid: 20_102, rejected: 0 }]);
    expect(dataset.fields).toMatchObject({
      id: { kind: 'text', optional: true },
      count: { kind: 'integer', options: { bits: 64 }, optional: true },
      word: { kind: 'text', optional: true },
    });
  });

  test('do so in JSON lines too', async () => {
    const usual = many(20_100, (index) => `{"id":${index}}`);
    const { judged } = await proposed([written('beyond.jsonl', `${usual}{"id":"a"}\n`)]);
    expect(judged).toMatchObject([{ rows: 20_101, rejected: 0 }]);
  });

  test('are left alone when a share may be wrong', async () => {
    const usual = many(20_100, (index) => String(index));
    const { judged } = await proposed([written('some.csv', `id\n${usual}x\n`)], 0.01);
    expect(judged).toMatchObject([{ rows: 20_101, rejected: 1 }]);
  });
});

describe('quotes that are no marks', () => {
  test('are text in a file that has no other', async () => {
    const text = 'a\tb\n1\t"starts so\n2\tsays "no" here\n3\t\'\n4\t"\n5\tx\n6\ty\n';
    const { dataset, judged } = await proposed([written('quotes.tsv', text)]);
    expect(dataset.files).toMatchObject({ delimiter: '\t', quote: null });
    expect(judged).toMatchObject([{ rows: 6, valid: 6 }]);
  });

  test('are text inside of a text where others are marks', async () => {
    const text = 'a,b\n1,"x, y"\n2,a 5" pipe\n3,"p, q"\n4,z\n5,z\n';
    const { dataset, judged } = await proposed([written('pipes.csv', text)]);
    expect(dataset.files).toMatchObject({ quote: '"', strictQuotes: false });
    expect(judged).toMatchObject([{ rows: 5, valid: 5 }]);
  });
});

test('a file without a header gets names, and its first row is a row', async () => {
  const rows = ['ab,1,2024-01-05', 'cd,2,2024-01-06', 'ef,3,2024-01-07', 'gh,4,2024-01-08'];
  const { dataset, judged } = await proposed([written('bare.csv', `${rows.join('\n')}\n`)]);
  expect(Object.keys(dataset.fields)).toEqual(['column_1', 'column_2', 'column_3']);
  expect(dataset.files.header).toBe(false);
  expect(judged).toMatchObject([{ rows: 4, valid: 4 }]);
});

test('files of two forms are refused together, and so is one without rows', async () => {
  const one = written('one.csv', 'a,b\n1,2\n3,4\n');
  const two = written('two.csv', 'a;b\n1;2\n3;4\n');
  await expect(proposed([one, two])).rejects.toThrow(/another form/);
  await expect(proposed([written('none.csv', 'a,b\n')])).rejects.toThrow(/no row/);
});

const big = '9007199254740993';
const items = [`{"id":${big},"at":"2024-01-05"}`, '{"id":2,"at":"2024-01-06"}'].join();
const elements = `<r><id>${big}</id><at>2024-01-05</at></r><r><id>2</id><at>2024-01-06</at></r>`;
const csv = `id,at\n${big},2024-01-05\n2,2024-01-06\n`;
const schema = {
  type: 'record',
  name: 'T',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'at', type: 'string' },
  ],
};
const records = [
  { id: BigInt(big), at: '2024-01-05' },
  { id: 2n, at: '2024-01-06' },
];

describe('every format whose columns can be seen is proposed from, all digits kept', () => {
  test.each<[string, string | Buffer, Asked, object]>([
    ['array.json', `[${items}]`, {}, { formats: ['json'] }],
    ['under.json', `{"a":{"b":[${items}]}}`, { path: ['a', 'b'] }, { path: ['a', 'b'] }],
    ['rows.xml', `<s>${elements}</s>`, { record: 'r' }, { formats: ['xml'], record: 'r' }],
    ['rows.xml.gz', gzipSync(`<s>${elements}</s>`), { record: 'r' }, { formats: ['xml'] }],
    [
      'rows.avro',
      Buffer.from(container(schema, encoded(schema, records))),
      {},
      { formats: ['avro'] },
    ],
    ['rows.zip', zipOf([{ name: 'x.csv', data: Buffer.from(csv) }]), {}, {}],
  ])('%s', async (name, bytes, asked, files) => {
    const { dataset, judged } = await proposed([written(name, bytes)], 0, asked);
    expect(judged).toMatchObject([{ rows: 2, valid: 2 }]);
    expect(dataset.files).toMatchObject(files);
    expect(dataset.fields).toMatchObject({
      id: { kind: 'integer', options: { bits: 64 } },
      at: { kind: 'date' },
    });
  });

  test('XML asks which element is a row', async () => {
    const path = written('bare.xml', `<s>${elements}</s>`);
    await expect(proposed([path])).rejects.toThrow(/name it with --record/);
  });
});
