import { describe, expect, test } from 'vitest';
import type { Field } from '../../core/fields/field.ts';
import { boolean, date, double, integer, text, timestamp } from '../../core/fields/index.ts';
import { among } from '../../core/rules/index.ts';
import { published, rejected } from './case.ts';
import { readLanded } from './read-file.ts';
import { file, row, sales } from './sales.ts';

/** A value of the catalogue, the field it lands in, and what becomes of its row. */
type Case = readonly [name: string, field: string, kind: Field, cell: string, becomes: unknown];

const { fields } = sales();
const kindOf = (name: string): Field => fields[name] ?? text();
const long = integer({ bits: 64 });
const warsaw = timestamp({ formats: ['YYYY-MM-DD HH:mm:ss'], zone: 'Europe/Warsaw' });
const inSeconds = timestamp({
  epoch: 's',
  from: '2000-01-01T00:00:00Z',
  to: '2100-01-01T00:00:00Z',
});
const note = (more: Parameters<typeof text>[0] = {}) => text({ optional: true, ...more });

/** What the rejected row is told; anything else is how the value is published. */
const told = (code: string) => ({ told: code });

const numbers: readonly Case[] = [
  ['V01 the largest integer of 64 bits', 'qty', long, '9223372036854775807', '9223372036854775807'],
  ['V01 one more', 'qty', long, '9223372036854775808', told('E_RANGE')],
  ['V02 an integer beyond 2^53', 'qty', long, '9007199254740993', '9007199254740993'],
  ['V03 an exponent', 'qty', integer(), '1e3', told('E_TYPE')],
  ['V03 a hexadecimal number', 'qty', integer(), '0x10', told('E_TYPE')],
  ['V03 an underscore', 'qty', integer(), '1_000', told('E_TYPE')],
  ['V03 a plus sign', 'qty', integer(), '+5', 5],
  ['V03 spaces around a number', 'qty', integer(), ' 7 ', 7],
  ['V03 spaces that are not trimmed', 'qty', integer({ trim: false }), ' 7 ', told('E_TYPE')],
  ['V04 no number, as decimal', 'price', kindOf('price'), 'NaN', told('E_TYPE')],
  ['V04 infinity, as decimal', 'price', kindOf('price'), 'Infinity', told('E_TYPE')],
  ['V04 no number, as double', 'price', double(), 'NaN', told('E_TYPE')],
  ['V04 minus infinity, as double', 'price', double(), '-inf', told('E_TYPE')],
  ['V05 a decimal too many', 'price', kindOf('price'), '12.345', told('E_SCALE')],
  ['V06 separated thousands', 'price', kindOf('price'), '"1,234.50"', told('E_TYPE')],
];

const times: readonly Case[] = [
  [
    'V08 a date of no declared format',
    'note',
    date({ optional: true }),
    '01/02/2026',
    told('E_TYPE'),
  ],
  ['V09 30 February', 'note', date({ optional: true }), '2026-02-30', told('E_TYPE')],
  ['V09 month 13', 'note', date({ optional: true }), '2026-13-01', told('E_TYPE')],
  ['V09 all zeros', 'note', date({ optional: true }), '0000-00-00', told('E_TYPE')],
  ['V10 a leap second', 'sold_at', timestamp(), '2016-12-31T23:59:60Z', told('E_TYPE')],
  ['V10 hour 24', 'sold_at', timestamp(), '2026-01-01T24:00:00Z', told('E_TYPE')],
  ['V11 a local time in the gap', 'sold_at', warsaw, '2026-03-29 02:30:00', told('E_TZ_GAP')],
  ['V12 one that comes twice', 'sold_at', warsaw, '2026-10-25 02:30:00', told('E_TZ_AMBIGUOUS')],
  [
    'V13 an offset of 25 hours',
    'sold_at',
    timestamp(),
    '2026-01-01T00:00:00+25:00',
    told('E_RANGE'),
  ],
  ['V13 the year 99999', 'sold_at', timestamp(), '99999-01-01T00:00:00Z', told('E_RANGE')],
  ['V13 a negative year', 'sold_at', timestamp(), '-2024-01-01T00:00:00Z', told('E_RANGE')],
  ['V14 milliseconds among seconds', 'sold_at', inSeconds, '1767225600000', told('E_RANGE')],
];

const absences: readonly Case[] = [
  ['V15 NULL is a text', 'note', note(), 'NULL', 'NULL'],
  ['V15 \\N is a text', 'note', note(), '\\N', '\\N'],
  ['V15 None is a text', 'note', note(), 'None', 'None'],
  ['V15 a declared token is none', 'note', note({ nullTokens: ['NA'] }), 'NA', null],
  ['V15 nothing is none', 'note', note(), '', null],
  ['V15 nothing in quotes is an empty text', 'note', note({ max: 5 }), '""', ''],
  ['V15 unless it is declared a token', 'note', note({ nullTokens: [''] }), '""', null],
  ['V15 or a minimum asks for more', 'note', note({ min: 1 }), '""', null],
  ['V15 or a pattern does', 'note', note({ pattern: /x*/ }), '""', null],
  ['V15 a pattern with a minimum of 0', 'note', note({ pattern: /x*/, min: 0 }), '""', ''],
  ['V15 or the values are listed', 'note', note({ rules: [among(['a'])] }), '""', null],
  ['V15 blanks in quotes are none', 'note', note(), '"  "', null],
  ['V15 but where they are no part', 'note', note({ trim: false }), '"  "', '  '],
  ['V15 nothing in quotes is no number', 'note', integer({ optional: true }), '""', null],
  ['V15 required, nothing in quotes', 'sku', kindOf('sku'), '""', told('E_REQUIRED')],
  ['V15 required with a minimum of 0', 'sku', text({ min: 0 }), '""', ''],
  ['V15 required with one, no quotes', 'sku', text({ min: 0 }), '', told('E_REQUIRED')],
  ['V15 and with a pattern', 'sku', text({ min: 0, pattern: /[S\d-]+/ }), '""', told('E_PATTERN')],
  ['V16 a required field is empty', 'sku', kindOf('sku'), '', told('E_REQUIRED')],
  ['V17 a token that is not declared', 'note', boolean({ optional: true }), 'T', told('E_TYPE')],
  ['V17 another', 'note', boolean({ optional: true }), 'yes', told('E_TYPE')],
  ['V17 a number', 'note', boolean({ optional: true }), '1', told('E_TYPE')],
  [
    'V17 a declared one',
    'note',
    boolean({ optional: true, true: ['on'], false: ['off'] }),
    'on',
    true,
  ],
];

