import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import type { FileOptions } from '../../../core/landing/file-options.ts';
import { readLanded } from '../../bad-inputs/read-file.ts';
import { zipOf } from '../../support/zip.ts';

const things = (files: Partial<FileOptions>) =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Things that come in every kind of text.',
    fields: {
      id: integer(),
      name: text({ aliases: ['displayName', '名前'] }),
      note: text({ optional: true }),
    },
    files,
  });

const read = async (given: string | Buffer, files: Partial<FileOptions> = {}) =>
  await readLanded(Buffer.from(given), things(files), { key: 'things' });

/** What is published, as [id, name, note]. */
const rowsOf = (found: Awaited<ReturnType<typeof read>>): unknown[] => {
  if (found.kind === 'refused') throw new Error(found.detail);
  return found.rows.map(({ id, name, note }) => [id, name, note]);
};

const two = [
  [1, 'Ann', null],
  [2, 'Bö', 'x'],
];
const columns = {
  note: { at: 9, length: 2 },
  id: { at: 0, length: 4 },
  name: { at: 4, length: 5 },
};
const entry = (name: string, data: string) => ({ name, data: Buffer.from(data) });
const wide = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le');

describe('the same rows', () => {
  test.each([
    ['separated by tabs', 'id\tname\tnote\n1\tAnn\t\n2\tBö\tx\n', { delimiter: '\t' }],
    ['by another quote', "id,name,note\n1,'Ann',\n2,Bö,'x'\n", { quote: "'" }],
    ['without quotes', 'id|name|note\n1|Ann|\n2|Bö|x\n', { quote: null, delimiter: '|' }],
    ['without a header', '\ufeff1,Ann,\n2,Bö,x\n', { header: false }],
    ['of fixed width', '0001Ann    \n   2Bö   x  \n', { formats: ['fixed'], columns }],
    ['by an alias in the header', 'ID,名前,Note\n1,Ann,\n2,Bö,x', {}],
    [
      'by an alias as a JSON key',
      '{"id":1,"displayName":"Ann"}\n{"id":2,"名前":"Bö","note":"x"}',
      {},
    ],
    ['as JSON in UTF-16', wide('{"id":1,"name":"Ann"}\n{"id":2,"name":"Bö","note":"x"}'), {}],
    ['as CSV in UTF-16', wide('id,name,note\r\n1,Ann,\r\n2,Bö,x\r\n'), {}],
    [
      'as JSON in two files of a zip',
      zipOf([
        entry('a', '{"id":1,"name":"Ann"}'),
        entry('b', '\ufeff{"id":2,"name":"Bö","note":"x"}'),
      ]),
      {},
    ],
    [
      'in two files of a zip without headers',
      zipOf([entry('a', '1,Ann,'), entry('b', '2,Bö,x\n')]),
      { header: false },
    ],
  ] as const)('%s', async (_name, given, files) => {
    expect(rowsOf(await read(given, files))).toEqual(two);
  });
});

describe('rows that are rejected stand where they are said to stand', () => {
  test.each([
    ['without a header', '1,a\n2,b,x\n', { header: false }, 'E_FIELD_COUNT', '1,a'],
    ['by another quote', "id,name\n1,'a'b\n2,b\n", { quote: "'" }, 'E_QUOTE', "1,'a'b"],
    [
      'of fixed width',
      '0001Ann\n0002Bö   x \n',
      { formats: ['fixed'], columns },
      'E_FIELD_COUNT',
      '0001Ann',
    ],
    [
      'a value',
      '000xAnn    \n0002Bö   x \n',
      { formats: ['fixed'], columns },
      'E_TYPE id',
      '000xAnn    ',
    ],
    [
      'by a stray quote as text',
      'id,name\nx,5" a\n2,b\n',
      { strictQuotes: false },
      'E_TYPE id',
      'x,5" a',
    ],
    [
      'in the decoded file',
      Buffer.from('id,name\nx,caf\xe9\n2,b\n', 'latin1'),
      { encoding: 'windows-1252' },
      'E_TYPE id',
      'x,caf\xc3\xa9',
    ],
    [
      'by a field and its alias',
      '{"name":"a","displayName":"b"}\n{"id":2,"name":"b"}',
      {},
      'E_JSON_DUP_KEY',
      '{"name":"a","displayName":"b"}',
    ],
  ] as const)('%s', async (_name, given, files, reason, raw) => {
    expect(await read(given, files)).toMatchObject({
      rowsIn: 2,
      valid: 1,
      reasons: { [reason]: 1 },
      raw: [raw],
    });
  });
});

test.each([
  ['JSON Lines', { formats: ['jsonl'] }],
  ['fixed width', { formats: ['fixed'], columns }],
  ['CSV without a header', { header: false }],
  ['Parquet', { formats: ['parquet'] }],
] as const)('a blank file of %s has no rows, where that is allowed', async (_name, files) => {
  const found = await read('\ufeff \n', { ...files, allowEmpty: true });
  expect(found).toMatchObject({ kind: 'read', rowsIn: 0, framing: 5 });
  expect(await read(' \n', files)).toMatchObject({ kind: 'refused', code: 'E_EMPTY' });
});

test('an Excel file in a zip that begins with another entry is seen by its directory', async () => {
  const workbook = zipOf([entry('custom', 'a'), entry('xl/workbook.xml', '<x/>')]);
  const found = await read(workbook);
  expect(found).toMatchObject({ kind: 'refused', code: 'E_FORMAT' });
  expect(found).toHaveProperty('detail', expect.stringContaining('the file is excel'));
});
