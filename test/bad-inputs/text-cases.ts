import { expect } from 'vitest';
import { type Case, gzip, latin1, note, published, refused, rejected } from './case.ts';
import { file, header, row } from './sales.ts';

const big = (content: string): Buffer => Buffer.from(`\ufeff${content}`, 'utf16le').swap16();

/** C01 to C05 of the catalogue. */
export const encodings: readonly Case[] = [
  ['C01 a byte order mark', `\ufeff${file()}`, published()],
  ['C02 UTF-16LE with a mark', Buffer.from(`\ufeff${file()}`, 'utf16le'), published()],
  ['C02 UTF-16BE with a mark', big(file(note('käse 🧀'))), published()],
  [
    'C02 UTF-16 with a mark, declared as UTF-8',
    Buffer.from(`\ufeff${file()}`, 'utf16le'),
    refused('E_FILE_ENCODING', 'declares utf-8'),
    { encoding: 'utf-8' },
  ],
  [
    'C02 UTF-16 that ends within a character',
    Buffer.from(`\ufeff${file()}`, 'utf16le').subarray(0, -1),
    refused('E_FILE_ENCODING', 'half a unit'),
  ],
  [
    'C03 UTF-16 without a mark',
    Buffer.from(file(), 'utf16le'),
    refused('E_FILE_ENCODING', 'UTF-16'),
  ],
  [
    'C04 one row with a byte that is no UTF-8',
    latin1(file(note('caf\xe9'))),
    { ...rejected('E_ENCODING'), raw: [note('caf\xe9')] },
  ],
  [
    'C05 windows-1252, as declared',
    latin1(file(note('caf\xe9 \x80'))),
    published(100, { rows: expect.arrayContaining([expect.objectContaining({ note: 'café €' })]) }),
    { encoding: 'windows-1252' },
  ],
  [
    'C05 a byte that the declared encoding lacks',
    latin1(file(note('\xd2'))),
    refused('E_FILE_ENCODING', `byte ${file(note('\xd2')).indexOf('\xd2')} of the file is 0xd2`),
    { encoding: 'windows-1253' },
  ],
];

/** C06 to C18. */
export const shapes: readonly Case[] = [
  ['C06 too few fields', file('50,S-50,2'), rejected('E_FIELD_COUNT')],
  ['C07 too many fields', file(`${row(50)},more`), rejected('E_FIELD_COUNT')],
  [
    'C08 every row ragged: all are rejected, and the gate holds the run',
    `${header}\n${'a;b;c\n'.repeat(100)}`,
    { kind: 'read', rowsIn: 100, valid: 0, reasons: { E_FIELD_COUNT: 100 } },
  ],
  [
    'C09 a quote that is never closed: costs its row, and no tail is swallowed',
    file(note('"open')),
    rejected('E_QUOTE'),
  ],
  ['C10 a stray quote', file(note('5" pipe')), rejected('E_QUOTE')],
  [
    'C10 a stray quote that is text',
    file(note('5" pipe')),
    published(100, {
      rows: expect.arrayContaining([expect.objectContaining({ note: '5" pipe' })]),
    }),
    { strictQuotes: false },
  ],
  [
    'C11 a line end and a comma in quotes',
    file(note('"two\nlines, one row"')),
    published(100, {
      rows: expect.arrayContaining([expect.objectContaining({ note: 'two\nlines, one row' })]),
    }),
  ],
  [
    'C12 doubled quotes',
    file(note('"say ""hi"""')),
    published(100, {
      rows: expect.arrayContaining([expect.objectContaining({ note: 'say "hi"' })]),
    }),
  ],
  ['C13 a NUL byte', file(note('a\0b')), rejected('E_CONTROL_CHAR')],
  ['C14 an escape sequence', file(note('\u001b[31mred')), rejected('E_CONTROL_CHAR')],
  ['C14 a byte below the space, in quotes', file(note('"\u0001"')), rejected('E_CONTROL_CHAR')],
  ['C14 a delete', file(note('a\u007f')), rejected('E_CONTROL_CHAR')],
  ['C14 tabs, and line ends in quotes', file(note('"\t\r\n\t"')), published()],
  ['C14 with another quote', file(note("'\u0001'")), rejected('E_CONTROL_CHAR'), { quote: "'" }],
  ['C15 carriage returns alone', file(row(50), { lineEnd: '\r' }), published()],
  [
    'C16 all line ends in one file',
    `${header}\r\n${row(1)}\r${row(2)}\n${row(3)}\r\n${row(4)}\r\r\n${row(5)}`,
    published(5, { framing: header.length + 9 }),
  ],
  [
    'C17 blank lines are framing',
    `${file()}\n\r\n\n`.replace(row(50), `\n${row(50)}\n`),
    published(100, { framing: header.length + 1 + 100 + 6 }),
  ],
  ['C18 no last line end', file(row(50), { last: '' }), published()],
];

