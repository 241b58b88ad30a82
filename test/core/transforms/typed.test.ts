import { describe, expect, test } from 'vitest';
import {
  compareValues,
  constantOf,
  isOrdered,
  madeFrom,
  replaced,
  sameValue,
  scalar,
  scaleOf,
  textOfValue,
} from '../../../core/transforms/typed.ts';
import { zoneClock } from '../../../core/transforms/zone.ts';
import { columns } from './known.ts';

describe('a value as text', () => {
  test.each([
    ['decimal(5, 2)', 1250n, '12.50'],
    ['decimal(5, 2)', -5n, '-0.05'],
    ['decimal(5, 0)', -12n, '-12'],
    ['date', -1, '1969-12-31'],
    ['time', 3_723_000_001n, '01:02:03.000001'],
    ['time', 86_399_999_999n, '23:59:59.999999'],
    ['timestamp', -1n, '1969-12-31T23:59:59.999999'],
    ['timestamptz', 86_400_000_000n, '1970-01-02T00:00:00.000000Z'],
    ['double', 0.5, '0.5'],
    ['double', -0.5, '-0.5'],
    ['double', 0, '0.0'],
    ['double', -0, '-0.0'],
    ['double', 3, '3.0'],
    ['double', -1234.25, '-1234.25'],
    ['double', 1e15, '1000000000000000.0'],
    ['double', 1e16, '1e+16'],
    ['double', -1.5e16, '-1.5e+16'],
    ['double', 0.0001, '0.0001'],
    ['double', 0.00012, '0.00012'],
    ['double', 0.00001, '1e-05'],
    ['double', 1.25e-300, '1.25e-300'],
    ['double', Number.NaN, 'nan'],
    ['double', Number.POSITIVE_INFINITY, 'inf'],
    ['double', Number.NEGATIVE_INFINITY, '-inf'],
    ['boolean', true, 'true'],
    ['string', 'a"b', 'a"b'],
    ['long', -9_007_199_254_740_993n, '-9007199254740993'],
  ])('a %s of %s is %s', (type, value, text) => {
    expect(textOfValue(value, type)).toBe(text);
  });
});

test.each([
  [1, 2, -1],
  [2n, 1n, 1],
  ['a', 'a', 0],
  [null, 'a', 1],
  ['a', undefined, -1],
  [null, undefined, 0],
])('%o beside %o: a missing value comes last', (one, other, order) => {
  expect(Math.sign(compareValues(one, other))).toBe(order);
  expect(sameValue(one, other)).toBe(order === 0);
});

test('a list is no plain value', () => {
  expect([scalar(undefined), scalar(null), scalar(0), scalar('')]).toEqual([null, null, 0, '']);
  expect(() => scalar(['a'])).toThrow('a step met a list or struct');
});

test.each([
  ...['string', 'int', 'long', 'double', 'boolean', 'date', 'time', 'timestamptz', 'timestamp'],
  ...['uuid', 'decimal(5, 2)'],
])('values of %s have an order', (type) => {
  expect(isOrdered(type)).toBe(true);
});

test('bytes, lists and structs have none', () => {
  const list = { type: 'list', element: 'int', 'element-required': false } as const;
  expect([isOrdered('binary'), isOrdered(list)]).toEqual([false, false]);
});

test('only a decimal has digits behind its point', () => {
  expect([scaleOf('decimal(12, 10)'), scaleOf('decimal(5, 0)'), scaleOf('double')]).toEqual([
    ...[10, 0, 0],
  ]);
});

test('a constant is a value of its column, with an example where it is none', () => {
  const on = { name: 'on', type: 'date', required: true };
  expect(constantOf('1970-01-02', on, 'fill')).toEqual({
    value: 1,
    sql: "CAST('1970-01-02' AS DATE)",
  });
  expect(() => constantOf('soon', on, 'fill')).toThrow(
    "fill: 'soon' is no date, which 'on' is; write it like 2024-12-31",
  );
});

test('what is made of columns is as secret as the most secret and shows what one of them does', () => {
  const named = (...names: readonly string[]) => columns.filter(({ name }) => names.includes(name));
  const made = (...names: readonly string[]) => madeFrom({ column: 'x' }, named(...names));
  expect(made('id')).toEqual({ name: 'x', required: true });
  expect(made('secret', 'pieces').classification).toBe('confidential');
  expect(made('pieces', 'price')).toMatchObject({ classification: 'internal', required: false });
  expect(made('mail').revealing).toBe('mail');
  const copy = { name: 'copy', type: 'string', required: true, revealing: 'mail' };
  expect(madeFrom({ column: 'x', description: 'Both.' }, [copy])).toMatchObject({
    ...{ revealing: 'mail', doc: 'Both.' },
  });
});

test('one column is replaced where it stands', () => {
  const names = replaced(columns, 'mail', (column) => ({ ...column, name: 'x' })).map(
    ({ name }) => name,
  );
  expect(names.slice(0, 4)).toEqual(['id', 'secret', 'x', 'pieces']);
});

describe('the clock of a zone', () => {
  const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1_000n;
  test.each([
    ['Europe/Warsaw', '2024-03-31T00:59:59Z', '2024-03-31T01:59:59Z'],
    ['Europe/Warsaw', '2024-03-31T01:00:00Z', '2024-03-31T03:00:00Z'],
    ['America/St_Johns', '1969-12-31T23:59:59Z', '1969-12-31T20:29:59Z'],
    ['Etc/GMT-14', '2024-12-31T10:00:00Z', '2025-01-01T00:00:00Z'],
    ['UTC', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('in %s shows %s as %s', (zone, instant, shown) => {
    expect(zoneClock(zone)?.(micros(instant))).toBe(micros(shown));
  });

  test('keeps what is left of a second, before 1970 too', () => {
    const clock = zoneClock('Etc/GMT+1');
    expect([clock?.(1n), clock?.(-1n)]).toEqual([1n - 3_600_000_000n, -1n - 3_600_000_000n]);
  });

  test('goes back behind the first year', () => {
    expect(zoneClock('Etc/GMT+1')?.(micros('0001-01-01T00:30:00Z'))).toBe(
      micros('0000-12-31T23:30:00Z'),
    );
  });

  test.each(['Mars/Olympus', '+02:00', 'europe/Warsaw', 'Europe/', ''])(
    "is none for '%s'",
    (zone) => {
      expect(zoneClock(zone)).toBeUndefined();
      expect(zoneClock(zone)).toBeUndefined();
    },
  );
});