const characters: readonly Case[] = [
  ['V19 in free text', 'note', note(), 'a\u200bb\u202ec', 'a\u200bb\u202ec'],
  ['C14 kept where the field says so', 'note', note({ controls: true }), '\u001b[1m', '\u001b[1m'],
];

const keyed = () => sales({ key: ['sku'] });

test.each([
  ['a space of no width', 'S-50\u200b', rejected('E_CONTROL_CHAR sku')],
  ['text that runs backwards', '\u202eS-50', rejected('E_CONTROL_CHAR sku')],
  ['a byte order mark', 'S\ufeff-50', rejected('E_CONTROL_CHAR sku')],
  ['an isolate', 'S\u2066-50', rejected('E_CONTROL_CHAR sku')],
  ['letters of any script', 'Straße-東京', published()],
])('V19 a key with %s', async (_name, sku, expected) => {
  const landed = Buffer.from(file(row(50, { sku })));
  expect(await readLanded(landed, keyed())).toMatchObject(expected);
});

test.each([
  ['in its key', 'sku', 'caf\u00e9'],
  ['in free text, which is kept as it came', 'note', 'cafe\u0301'],
])('V18 two spellings of one letter, %s', async (_name, field, becomes) => {
  const landed = Buffer.from(file(row(50, { [field]: 'cafe\u0301' })));
  const found = await readLanded(landed, keyed());
  expect(found).toMatchObject(published());
  const rows = found.kind === 'read' ? found.rows : [];
  expect(rows.find(({ _row }) => _row === 50)?.[field]).toBe(becomes);
});

test('C14 beside a field that keeps control characters, every other text is judged alone', async () => {
  const dataset = sales({ fields: { ...fields, note: note({ controls: true }) } });
  const bell = file(row(50, { sku: 'S\u0007', note: '\u0007' }));
  const found = await readLanded(Buffer.from(bell), dataset);
  expect(found).toMatchObject(rejected('E_CONTROL_CHAR sku'));
  const nul = await readLanded(Buffer.from(file(row(50, { note: '\0' }))), dataset);
  expect(nul).toMatchObject(rejected('E_CONTROL_CHAR'));
});

const texts: readonly Case[] = [
  ['V07 leading zeros', 'sku', kindOf('sku'), '00123', '00123'],
  ['V21 a formula', 'note', note(), '=HYPERLINK(A1)', '=HYPERLINK(A1)'],
  ['V21 a command', 'note', note(), "+cmd|' /C calc'!A0", "+cmd|' /C calc'!A0"],
  ['V21 a tab before a formula', 'note', note(), '\t@SUM(A1)', '\t@SUM(A1)'],
  ['V22 a script', 'note', note(), '<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['V23 65 characters of 64', 'sku', kindOf('sku'), 'x'.repeat(65), told('E_LENGTH')],
  ['V23 64 characters of 4 bytes', 'sku', kindOf('sku'), '📦'.repeat(64), '📦'.repeat(64)],
];

describe.each([
  ['numbers', numbers],
  ['times', times],
  ['absences', absences],
  ['texts', texts],
  ['characters', characters],
])('%s', (_group, cases) => {
  test.each(cases)('%s', async (_name, field, kind, cell, becomes) => {
    const dataset = sales({ fields: { ...fields, [field]: kind } });
    // The other rows must be sound in the changed field, so they are in its own form.
    const sound = field === 'sold_at' ? soundTime(kind) : undefined;
    const others = sound === undefined ? {} : { [field]: sound };
    const landed = Buffer.from(
      file(row(50, { [field]: cell })).replaceAll(
        '2026-03-05T10:00:00Z',
        others.sold_at ?? '2026-03-05T10:00:00Z',
      ),
    );
    const found = await readLanded(landed, dataset);
    expect(await readLanded(landed, dataset)).toEqual(found);
    const code = Object(becomes).told;
    if (typeof code === 'string') {
      expect(found).toMatchObject(rejected(`${code} ${field}`));
    } else {
      expect(found).toMatchObject(published());
      const rows = found.kind === 'read' ? found.rows : [];
      expect(rows.find(({ _row }) => _row === 50)?.[field]).toEqual(becomes);
    }
  });
});

const soundTime = ({ options }: Field): string | undefined => {
  if (options.epoch === 's') return '1767225600';
  return options.zone === undefined ? undefined : '2026-03-05 10:00:00';
};