/** C19 to C21. */
export const empties: readonly Case[] = [
  ['C19 no bytes', '', refused('E_EMPTY')],
  ['C19 no bytes, allowed', '', published(0), { allowEmpty: true }],
  ['C19 no bytes in gzip', gzip(''), refused('E_EMPTY')],
  ['C19 no bytes in gzip, allowed', gzip(''), published(0), { allowEmpty: true }],
  ['C20 only a mark', '\ufeff', refused('E_EMPTY')],
  ['C20 only blanks', ' \r\n\t\n', refused('E_EMPTY')],
  ['C20 only blanks, allowed', ' \r\n\t\n', published(0, { framing: 5 }), { allowEmpty: true }],
  ['C21 only a header', `${header}\n`, published(0)],
];

/** C22 to C35. */
export const headers: readonly Case[] = [
  ['C22 a column twice', file('', { first: `${header},id` }), refused('E_HEADER_DUP', '"id"')],
  [
    'C23 twice but for case and blanks',
    file('', { first: `${header},ID ` }),
    refused('E_HEADER_DUP'),
  ],
  ['C24 an empty header cell', file('', { first: `${header},` }), refused('E_HEADER', 'no name')],
  [
    'C25 columns in another order',
    'note,price,id,sold_at,qty,sku\n,3.50,1,2026-03-05T10:00:00Z,2,S-1\n',
    published(1, { rows: [expect.objectContaining({ id: 1, sku: 'S-1', qty: 2 })] }),
  ],
  [
    'C26 an unknown column',
    file('', { first: `${header},x` }),
    refused('E_SCHEMA', 'unknown: "x"'),
  ],
  [
    'C27 an optional column missing',
    'id,sku,qty,price,sold_at\n1,S-1,2,3.50,2026-03-05T10:00:00Z\n',
    published(1, { missing: ['note'] }),
  ],
  ['C28 a required column missing', 'id,sku\n1,S-1\n', refused('E_SCHEMA', 'missing: "qty"')],
  ['C29 no header', file().slice(header.length + 1), refused('E_HEADER', 'none of the 6 cells')],
  [
    'C30 a column named like SQL',
    file('', { first: `${header},"""; DROP TABLE x;--"` }),
    refused('E_SCHEMA', 'DROP'),
  ],
  ['C30 a column with a quote', file('', { first: `${header},a"b` }), refused('E_HEADER', 'quote')],
  ['C32 __proto__', file('', { first: `${header},__proto__` }), refused('E_SCHEMA', '__proto__')],
  ['C32 constructor', file('', { first: `${header},toString` }), refused('E_SCHEMA', 'toString')],
  [
    'C34 100,000 columns: the header is over its limits',
    `${header},${Array.from({ length: 100_000 }, (_, at) => `c${at}`).join(',')}\n`,
    refused('E_HEADER', 'does not end within'),
  ],
  [
    'C34 2,000 columns',
    `${header},${Array.from({ length: 2000 }, (_, at) => `c${at}`).join(',')}\n`,
    refused('E_HEADER', '2006 columns; 1000 are allowed'),
  ],
  ['C35 semicolons', file().replaceAll(',', ';'), refused('E_HEADER', 'separated by ","')],
];
