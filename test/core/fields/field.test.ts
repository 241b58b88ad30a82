import { expect, test } from 'vitest';
import { isRequired } from '../../../core/fields/field.ts';
import { date, decimal, double, text } from '../../../core/fields/index.ts';
import { length } from '../../../core/rules/length.ts';

test.each([
  [text(), true],
  [text({ optional: true }), false],
  [text({ default: 'x' }), false],
  [text({ default: 'x', optional: true }), false],
])('%o must be in every row: %s', (field, required) => {
  expect(isRequired(field)).toBe(required);
});

test('a field says of itself what it was given, and the usual for the rest', () => {
  expect(date()).toEqual({
    ...{ kind: 'date', options: {}, optional: false, nullTokens: [], trim: true },
    ...{ aliases: [], rules: [] },
  });
  const given = {
    optional: true,
    default: 'x',
    description: 'A text.',
    unit: 'EUR',
    classification: 'internal',
    mask: { how: 'redact' },
    nullTokens: ['NA'],
    trim: false,
    aliases: ['b'],
    rules: [length({ max: 3 })],
    casing: 'upper',
  } as const;
  expect(text(given)).toEqual({ kind: 'text', options: {}, ...given });
});

test('the rules of a builder come before those that are given', () => {
  const { rules } = text({ max: 9, rules: [length({ min: 2 })] });
  expect(rules.map(({ params }) => params)).toEqual([{ max: 9 }, { min: 2 }]);
});

test.each([
  () => decimal(JSON.parse('{"precision":9,"scale":2,"mark":";"}')),
  () => double(JSON.parse('{"mark":";"}')),
])('a mark that is neither point nor comma is refused', (build) => {
  expect(build).toThrow("the mark is \";\"; allowed are '.' and ','");
});
