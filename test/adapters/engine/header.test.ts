import { describe, expect, test } from 'vitest';
import { readHeader } from '../../../adapters/engine/header.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import type { FileOptions } from '../../../core/landing/file-options.ts';
import { limits } from '../../../core/limits.ts';

const dataset = (files: Partial<FileOptions>) =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Things with a header.',
    fields: {
      id: integer(),
      name: text({ aliases: ['Bezeichnung', '名前', 'DisplayName'] }),
      note: text({ optional: true }),
      unit_price: text({ optional: true }),
    },
    files,
  });

const read = (bytes: string | Buffer, delimiter = ',', ended = true) =>
  readHeader(Buffer.from(bytes), ended, dataset({ delimiter }));
const readAs = (bytes: string, files: Partial<FileOptions>) =>
  readHeader(Buffer.from(bytes), true, dataset(files));

describe('readHeader', () => {
  const all = ['id', 'name', 'note'];
  test.each([
    ['the declared order', 'id,name,note\n1,a,b\n', ',', all, 13],
    ['another order', 'note,id,name\r\n', ',', ['note', 'id', 'name'], 14],
    ['a byte order mark', '\ufeffid,name,note\n', ',', all, 16],
    ['empty lines before', '\r\n\nid,name,note\n', ',', all, 16],
    ['quotes and spaces', '"id", name ,"note"\r\n', ',', all, 20],
    ['a quoted name behind a mark', '\ufeff"id",name,note\n', ',', all, 18],
    ['another case', 'ID, Name ,NOTE\n', ',', all, 15],
    ['a carriage return alone', 'id,name,note\r1,a,b\r', ',', all, 13],
    ['empty lines of carriage returns', '\r\rid,name,note\r', ',', all, 15],
    ['an alias', 'id,Bezeichnung\n', ',', ['id', 'name'], 15],
    ['an alias in another script', 'id,名前\n', ',', ['id', 'name'], 10],
    ['the snake_case of an alias', 'id,display_name\n', ',', ['id', 'name'], 16],
    ['words with blanks', 'id,name,Unit Price\n', ',', ['id', 'name', 'unit_price'], 19],
    ['words grown together', 'id,name,"unitPrice"\n', ',', ['id', 'name', 'unit_price'], 20],
    ['no line end', 'id,name,note', ',', all, 12],
    ['an optional column missing', 'id,name\n', ',', ['id', 'name'], 8],
    ['semicolons', 'id;name;note\n', ';', all, 13],
    ['tabs', 'id\tname\tnote\n', '\t', all, 13],
    ['marks that mean something in patterns', 'id^name^note\n', '^', all, 13],
  ])('%s', (_name, given, delimiter, columns, bytes) => {
    expect(read(given, delimiter)).toMatchObject({ kind: 'header', columns, bytes });
  });

  test.each([
    ['only a byte order mark', '\ufeff', 'E_EMPTY', 'no text'],
    ['only blanks', ' \r\n \n', 'E_EMPTY', 'no text'],
    ['data instead of a header', '1,a,b\n2,c,d\n', 'E_HEADER', 'none of the 3 cells'],
    ['another separator', 'id;name;note\n', 'E_HEADER', 'separated by ","'],
    ['a column twice', 'id,name,id \n', 'E_HEADER_DUP', '"id"'],
    ['a column without a name', 'id,name,\n', 'E_HEADER', 'column 3'],
    ['a required column missing', 'id,note\n', 'E_SCHEMA', 'missing: "name"'],
    ['an unknown column', 'id,name,x"; DROP\n', 'E_HEADER', 'quote'],
    ['an unknown quoted column', 'id,name,"x""; DROP"\n', 'E_SCHEMA', 'unknown: "x\\"; DROP"'],
    ['__proto__', 'id,name,__proto__\n', 'E_SCHEMA', '"__proto__"'],
    ['a column twice in another case', 'id,name,ID \n', 'E_HEADER_DUP', '"ID"'],
    ['one name composed and decomposed', 'id,name,\u00e9,e\u0301\n', 'E_HEADER_DUP', 'twice'],
    ['a name and its alias', 'id,name,Bezeichnung\n', 'E_HEADER_DUP', 'both stand for "name"'],
    ['an unknown name with a carriage return', 'id,name,"x\r"\n', 'E_SCHEMA', 'unknown: "x"'],
    ['a quote that never closes', 'id,"name,note\n', 'E_HEADER', 'quote'],
    ['not UTF-8', Buffer.from('id,name,caf\xe9\n', 'latin1'), 'E_FILE_ENCODING', 'UTF-8'],
    ['too many columns', `id,name${',x'.repeat(limits.columnsMax)}\n`, 'E_HEADER', 'are allowed'],
    ['a header without end', `id,${'x'.repeat(limits.headerBytesMax)}`, 'E_HEADER', 'not end'],
  ])('%s is refused', (_name, given, code, words) => {
    const found = read(given);
    expect(found).toMatchObject({ kind: 'refused', code });
    expect(found).toHaveProperty('detail', expect.stringContaining(words));
  });

  test.each([
    ['stray quotes that are text', 'id,"name",5" note\n', { strictQuotes: false }, 'E_SCHEMA'],
    ['another quote that never closes', "id,'name\n", { quote: "'" }, 'E_HEADER'],
  ] as const)('%s', (_name, given, files, code) => {
    expect(readAs(given, files)).toMatchObject({ kind: 'refused', code });
  });

  test('another quote stands around names', () => {
    const columns = ['id', 'name', 'note'];
    const given = "'id','name','note'\n";
    expect(readAs(given, { quote: "'" })).toMatchObject({ kind: 'header', columns, bytes: 19 });
  });

  test('without a header the columns are the fields', () => {
    const columns = ['id', 'name', 'note', 'unit_price'];
    const header = { kind: 'header', columns };
    expect(readAs('\ufeff1,a,b,c\n', { header: false })).toMatchObject({ ...header, bytes: 3 });
    expect(readAs(' \n', { header: false })).toHaveProperty('code', 'E_EMPTY');
    expect(readAs('\ufeff \n', { allowEmpty: true })).toMatchObject({ ...header, bytes: 5 });
  });

  test('data that stands where the header should is not quoted in the message', () => {
    expect(read('secret@example.com,x\n')).toHaveProperty(
      'detail',
      expect.not.stringContaining('secret'),
    );
  });
});
