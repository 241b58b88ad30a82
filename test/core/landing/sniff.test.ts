import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultFiles } from '../../../core/landing/file-options.ts';
import { sniff, sniffFormat } from '../../../core/landing/sniff.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const UTF16 = { encoding: 'utf-16le' } as const;
const CP1252 = { encoding: 'windows-1252' } as const;
const csv = { kind: 'plain', format: 'csv' };
const jsonl = { kind: 'plain', format: 'jsonl' };
const zip = { kind: 'compressed', compression: 'zip' };
const avro = bytes('Obj', [1]);
/** The local header of a zip's first entry. */
const entry = (name: string): Uint8Array =>
  bytes('PK', [3, 4], Array(22).fill(0), [name.length, 0, 0, 0], name);
const gzip = { kind: 'compressed', compression: 'gzip' };
const zstd = { kind: 'compressed', compression: 'zstd' };

describe('sniff', () => {
  test.each([
    ['text is CSV', 'orders.csv', bytes('a,b\n'), csv],
    ['CSV behind a BOM', 'orders.csv', bytes([0xef, 0xbb, 0xbf], 'a,b\n'), csv],
    ['CSV under any other name', 'orders.parquet', bytes('a,b\n'), csv],
    ['a NUL in a row is a matter of the row', 'o.csv', bytes('a,b\nc\0,d\n', 'e,f\n'), csv],
    ['JSON Lines', 'orders.csv', bytes('{"a":1}\n'), jsonl],
    ['JSON Lines behind a BOM and blanks', 'o', bytes([0xef, 0xbb, 0xbf], '\r\n  {"a":1}'), jsonl],
    [
      'Parquet named .csv',
      'orders.csv',
      bytes('PAR1', [0x15, 0]),
      { kind: 'plain', format: 'parquet' },
    ],
    ['gzip named .csv', 'orders.csv', bytes([0x1f, 0x8b, 8]), gzip],
    ['gzip named .gz', 'orders.csv.GZ', bytes([0x1f, 0x8b, 8]), gzip],
    ['zstd', 'orders.csv.zst', bytes([0x28, 0xb5, 0x2f, 0xfd]), zstd],
    ['zip', 'orders.zip', entry('orders.csv'), zip],
    ['zip named .csv', 'orders.csv', entry('orders.csv'), zip],
    ['UTF-16 with a mark', 'o.csv', Buffer.from('\ufeffa,b\n', 'utf16le'), csv],
    ['JSON in UTF-16', 'o', Buffer.from('\ufeff \n{"a":1}\n', 'utf16le'), jsonl],
    ['a header that begins like ORC', 'o.csv', bytes('ORCID,name\n'), csv],
  ])('%s', (_name, key, head, found) => {
    expect(sniff(head, key, defaultFiles)).toEqual(found);
  });

  test.each([
    ['plain text named .gz', 'o.csv.gz', bytes('a,b\n'), 'E_FORMAT', 'promises gzip'],
    ['zstd named .gz', 'o.gz', bytes([0x28, 0xb5, 0x2f, 0xfd]), 'E_FORMAT', 'the bytes are zstd'],
    ['a JSON array', 'o.json', bytes(' [{"a":1}]'), 'E_FORMAT', 'JSON array'],
    ['HTML', 'o.csv', bytes('<!doctype html>'), 'E_FORMAT', 'HTML'],
    ['PNG', 'o.csv', bytes([0x89], 'PNG\r\n'), 'E_FORMAT', 'PNG'],
    ['an Excel file', 'o.csv', entry('[Content_Types].xml'), 'E_FORMAT', 'the file is excel'],
    ['plain text named .zip', 'o.zip', bytes('a,b\n'), 'E_FORMAT', 'promises zip'],
    ['PDF', 'o.csv', bytes('%PDF-1.7'), 'E_FORMAT', 'PDF'],
    ['Avro', 'o.csv', avro, 'E_FORMAT', 'the file is avro; the dataset accepts csv'],
    ['ORC', 'o.csv', bytes('ORC', [8, 3]), 'E_FORMAT', 'ORC'],
    ['encrypted Parquet', 'o.csv', bytes('PARE'), 'E_FORMAT', 'encrypted Parquet'],
    ['other binary', 'o.csv', bytes([1, 2, 3, 4, 5, 65, 66]), 'E_FORMAT', 'binary'],
    ['UTF-32 with a BOM', 'o', bytes([0xff, 0xfe, 0, 0, 65, 0, 0, 0]), 'E_FILE_ENCODING', 'UTF-32'],
    [
      'UTF-16 without a BOM',
      'o.csv',
      Buffer.from('a,b\nc,d\n', 'utf16le'),
      'E_FILE_ENCODING',
      'UTF-16',
    ],
    ['no bytes', 'o.csv', bytes(''), 'E_EMPTY', 'no text'],
    ['no bytes named .gz', 'o.csv.gz', bytes(''), 'E_EMPTY', 'no text'],
    ['only a BOM', 'o.csv', bytes([0xef, 0xbb, 0xbf]), 'E_EMPTY', 'no text'],
    ['only blanks', 'o.csv', bytes(' \r\n\t\n'), 'E_EMPTY', 'no text'],
  ])('%s is refused', (_name, key, head, code, word) => {
    expect(sniff(head, key, defaultFiles)).toMatchObject({ kind: 'refused', code });
    expect(sniff(head, key, defaultFiles)).toHaveProperty('detail', expect.stringContaining(word));
  });

  test.each([
    ['fixed width instead of CSV', bytes('0001Anna'), { formats: ['fixed'] }, 'fixed'],
    ['an array, when JSON is accepted', bytes('[{"a":1}]'), { formats: ['json'] }, 'json'],
    ['an object of objects', bytes('{"a":1}'), { formats: ['json'] }, 'json'],
    ['rows under a path', bytes('{"a":1}'), { formats: ['json', 'jsonl'], path: ['a'] }, 'json'],
    ['rows by key', bytes('{"a":1}'), { formats: ['json', 'jsonl'], keyedBy: 'id' }, 'json'],
    ['one object a line', bytes('{"a":1}'), { formats: ['json', 'jsonl'] }, 'jsonl'],
    ['XML', bytes('\n<?xml version="1.0"?>'), { formats: ['xml'] }, 'xml'],
    ['Avro', avro, { formats: ['avro'] }, 'avro'],
    ['Excel', entry('xl/workbook.xml'), { formats: ['excel'] }, 'excel'],
    ['UTF-16 without a mark, declared', Buffer.from('a,b', 'utf16le'), UTF16, 'csv'],
    ['windows-1252', bytes([0xe9, 0x2c, 0x80]), { encoding: 'windows-1252' }, 'csv'],
    ['nothing, where that is allowed', bytes(''), { allowEmpty: true }, 'csv'],
    ['nothing, of fixed width', bytes(' '), { allowEmpty: true, formats: ['fixed'] }, 'fixed'],
  ] as const)('%s', (_name, head, files, format) => {
    expect(sniffFormat(head, { ...defaultFiles, ...files })).toEqual({ kind: 'format', format });
  });

  test.each([
    ['HTML is no XML', bytes('<!DOCTYPE html>'), { formats: ['xml'] }, 'E_FORMAT', 'HTML'],
    ['lines of objects', bytes('{"a":1}'), { formats: ['csv'] }, 'E_FORMAT', 'accepts csv'],
    ['a UTF-8 mark', bytes([0xef, 0xbb, 0xbf, 65]), CP1252, 'E_FILE_ENCODING', 'windows-1252'],
    ['a UTF-16 mark', bytes([0xff, 0xfe, 65, 0]), CP1252, 'E_FILE_ENCODING', 'utf-16le'],
    ['the other mark', bytes([0xfe, 0xff, 0, 65]), UTF16, 'E_FILE_ENCODING', 'utf-16be'],
    ['NULs between', bytes('a\0b\0c\0d\0'), CP1252, 'E_FILE_ENCODING', 'UTF-16'],
  ] as const)('%s against what is declared is refused', (_name, head, files, code, word) => {
    const found = sniffFormat(head, { ...defaultFiles, ...files });
    expect(found).toMatchObject({ kind: 'refused', code });
    expect(found).toHaveProperty('detail', expect.stringContaining(word));
  });

  test('a file that is compressed twice is refused', () => {
    expect(sniffFormat(bytes([0x1f, 0x8b]), defaultFiles)).toMatchObject({
      kind: 'refused',
      code: 'E_FORMAT',
    });
  });

  test('any printable text is CSV, JSON Lines or refused for what it looks like', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (text) => {
        const { kind } = sniff(Buffer.from(`x${text}`), 'orders.csv', defaultFiles);
        expect(['plain', 'refused']).toContain(kind);
      }),
    );
  });
});
