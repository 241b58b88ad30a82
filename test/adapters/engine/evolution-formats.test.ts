import { writeFileSync } from 'node:fs';
import * as xlsx from '@e965/xlsx';
import { afterAll, describe, expect, test } from 'vitest';
import type { Format } from '../../../core/landing/file-options.ts';
import { literal } from '../../../core/sql.ts';
import {
  at,
  closeFiles,
  contents,
  db,
  judge,
  summary,
  written,
} from '../../support/evolving-files.ts';
import { container, encoded } from '../prepare/avro-container.ts';

afterAll(closeFiles);

/** New values as they are published, and as they are set aside. */
const newValues = async (path: string, format: Format) => {
  const evolved = await judge(path, format, { newColumns: 'evolve' });
  const aside = await judge(path, format, { newColumns: 'quarantine_value' });
  if (evolved.kind === 'refused' || aside.kind === 'refused') throw new Error('refused');
  const { clean } = await contents(evolved);
  const { values } = await contents(aside);
  const published = clean.flatMap((row) =>
    evolved.evolved.flatMap((name) =>
      row[name] === null ? [] : [`${row._row} ${name} ${String(row[name])}`],
    ),
  );
  expect(values.map((each) => `${each._row} ${each.column} ${each.value}`).sort()).toEqual(
    published.sort(),
  );
  return published;
};

describe('a new column is kept as it stands, in every format', () => {
  const nested = '{"a":[1.50,9007199254740993],"b":{"c":null}}';
  const lines = [
    `{"id":1,"new one":${nested},"n":12345678901234567890.10,"t":"  x\\u0041"}`,
    '{"id":2,"new one":null,"n":"","t":true}',
    '{"id":3,"__proto__":[]}',
  ];
  const told = [
    '1 n 12345678901234567890.10',
    `1 new_one ${nested}`,
    '1 t   xA',
    '2 n ',
    '2 t true',
    '3 proto []',
  ];
  test('JSON, plain and nested, every digit as it was written', async () => {
    expect(await newValues(written(lines.join('\n')), 'jsonl')).toEqual(told);
    expect(await newValues(written(`[${lines.join(',')}]`), 'json')).toEqual(told);
  });

  test('XML, its attributes and elements', async () => {
    const xml = '<s><sale id="1" tag="a&amp;b"><extra>two</extra></sale></s>';
    expect(await newValues(written(xml), 'xml')).toEqual(['1 extra two', '1 tag a&b']);
  });

  test('a frozen contract refuses it in each of them, and says its name', async () => {
    const odd = '{"id":1,"gift":1}';
    const xml = '<s><sale id="1" gift="1"/></s>';
    const files = [
      [odd, 'jsonl'],
      [`[${odd}]`, 'json'],
      [xml, 'xml'],
      ['id,gift\n1,1\n', 'csv'],
    ] as const;
    for (const [content, format] of files)
      expect(summary(await judge(written(content), format, {}))).toMatch(
        /^E_SCHEMA unknown: "gift"( in 1 row)?; declared: /,
      );
  });

  test('Avro and its unions', async () => {
    const schema = {
      ...{ type: 'record', name: 'Sale' },
      fields: [
        { name: 'id', type: 'int' },
        { name: 'tags', type: { type: 'array', items: 'string' } },
        { name: 'rate', type: ['null', 'double'] },
      ],
    };
    const rows = [
      { id: 1, tags: ['x', 'y'], rate: 0.1 },
      { id: 2, tags: [], rate: null },
    ];
    const path = at('landed');
    writeFileSync(path, container(schema, encoded(schema, rows)));
    expect(await newValues(path, 'avro')).toEqual(['1 rate 0.1', '1 tags ["x","y"]', '2 tags []']);
  });

  test('Excel, also a value in a column without a name', async () => {
    const workbook = xlsx.utils.book_new();
    const cells = [['id', 'Extra'], [1, 'x', 2.5], [2]];
    xlsx.utils.book_append_sheet(workbook, xlsx.utils.aoa_to_sheet(cells), 'Sales');
    const path = at('landed');
    writeFileSync(path, new Uint8Array(xlsx.write(workbook, { type: 'array', bookType: 'xlsx' })));
    expect(await newValues(path, 'excel')).toEqual(['1 column_3 2.5', '1 extra x']);
  });

  test('Parquet, its nested values as JSON of texts', async () => {
    const path = at('landed');
    await db.run(`COPY (SELECT 1 AS id, {'p': 12345678901234567.89::DECIMAL(38, 2), 'l': [1, 2]} AS s,
      DATE '2024-02-29' AS d, 'x'::BLOB AS b) TO ${literal(path)} (FORMAT parquet)`);
    expect(await newValues(path, 'parquet')).toEqual([
      '1 b eA==',
      '1 d 2024-02-29',
      '1 s {"p":"12345678901234567.89","l":["1","2"]}',
    ]);
  });
});

test('a column of Parquet that is of another type is set aside, not the end of its file', async () => {
  const path = at('landed');
  await db.run(`COPY (SELECT i AS id, DATE '2024-01-01' + i::INTEGER AS "Size (EU)"
    FROM range(1, 4) t(i)) TO ${literal(path)} (FORMAT parquet)`);
  expect(summary(await judge(path, 'parquet', {}))).toContain('E_SCHEMA "Size (EU)" is DATE');
  const found = await judge(path, 'parquet', { changedTypes: 'quarantine_value' });
  expect(summary(found)).toMatchObject({ valid: 3, setAside: 3 });
  const { values } = found.kind === 'validated' ? await contents(found) : { values: [] };
  expect(values.map(({ value }) => value)).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
});

test('an object where a number should be is set aside as JSON; in a text it rejects its row', async () => {
  const lines = '{"id":1,"size":{"eu":42}}\n{"id":2,"note":{"a":1}}\n';
  const found = await judge(written(lines), 'jsonl', { changedTypes: 'quarantine_value' });
  expect(summary(found)).toMatchObject({ valid: 1, rejected: 1, setAside: 1 });
  const { values } = found.kind === 'validated' ? await contents(found) : { values: [] };
  expect(values).toMatchObject([{ _row: 1, column: 'size', code: 'E_TYPE', value: '{"eu":42}' }]);
});

test('a key that only a broken line names rejects that line, and is no new column', async () => {
  const lines = '{"id":1}\n{"id":2,"odd":1,"odd":2}\n{"id":3,"odd":[1}\n';
  const judged = { valid: 1, rejected: 2, evolved: [], setAside: 0, drift: [] };
  for (const newColumns of ['freeze', 'evolve', 'quarantine_value', 'hold'] as const)
    expect(summary(await judge(written(lines), 'jsonl', { newColumns }))).toEqual(judged);
  const sound = `${lines}{"id":4,"odd":3}\n`;
  expect(summary(await judge(written(sound), 'jsonl', { newColumns: 'freeze' }))).toContain(
    'unknown: "odd" in 1 row;',
  );
});

test('a file with more names than are counted is refused, not read in part', async () => {
  const odd = Array.from({ length: 150 }, (_, index) => `{"id":${index},"odd${index}":1}`);
  expect(summary(await judge(written(odd.join('\n')), 'jsonl', { newColumns: 'evolve' }))).toMatch(
    /^E_SCHEMA \d+ columns are new, "odd0", /,
  );
});
