import { describe, expect, test } from 'vitest';
import { readHeader } from '../../../adapters/engine/header.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { limits } from '../../../core/limits.ts';

const dataset = (delimiter = ',') =>
  defineDataset({
    name: 'things',
    domain: 'tests',
    owner: 'tests@example.com',
    description: 'Things with a header.',
    fields: { id: integer(), name: text(), note: text({ optional: true }) },
    files: { delimiter },
  });

const read = (bytes: string | Buffer, delimiter = ',', ended = true) =>
  readHeader(Buffer.from(bytes), ended, dataset(delimiter));

describe('readHeader', () => {
  const all = ['id', 'name', 'note'];
  test.each([
    ['the declared order', 'id,name,note\n1,a,b\n', ',', all, 13],
    ['another order', 'note,id,name\r\n', ',', ['note', 'id', 'name'], 14],
    ['a byte order mark', '\ufeffid,name,note\n', ',', all, 16],
    ['empty lines before', '\r\n\nid,name,note\n', ',', all, 16],
    ['quotes and spaces', '"id", name ,"note"\r\n', ',', all, 20],
    ['a quoted name behind a mark', '\ufeff"id",name,note\n', ',', all, 18],
    ['no line end', 'id,name,note', ',', all, 12],
    ['an optional column missing', 'id,name\n', ',', ['id', 'name'], 8],
    ['semicolons', 'id;name;note\n', ';', all, 13],
    ['tabs', 'id\tname\tnote\n', '\t', all, 13],
    ['marks that mean something in patterns', 'id^name^note\n', '^', all, 13],
  ])('%s', (_name, given, delimiter, columns, bytes) => {
    expect(read(given, delimiter)).toEqual({ kind: 'header', columns, bytes });
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
    ['another case', 'ID,name\n', 'E_SCHEMA', 'unknown: "ID"'],
    ['a carriage return alone', 'id,name,note\r1,a,b\r', 'E_HEADER', 'LF or CRLF'],
    ['a quote that never closes', 'id,"name,note\n', 'E_HEADER', 'quote'],
    ['not UTF-8', Buffer.from('id,name,caf\xe9\n', 'latin1'), 'E_FILE_ENCODING', 'UTF-8'],
    ['too many columns', `id,name${',x'.repeat(limits.columnsMax)}\n`, 'E_HEADER', 'are allowed'],
    ['a header without end', `id,${'x'.repeat(limits.headerBytesMax)}`, 'E_HEADER', 'not end'],
  ])('%s is refused', (_name, given, code, words) => {
    const found = read(given);
    expect(found).toMatchObject({ kind: 'refused', code });
    expect(found).toHaveProperty('detail', expect.stringContaining(words));
  });

  test('data that stands where the header should is not quoted in the message', () => {
    expect(read('secret@example.com,x\n')).toHaveProperty(
      'detail',
      expect.not.stringContaining('secret'),
    );
  });
});
