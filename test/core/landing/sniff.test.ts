import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sniff, sniffFormat } from '../../../core/landing/sniff.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const csv = { kind: 'plain', format: 'csv' };
const jsonl = { kind: 'plain', format: 'jsonl' };
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
  ])('%s', (_name, key, head, found) => {
    expect(sniff(head, key)).toEqual(found);
  });

  test.each([
    ['plain text named .gz', 'o.csv.gz', bytes('a,b\n'), 'E_FORMAT', 'promises gzip'],
    ['zstd named .gz', 'o.gz', bytes([0x28, 0xb5, 0x2f, 0xfd]), 'E_FORMAT', 'the bytes are zstd'],
    ['a JSON array', 'o.json', bytes(' [{"a":1}]'), 'E_FORMAT', 'JSON array'],
    ['HTML', 'o.csv', bytes('<!doctype html>'), 'E_FORMAT', 'HTML'],
    ['PNG', 'o.csv', bytes([0x89], 'PNG\r\n'), 'E_FORMAT', 'PNG'],
    ['zip', 'o.csv', bytes('PK', [3, 4]), 'E_FORMAT', 'zip'],
    ['PDF', 'o.csv', bytes('%PDF-1.7'), 'E_FORMAT', 'PDF'],
    ['Avro', 'o.csv', bytes('Obj', [1]), 'E_FORMAT', 'Avro'],
    ['encrypted Parquet', 'o.csv', bytes('PARE'), 'E_FORMAT', 'encrypted Parquet'],
    ['other binary', 'o.csv', bytes([1, 2, 3, 4, 5, 65, 66]), 'E_FORMAT', 'binary'],
    [
      'UTF-16 with a BOM',
      'o.csv',
      Buffer.from('\ufeffa,b\n', 'utf16le'),
      'E_FILE_ENCODING',
      'UTF-16',
    ],
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
    expect(sniff(head, key)).toMatchObject({ kind: 'refused', code });
    expect(sniff(head, key)).toHaveProperty('detail', expect.stringContaining(word));
  });

  test('a file that is compressed twice is refused', () => {
    expect(sniffFormat(bytes([0x1f, 0x8b]))).toMatchObject({ kind: 'refused', code: 'E_FORMAT' });
  });

  test('any printable text is CSV, JSON Lines or refused for what it looks like', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (text) => {
        const { kind } = sniff(Buffer.from(`x${text}`), 'orders.csv');
        expect(['plain', 'refused']).toContain(kind);
      }),
    );
  });
});
