import { writeFileSync } from 'node:fs';
import * as xlsx from '@e965/xlsx';
import { afterAll, describe, expect, test } from 'vitest';
import type { DatasetDefinition } from '../../core/define-dataset.ts';
import { evolutionModes } from '../../core/evolution/evolution.ts';
import { integer, list, struct, text } from '../../core/fields/index.ts';
import type { FileOptions, Format } from '../../core/landing/file-options.ts';
import { literal } from '../../core/sql.ts';
import { container, encoded } from '../adapters/prepare/avro-container.ts';
import {
  at,
  closeFiles,
  contents,
  db,
  judge,
  summary,
  written,
} from '../support/evolving-files.ts';

afterAll(closeFiles);

const fields = {
  id: integer(),
  kept: text({ optional: true, casing: 'lower' }),
  asked: text({ min: 0 }),
  bare: text({ optional: true, nullTokens: [''] }),
  size: integer({ optional: true }),
};
/** The same for which the walk leaves every row to DuckDB. */
const slow = { ...fields, code: text({ optional: true, pattern: /x*/ }) };

const define = (own: DatasetDefinition['fields'], files: Partial<FileOptions> = {}) => ({
  fields: own,
  files: {
    formats: ['csv', 'jsonl', 'parquet', 'json', 'xml', 'avro', 'excel'] as const,
    record: 'sale',
    ...files,
  },
});

/** The fields of each valid row behind its id, and the reasons of the others. */
const rowsOf = async (
  path: string,
  format: Format,
  more: Partial<DatasetDefinition> = define(fields),
) => {
  const found = await judge(path, format, {}, more);
  if (found.kind === 'refused') throw new Error(found.detail);
  const { clean } = await contents(found);
  const names = Object.keys(more.fields ?? {}).slice(1);
  return {
    rows: Object.fromEntries(clean.map((row) => [row.id, names.map((name) => row[name])])),
    reasons: found.reasons.map(({ code, field }) => `${code} ${field}`),
    nonEmpty: Object.values(found.nonEmpty),
  };
};

/** What becomes of a row of written empty texts, and of one whose every other cell is missing. */
const told = {
  rows: { 1: ['', '', null, null] },
  reasons: ['E_REQUIRED asked'],
  nonEmpty: [2, 1, 1, 0, 0],
};
const toldSlowly = {
  rows: { 1: ['', '', null, null, null] },
  reasons: ['E_REQUIRED asked'],
  nonEmpty: [2, 1, 1, 0, 0, 0],
};

