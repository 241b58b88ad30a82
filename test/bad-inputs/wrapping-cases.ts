import { zipOf } from '../support/zip.ts';
import { type Case, gzip, latin1, note, published, refused, rejected } from './case.ts';
import { file, header, row } from './sales.ts';

const MIB = 1024 * 1024;

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
const whole = gzip(file());
const entry = (name: string, content: string | Buffer) => ({ name, data: Buffer.from(content) });
const half = (from: number): string => `${[header, row(from), row(from + 1)].join('\n')}\n`;

/** C33 and C36 to C45 of the catalogue, but C43. */
export const wrappings: readonly Case[] = [
  ['C33 a field of 10 MB', file(note('x'.repeat(10 * MIB))), rejected('E_FIELD_SIZE')],
  ['C36 gzip named .csv', whole, published()],
  ['C37 text named .csv.gz', file(), refused('E_FORMAT', 'promises gzip'), {}, { key: 'a.csv.gz' }],
  [
    'C38 Parquet named .csv, where only CSV is accepted',
    Buffer.from('PAR1\x15\0'),
    refused('E_FORMAT', 'the file is parquet'),
    { formats: ['csv'] },
  ],
  ['C38 PNG named .csv', latin1('\x89PNG\r\n'), refused('E_FORMAT', 'PNG')],
  ['C38 HTML named .csv', '<!doctype html><h1>503', refused('E_FORMAT', 'HTML')],
  ['C39 gzip that is cut off', whole.subarray(0, -100), refused('E_CORRUPT')],
  ['C40 gzip with a tail', Buffer.concat([whole, Buffer.from('tail')]), refused('E_CORRUPT')],
  ['C41 gzip of two members', Buffer.concat([gzip(file()), gzip(`${row(101)}\n`)]), published(101)],
  ['C42 a gzip bomb', gzip(Buffer.alloc(80 * MIB, `${row(1)}\n`)), refused('E_BOMB', '200 times')],
  [
    'C42 a gzip bomb over the bytes',
    gzip(file()),
    refused('E_BOMB', '1000 decompressed bytes'),
    {},
    { caps: { inflatedBytesMax: 1000 } },
  ],
  ['C44 gzip with a flipped bit', flipped(whole, whole.length >> 1), refused('E_CORRUPT')],
  ['C44 gzip with a wrong checksum', flipped(whole, whole.length - 6), refused('E_CORRUPT')],
  [
    'C45 a file over the limit, here of 1000 bytes',
    file(),
    refused('E_SIZE', '1000 bytes'),
    {},
    { caps: { fileBytesMax: 1000 } },
  ],
];

const inner = zipOf([entry('sales.csv', file())]);
const bomb = entry('bomb.csv', `${header}\n${`${row(1)}\n`.repeat(50)}`);
/** C43. */
export const archives: readonly Case[] = [
  ['C43 a zip with one CSV', inner, published(), {}, { key: 'sales.zip' }],
  ['C43 the same stored', zipOf([{ ...entry('a', file()), method: 0 }]), published()],
  [
    'C43 a zip with two CSV of one header: one file',
    zipOf([entry('a.csv', half(1)), entry('b.csv', half(3).trimEnd()), entry('c.csv', half(5))]),
    published(6),
  ],
  [
    'C43 the same with folders and what macOS adds',
    zipOf([entry('x/', ''), entry('x/a.csv', half(1)), entry('__MACOSX/x/._a.csv', '\0\0\0')]),
    published(2),
  ],
  [
    'C43 two CSV of different headers',
    zipOf([entry('a.csv', half(1)), entry('b.csv', 'id,sku\n1,a\n')]),
    refused('E_HEADER', 'file 2'),
  ],
  [
    'C43 files of two kinds',
    zipOf([entry('a.csv', half(1)), entry('b.json', '{"id":1}\n')]),
    refused('E_FORMAT', 'file 2 of the archive is jsonl'),
  ],
  ['C43 a zip in a zip', zipOf([entry('in.zip', inner)]), refused('E_FORMAT', 'twice')],
  ['C43 gzip in a zip', zipOf([entry('in.gz', whole)]), refused('E_FORMAT', 'twice')],
  ['C43 a zip in gzip', gzip(inner), refused('E_FORMAT', 'twice')],
  ['C43 an entry ../../x', zipOf([entry('../../x', file())]), refused('E_KEY', 'leads out')],
  ['C43 an entry /etc/x', zipOf([entry('/etc/x', file())]), refused('E_KEY', 'leads out')],
  ['C43 an entry ..\\x', zipOf([entry('..\\x', file())]), refused('E_KEY', 'leads out')],
  ['C43 an encrypted entry', zipOf([{ ...bomb, flags: 1 }]), refused('E_FORMAT', 'encrypted')],
  [
    'C43 entries that share their bytes',
    zipOf([bomb, { ...bomb, name: 'b', offset: 0 }, { ...bomb, name: 'c', offset: 0 }]),
    refused('E_BOMB', 'share'),
  ],
  ['C43 more than it states', zipOf([{ ...bomb, size: 10 }]), refused('E_CORRUPT')],
  ['C43 another checksum', zipOf([{ ...bomb, crc: 1 }]), refused('E_CORRUPT', 'checksum')],
  [
    'C43 a bomb by its own directory, judged before anything is unpacked',
    zipOf([{ ...bomb, size: 4_000_000_000 }]),
    refused('E_BOMB', 'grow to 4000000000'),
  ],
  [
    'C43 more bytes than allowed',
    zipOf([bomb]),
    refused('E_BOMB', '1000 decompressed'),
    {},
    { caps: { inflatedBytesMax: 1000 } },
  ],
  [
    'C43 more entries than allowed',
    zipOf([bomb, { ...bomb, name: 'b' }]),
    refused('E_SIZE', 'more than 1 entries'),
    {},
    { caps: { zipEntriesMax: 1 } },
  ],
  ['C43 a zip that is cut off', inner.subarray(0, -30), refused('E_CORRUPT')],
  ['C43 an empty zip', zipOf([]), refused('E_FORMAT', 'empty zip')],
  ['C43 a zip of folders', zipOf([entry('x/', '')]), refused('E_EMPTY', 'no file')],
];
