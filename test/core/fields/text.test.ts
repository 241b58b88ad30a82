import { expect, test } from 'vitest';
import { text } from '../../../core/fields/index.ts';
import { read } from './kinds.ts';

test.each(['00123', '=HYPERLINK("x")', '<script>', 'NULL', 'a\nb'])(
  'the text %j is kept as it came',
  (value) => {
    expect(read(text(), value)).toBe(value);
  },
);

test('bounds and a pattern become rules, in this order', () => {
  const { rules } = text({ min: 1, max: 9, pattern: /O\d{8}/ });
  expect(rules.map(({ kind }) => kind)).toEqual(['length', 'pattern']);
  expect(text().rules).toEqual([]);
});

test('a field is required unless it says otherwise', () => {
  expect(text().optional).toBe(false);
  expect(text({ optional: true }).optional).toBe(true);
});