describe('a written empty text is one where the field may hold it, and missing elsewhere', () => {
  const csv = 'id,kept,asked,bare,size\n1,"","","",""\n2,,,,\n';
  test.each<[string, string, Partial<FileOptions>]>([
    ['as it is read fast', csv, {}],
    ['between other quotes', csv.replaceAll('"', "'"), { quote: "'" }],
    ['among stray quotes', csv, { strictQuotes: false }],
    ['with CRLF and tabs', csv.replaceAll(',', '\t').replaceAll('\n', '\r\n'), { delimiter: '\t' }],
    ['without a header', csv.slice(csv.indexOf('\n') + 1), { header: false }],
  ])('CSV %s', async (_name, content, files) => {
    const found = await rowsOf(written(content), 'csv', define(fields, files));
    expect(found).toEqual(told);
  });

  test('CSV and JSON lines that DuckDB reads', async () => {
    const rows = csv
      .replace('size', 'size,code')
      .replace('""\n', '"",""\n')
      .replace(',,,,', ',,,,,');
    expect(await rowsOf(written(rows), 'csv', define(slow))).toEqual(toldSlowly);
    const lines = '{"id":1,"kept":"","asked":"","bare":"","size":"","code":""}\n{"id":2}\n';
    expect(await rowsOf(written(lines), 'jsonl', define(slow))).toEqual(toldSlowly);
  });

  const line = '{"id":1,"kept":"","asked":"","bare":"","size":""}';
  const none = '{"id":2,"kept":null,"bare":null}';
  test.each<[string, Format, string]>([
    ['JSON lines', 'jsonl', `${line}\n${none}\n`],
    ['JSON lines in an unusual form', 'jsonl', `${line.replace('kept', 'k\\u0065pt')}\n${none}\n`],
    ['JSON arrays', 'json', `[${line},${none}]`],
  ])('%s', async (_name, format, content) => {
    expect(await rowsOf(written(content), format)).toEqual(told);
  });

  test('Parquet', async () => {
    const path = at('landed');
    await db.run(`COPY (SELECT * FROM (VALUES (1, '', '', '', ''), (2, NULL, NULL, NULL, NULL))
      t(id, kept, asked, bare, size)) TO ${literal(path)} (FORMAT parquet)`);
    expect(await rowsOf(path, 'parquet')).toEqual(told);
  });

  test('Avro', async () => {
    const names = ['kept', 'asked', 'bare', 'size'];
    const schema = {
      ...{ type: 'record', name: 'Sale' },
      fields: [
        { name: 'id', type: 'int' },
        ...names.map((name) => ({ name, type: ['null', 'string'] })),
      ],
    };
    const all = (value: string | null) => Object.fromEntries(names.map((name) => [name, value]));
    const rows = [
      { id: 1, ...all('') },
      { id: 2, ...all(null) },
    ];
    const path = at('landed');
    writeFileSync(path, container(schema, encoded(schema, rows)));
    expect(await rowsOf(path, 'avro')).toEqual(told);
  });

  test('a part of a nested value, as a field of its own', async () => {
    const own = {
      id: integer(),
      tags: list(text({ min: 0 }), { optional: true }),
      box: struct({ a: text({ optional: true }), b: text({ optional: true, min: 1 }) }),
    };
    const lines = '{"id":1,"tags":[""],"box":{"a":"","b":""}}\n{"id":2,"tags":"","box":""}\n';
    expect(await rowsOf(written(lines), 'jsonl', define(own))).toMatchObject({
      rows: { 1: [[''], { a: '', b: null }] },
      reasons: ['E_REQUIRED box'],
    });
  });
});

describe('where nothing is told from an empty text, it is missing', () => {
  test('XML', async () => {
    const xml =
      '<s><sale id="1" kept=""><asked>x</asked><bare/></sale><sale id="2"><asked/></sale></s>';
    expect(await rowsOf(written(xml), 'xml')).toEqual({
      rows: { 1: [null, 'x', null, null] },
      reasons: ['E_REQUIRED asked'],
      nonEmpty: [2, 0, 1, 0, 0],
    });
  });

  test('Excel, a formula without a text too', async () => {
    const workbook = xlsx.utils.book_new();
    const sheet = xlsx.utils.aoa_to_sheet([
      ['id', 'kept', 'asked'],
      [1, '', 'x'],
      [2, 'y', ''],
    ]);
    sheet.B2 = { t: 's', v: '', f: 'T("")' };
    xlsx.utils.book_append_sheet(workbook, sheet, 'Sales');
    const path = at('landed');
    writeFileSync(path, new Uint8Array(xlsx.write(workbook, { type: 'array', bookType: 'xlsx' })));
    expect(await rowsOf(path, 'excel')).toMatchObject({
      rows: { 1: [null, 'x', null, null] },
      reasons: ['E_REQUIRED asked'],
    });
  });
});

describe('a written empty text in a column that is not declared is a value in every mode', () => {
  const expected = {
    evolve: { valid: 2, evolved: ['gift'], setAside: 0, drift: ['new column gift 1'] },
    quarantine_row: { valid: 1, rejected: 1, drift: ['new column gift 1'] },
    quarantine_value: { valid: 2, evolved: [], setAside: 1, drift: ['new column gift 1'] },
    hold: { valid: 2, evolved: [], setAside: 1, drift: ['new column gift 1'] },
    freeze: expect.stringContaining('E_SCHEMA unknown: "gift"'),
  };
  const files = [
    ['csv', 'id,size,note,gift\n1,,,""\n2,,,\n'],
    ['jsonl', '{"id":1,"gift":""}\n{"id":2,"gift":null}\n'],
  ] as const;
  test.each(
    files.flatMap(([format, content]) =>
      evolutionModes.map((mode) => [format, mode, content] as const),
    ),
  )('%s, %s', async (format, newColumns, content) => {
    const found = summary(await judge(written(content), format, { newColumns }));
    if (newColumns === 'freeze') expect(found).toEqual(expected.freeze);
    else expect(found).toMatchObject(expected[newColumns]);
  });
});
