import { describe, expect, test } from 'vitest';
import { date, kindOf, timestamp } from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

const german = date({ formats: ['D.M.YYYY', 'YYYYMMDD'] });
const warsaw = timestamp({ formats: ['DD/MM/YYYY HH:mm'], zone: 'Europe/Warsaw' });
const first = timestamp({
  ...{ formats: ['YYYY-MM-DD HH:mm:ss'], zone: 'Europe/Warsaw', overlap: 'first' },
});
const last = timestamp({
  ...{ formats: ['YYYY-MM-DD HH:mm:ss'], zone: 'Europe/Warsaw', overlap: 'last' },
});
const own = timestamp({ formats: ['YYYY-MM-DD HH:mm:ss.SZ'] });
const finer = timestamp({ formats: ['YYYY-MM-DD HH:mm', 'YYYY-MM-DD HH:mm:ss'], zone: 'UTC' });
const clock = 'YYYY-MM-DD HH:mm';
const at = (seconds: number): bigint => BigInt(seconds) * 1_000_000n;

describe('texts', () => {
  test.each([
    [german, '5.3.2024', 19_787],
    [german, '05.03.2024', 19_787],
    [german, '20240305', 19_787],
    [german, '2024-03-05', 'E_TYPE'],
    [german, '30.2.2024', 'E_TYPE'],
    [german, '1.1.0000', 'E_RANGE'],
    [date({ formats: ['DD/MM/YYYY'] }), '01/02/2026', 20_485],
    [date({ formats: ['DD/MM/YYYY'] }), '1/2/2026', 'E_TYPE'],
    [warsaw, '31/03/2024 01:59', at(1_711_846_740)],
    [warsaw, '31/03/2024 02:00', 'E_TZ_GAP'],
    [warsaw, '31/03/2024 02:59', 'E_TZ_GAP'],
    [warsaw, '31/03/2024 03:00', at(1_711_846_800)],
    [warsaw, '27/10/2024 01:59', at(1_729_987_140)],
    [warsaw, '27/10/2024 02:00', 'E_TZ_AMBIGUOUS'],
    [warsaw, '27/10/2024 02:59', 'E_TZ_AMBIGUOUS'],
    [warsaw, '27/10/2024 03:00', at(1_729_994_400)],
    [warsaw, '31/12/1969 23:59', 'E_RANGE'],
    [warsaw, '01/01/2100 00:00', 'E_RANGE'],
    [first, '2024-10-27 02:30:00', at(1_729_989_000)],
    [last, '2024-10-27 02:30:00', at(1_729_992_600)],
    [first, '2024-03-31 02:30:00', 'E_TZ_GAP'],
    [own, '2024-01-01 10:00:00.25+05:30', at(1_704_083_400) + 250_000n],
    [own, '2024-01-01 10:00:00.0Z', at(1_704_103_200)],
    [own, '2024-01-01 10:00:00.0+25:00', 'E_RANGE'],
    [own, '2024-01-01 24:00:00.0Z', 'E_TYPE'],
    [timestamp({ epoch: 's' }), '1704103200', at(1_704_103_200)],
    [timestamp({ epoch: 's' }), '1704103200000', 'E_RANGE'],
    [timestamp({ epoch: 'ms' }), '1704103200000', at(1_704_103_200)],
    [timestamp({ epoch: 'ms' }), '1704103200', 'E_RANGE'],
    [timestamp({ epoch: 'us' }), '1704103200000000', at(1_704_103_200)],
    [timestamp({ epoch: 'us' }), '1704103200000', 'E_RANGE'],
    [timestamp({ epoch: 's' }), '1704103200.5', 'E_TYPE'],
    [timestamp({ epoch: 's' }), `${'0'.repeat(30)}1704103200`, at(1_704_103_200)],
    [timestamp({ epoch: 's' }), `-${'0'.repeat(30)}1`, -1_000_000n],
    [own, '0001-01-01 00:00:00.0Z', at(-62_135_596_800)],
    [own, '0001-01-01 00:00:00.0+01:00', 'E_RANGE'],
    [own, '9999-12-31 23:59:59.999999Z', at(253_402_300_800) - 1n],
    [own, '9999-12-31 23:59:59.999999-00:01', 'E_RANGE'],
  ])('$options reads %s as %s', (field, text, expected) => {
    expect(read(field, text)).toBe(expected);
  });
});

test.each([
  [german, '05.03.2024', '5.3.2024'],
  [warsaw, '01/07/2024 10:00', '01/07/2024 10:00'],
  [last, '2024-10-27 02:30:00', '2024-10-27 02:30:00'],
  [timestamp({ epoch: 'ms' }), '1704103200000', '1704103200000'],
  [own, '2024-01-01 10:00:00.25+05:30', '2024-01-01 04:30:00.250000Z'],
  [finer, '2024-01-01 10:00', '2024-01-01 10:00'],
  [finer, '2024-01-01 10:00:01', '2024-01-01 10:00:01'],
])('$options prints %s as %s', (field, text, expected) => {
  expect(reprint(field, text)).toBe(expected);
});

