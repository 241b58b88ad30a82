import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareValues,
  fromBytes,
  fromText,
  lowerBoundText,
  toBytes,
  upperBoundText,
} from '../../../core/load/values.ts';

const valueIn = (type: string, text: string) => {
  const value = fromText(type, text);
  if (value === null) throw new Error('no value');
  return value;
};

describe('fromText', () => {
  test.each([
    ['boolean', '1', true],
    ['boolean', 'false', false],
    ['int', '-2147483648', -2147483648],
    ['long', '9223372036854775807', 9223372036854775807n],
    ['double', '-0.5', -0.5],
    ['decimal(12, 2)', '-0.01', -1n],
    ['decimal(12,2)', '9999999999.99', 999999999999n],
    ['decimal(9, 0)', '12', 12n],
    ['decimal(4, 3)', '1.5', 1500n],
    ['date', '1970-01-01', 0],
    ['date', '1969-12-31', -1],
    ['date', '0001-01-01', -719162],
    ['date', '9999-12-31', 2932896],
    ['timestamptz', '1970-01-01 00:00:00+00', 0n],
    ['timestamptz', '1969-12-31 23:59:59.999999+00', -1n],
    ['timestamptz', '2026-01-31 00:00:00.000088+00', 1769817600000088n],
    ['timestamp', '2026-01-31 00:00:00.5', 1769817600500000n],
    ['string', '', ''],
    ['double', 'inf', Number.POSITIVE_INFINITY],
    ['double', '-inf', Number.NEGATIVE_INFINITY],
    ['double', '1.7976931348623157e+308', Number.MAX_VALUE],
    ['time', '00:00:00', 0n],
    ['time', '23:59:59.999999', 86_399_999_999n],
    ['time', '12:00:00.5', 43_200_500_000n],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['binary', 'AA00', 'aa00'],
  ])('%s %s', (type, text, value) => {
    expect(fromText(type, text)).toBe(value);
  });

  test.each([
    ['timestamptz', '2026-01-31 00:00:00+02'],
    ['date', '31.01.2026'],
    ['fixed[4]', 'x'],
    ['time', '1:00'],
    ['binary', '\\xAA'],
  ])('refuses %s %s', (type, text) => {
    expect(() => fromText(type, text)).toThrow(/UTC|YYYY-MM-DD|no text form|hh:mm:ss|hexadecimal/);
  });
});

describe('bounds', () => {
  test.each([
    ['0.00', '00'],
    ['1.27', '7f'],
    ['1.28', '0080'],
    ['-1.28', '80'],
    ['-1.29', 'ff7f'],
    ['-0.01', 'ff'],
    ['9999999999.99', '00e8d4a50fff'],
  ])('decimal %s takes the fewest bytes: %s', (text, hex) => {
    const bytes = toBytes('decimal(12, 2)', valueIn('decimal(12, 2)', text));
    expect(bytes.toString('hex')).toBe(hex);
  });

  const typed = fc.oneof(
    fc.tuple(fc.constant('int'), fc.integer()),
    fc.tuple(fc.constant('date'), fc.integer({ min: -719162, max: 2932896 })),
    fc.tuple(fc.constantFrom('long', 'timestamptz'), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
    fc.tuple(fc.constant('decimal(38, 2)'), fc.bigInt(-(10n ** 38n), 10n ** 38n)),
    fc.tuple(fc.constant('double'), fc.double({ noNaN: true })),
    fc.tuple(fc.constant('string'), fc.string({ unit: 'binary' })),
    fc.tuple(fc.constant('boolean'), fc.boolean()),
  );

  test('come back as they were, for every type', () => {
    fc.assert(
      fc.property(typed, ([type, value]) => {
        expect(fromBytes(type, toBytes(type, value))).toEqual(value);
      }),
    );
  });

  test('written before int became long or float became double are read by their length', () => {
    expect(fromBytes('long', toBytes('int', -7))).toBe(-7n);
    expect(fromBytes('double', toBytes('float', 1.5))).toBe(1.5);
  });
});

describe('truncated string bounds', () => {
  test.each([
    ['ab', 'ab', 'ab'],
    ['a'.repeat(40), 'a'.repeat(16), `${'a'.repeat(15)}b`],
    ['é'.repeat(30), 'é'.repeat(16), `${'é'.repeat(15)}ê`],
    [`${'x'.repeat(15)}\u{d7ff}yy`, `${'x'.repeat(15)}\u{d7ff}`, `${'x'.repeat(15)}\u{e000}`],
    [`x${'\u{10ffff}'.repeat(20)}`, `x${'\u{10ffff}'.repeat(15)}`, 'y'],
    ['\u{10ffff}'.repeat(20), '\u{10ffff}'.repeat(16), undefined],
  ])('of %j', (text, lower, upper) => {
    expect(lowerBoundText(text)).toBe(lower);
    expect(upperBoundText(text)).toBe(upper);
  });

  test('never exclude the value they stand for', () => {
    const edges = fc.constantFrom('\u{10ffff}', '\u{d7ff}', '\u{ffff}', 'a', '\u{1f600}');
    const text = fc.array(fc.oneof(edges, fc.string({ unit: 'binary', maxLength: 1 })), {
      minLength: 10,
      maxLength: 24,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const value = parts.join('');
        expect(compareValues(lowerBoundText(value), value)).toBeLessThanOrEqual(0);
        const upper = upperBoundText(value);
        if (upper !== undefined) expect(compareValues(upper, value)).toBeGreaterThanOrEqual(0);
        expect(Array.from(upper ?? '').length).toBeLessThanOrEqual(16);
      }),
    );
  });
});

test('strings are ordered by their UTF-8 bytes, as Iceberg orders them', () => {
  // UTF-16 order would put the emoji (a surrogate pair) before U+FF00.
  expect(compareValues('\u{1f600}', '\u{ff00}')).toBeGreaterThan(0);
});
