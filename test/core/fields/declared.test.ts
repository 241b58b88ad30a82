import { describe, expect, test } from 'vitest';
import {
  boolean,
  date,
  decimal,
  double,
  integer,
  json,
  list,
  text,
  timestamp,
} from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

describe('a format that is declared here', () => {
  test.each([
    ['YYYY/MM/DD', '2024/02/29', 19_782],
    ['YYYY.MM.DD', '2024.02.29', 19_782],
    ['YYYY.MM.DD', '2024x02.29', 'E_TYPE'],
    ['M,D,YYYY', '2,29,2024', 19_782],
    ['D-M-YYYY', '29-2-2024', 19_782],
    ['YYYYDDMM', '20242902', 19_782],
  ])('reads days by %s: %s is %s', (format, value, expected) => {
    const field = date({ formats: [format] });
    expect(read(field, value)).toBe(expected);
    if (typeof expected === 'number') expect(reprint(field, value)).toBe(value);
  });

  test.each([
    ['YYYYMMDDTHHmmssZ', '20240101T100000Z', 1_704_103_200_000_000n],
    ['YYYYMMDDTHHmmssZ', '20240101T100000+0530', 1_704_083_400_000_000n],
    ['YYYYMMDDTHHmmssZ', '20240101T100000-01', 1_704_106_800_000_000n],
    ['YYYYMMDDTHHmmssZ', '20240101T100000+15', 'E_RANGE'],
    ['YYYYMMDDTHHmmssZ', '20240101T100000', 'E_TYPE'],
    ['D/M/YYYY H:mm:ss.SZ', '1/1/2024 9:00:00.5Z', 1_704_099_600_500_000n],
  ])('reads instants by %s: %s is %s', (format, value, expected) => {
    expect(read(timestamp({ formats: [format] }), value)).toBe(expected);
  });

  test.each([
    [['D/MM/YYYY', 'DD/M/YYYY'], true],
    [['DD-MM-YYYY', 'YYYY-DD-MM'], true],
    [['DD-MM-YYYY', 'MM-DD-YYYY'], false],
    [['M-DD-YYYY', 'DD-M-YYYY'], false],
    [['YYYYMMDD', 'MMDDYYYY'], false],
  ])('may stand beside others where no text is two days: %o %s', (formats, together) => {
    const build = () => date({ formats });
    if (together) expect(build).not.toThrow();
    else expect(build).toThrow('read one text as two days');
  });
});

test('numbers take what their declaration says', () => {
  const price = () => decimal({ precision: 1, scale: 1, mark: ',', min: '-0.1', max: '0.9' });
  expect(['0,9', '-0,1', '1', '0.9'].map((value) => read(price(), value))).toEqual([
    ...[9n, -1n, 'E_RANGE', 'E_TYPE'],
  ]);
  expect(price().rules[0]?.params).toEqual({ min: -1n, max: 9n });
  for (const [precision, scale] of [
    [1.5, 0],
    [2, 0.5],
    [0, 0],
    [2, -1],
    [2, 3],
  ] as const) {
    expect(() => decimal({ precision, scale })).toThrow('allowed: 1-38, 0-precision');
  }
  expect(double({ allowNonFinite: true, min: 0 }).rules[0]?.params).toEqual({
    ...{ min: 0, max: Number.POSITIVE_INFINITY },
  });
  expect(double({ allowNonFinite: true }).rules).toEqual([]);
  expect(double({ min: 0 }).rules[0]?.params).toEqual({ min: 0 });
  expect(double({ max: 5 }).rules[0]?.params).toEqual({ max: 5 });
  expect(integer().options).toEqual({});
  expect(integer({ bits: 64 }).options).toEqual({ bits: 64 });
});

test('a list takes bounds from none up, and JSON null is a missing value', () => {
  expect(list(text(), { min: 0, max: 0 }).options).toMatchObject({ min: 0, max: 0 });
  expect(list(text(), { max: 1 }).options).toMatchObject({ max: 1 });
  expect(() => list(text(), { min: -1 })).toThrow('-1 is no number of items');
  expect(() => list(text(), { min: 2, max: 1 })).toThrow('no list has at least 2');
  expect(json({ nullTokens: ['NA'] }).nullTokens).toEqual(['null', 'NA']);
  expect(json().nullTokens).toEqual(['null']);
});

test('a boolean has texts for both, none of them blank at an end', () => {
  expect(boolean().options).toEqual({ true: ['true'], false: ['false'] });
  expect(boolean({ true: ['a b'] }).options).toEqual({ true: ['a b'], false: ['false'] });
  expect(() => boolean({ false: [] })).toThrow('at least one text for true and one for false');
  for (const blank of ['', ' y', 'y ']) {
    expect(() => boolean({ true: [blank] })).toThrow(`'${blank}' can never come`);
  }
});
