import { describe, expect, test } from 'vitest';
import { boundBytes } from '../../../core/load/bounds.ts';
import { fromBytes, fromText, toBytes } from '../../../core/load/values.ts';

const hexOf = (type: string, text: string | undefined, side: 'lower' | 'upper') =>
  boundBytes(type, text, side)?.toString('hex');

describe('boundBytes', () => {
  test('a time is microseconds in 8 bytes', () => {
    expect(boundBytes('time', '23:59:59.999999', 'lower')?.readBigInt64LE()).toBe(86_399_999_999n);
  });

  test.each([
    ['lower', '0000000000000080'],
    ['upper', '0000000000000000'],
  ] as const)('a %s bound of zero holds zero of either sign', (side, hex) => {
    for (const text of ['0.0', '-0.0']) expect(hexOf('double', text, side)).toBe(hex);
  });

  test.each([
    ['nan', 'double', 'nan'],
    ['a UUID, which readers order in two ways', 'uuid', '00000000-0000-0000-0000-000000000001'],
    ['nothing', 'string', undefined],
  ])('%s has no bound', (_name, type, text) => {
    expect(boundBytes(type, text, 'lower')).toBeUndefined();
    expect(boundBytes(type, text, 'upper')).toBeUndefined();
  });

  test.each([
    ['short', 'AAFF', 'aaff', 'aaff'],
    ['long', 'AA'.repeat(20), 'aa'.repeat(16), `${'aa'.repeat(15)}ab`],
    ['long and high', `01${'FF'.repeat(20)}`, `01${'ff'.repeat(15)}`, '02'],
    ['long and highest', 'FF'.repeat(20), 'ff'.repeat(16), undefined],
    ['empty', '', '', ''],
  ])('a binary bound that is %s never cuts values off', (_name, text, lower, upper) => {
    expect(hexOf('binary', text, 'lower')).toBe(lower);
    expect(hexOf('binary', text, 'upper')).toBe(upper);
  });

  test.each([
    ['long', '-9223372036854775808'],
    ['double', '-inf'],
    ['double', '5e-324'],
    ['boolean', '1'],
    ['time', '00:00:00.000001'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['binary', '00FF'],
  ])('%s %s reads back from its bytes', (type, text) => {
    const value = fromText(type, text);
    expect(value === null ? null : fromBytes(type, toBytes(type, value))).toBe(value);
  });
});