test('an instant that no format can tell whole is printed by the first', () => {
  const { print } = kindOf(finer);
  expect(print(at(1_704_103_201) + 1n, finer.options)).toBe('2024-01-01 10:00');
});

test.each([
  [date({ formats: ['D.M.YYYY', 'DD.MM.YYYY'] }), '01.02.2024', 19_754],
  [date({ formats: ['YYYYMMDD', 'D/M/YYYY'] }), '1/2/2024', 19_754],
  [timestamp({ formats: ['YYYY-MM-DD HH:mmZ'] }), '2024-01-01 10:00-0330', at(1_704_115_800)],
  [timestamp({ formats: ['YYYY-MM-DD HH:mmZ'] }), '2024-01-01 10:00+01', at(1_704_099_600)],
])('formats that agree on every text may stand together: $options', (field, text, expected) => {
  expect(read(field, text)).toBe(expected);
});

test.each([
  [() => date({ formats: [] }), 'formats is empty'],
  [() => date({ formats: ['DD/MM/YYYY', 'MM/DD/YYYY'] }), 'read one text as two days'],
  [() => date({ formats: ['YYYYMMDD', 'DDMMYYYY'] }), 'read one text as two days'],
  [() => date({ formats: ['D/M/YYYY', 'MM/DD/YYYY'] }), 'read one text as two days'],
  [() => date({ formats: ['DD/MM/YY'] }), "the format 'DD/MM/YY' has other letters"],
  [() => date({ formats: ['DD/MM'] }), 'says no year'],
  [() => date({ formats: ['DMYYYY'] }), 'has no mark behind D'],
  [() => date({ formats: [''] }), "the format '' says no year; allowed are YYYY, MM or M, DD or D"],
  [() => date({ formats: ['MM'] }), 'Z (a zone, last) and - / . : , T and blanks between them'],
  [() => date({ formats: [' YYYY-MM-DD'] }), 'starts or ends with a blank'],
  [() => date({ formats: ['YYYY-MM-DD '] }), 'starts or ends with a blank'],
  [() => date({ formats: ['D.DD.MM.YYYY'] }), 'says one part twice'],
  [() => date({ formats: ['YYYY.DD'] }), 'says no month'],
  [() => date({ formats: ['YYYY.MM'] }), 'says no day'],
  [() => timestamp({ formats: ['YYYY-MM-DDZ HH:mm'] }), 'has its Z before the end'],
  [() => timestamp({ formats: ['YYYY-MM-DD HH'], zone: 'UTC' }), 'must say hours and minutes'],
  [() => timestamp({ formats: ['YYYY-MM-DD mm'], zone: 'UTC' }), 'must say hours and minutes'],
  [
    () => date({ formats: ['YYYY-MM-DD', 'YYYY-MM-DD'] }),
    "date: 'YYYY-MM-DD' and 'YYYY-MM-DD' read one text as two days, and nothing is guessed; decl",
  ],
  [() => date({ formats: ['DD/MM/YYYY HH:mm'] }), 'must say a day only'],
  [() => timestamp({ formats: ['DD/MM/YYYY'], zone: 'UTC' }), 'must say hours and minutes'],
  [() => timestamp({ formats: ['YYYY-MM-DD HH:mm'] }), 'has no zone; say which'],
  [() => timestamp({ zone: 'UTC' }), 'are for formats without Z'],
  [() => timestamp({ formats: ['YYYY-MM-DD HH:mm'], zone: 'Mars/Base' }), 'is not known'],
  [() => timestamp({ formats: ['YYYY-MM-DD HH:mm'], zone: '+01:00' }), 'allowed are UTC and IANA'],
  [() => timestamp({ epoch: 's', zone: 'UTC' }), 'has no formats, zone or overlap'],
  [() => timestamp({ epoch: 's', overlap: 'last' }), 'has no formats, zone or overlap'],
  [() => timestamp({ epoch: 's', formats: [clock] }), 'has no formats, zone or overlap'],
  [() => timestamp(JSON.parse('{"epoch":"m"}')), "epoch is 'm'; allowed are s, ms, us"],
  [() => timestamp({ overlap: 'last' }), 'are for formats without Z'],
  [() => timestamp({ formats: [`${clock}Z`], zone: 'UTC' }), 'are for formats without Z'],
  [
    () => timestamp({ formats: [clock], zone: 'UTC', overlap: 'last' }),
    'the clock of UTC shows no time twice; leave overlap out',
  ],
  [
    () => timestamp({ ...JSON.parse('{"overlap":"both"}'), formats: [clock], zone: 'Asia/Tokyo' }),
    "overlap is 'both'; allowed are first and last",
  ],
])('%s is refused when it is declared', (build, message) => {
  expect(build).toThrow(message);
});
