import fc from 'fast-check';
import { expect, test } from 'vitest';
import { email } from '../../../core/fields/index.ts';
import { runs } from '../../support/runs.ts';
import { read } from './kinds.ts';

test.each([
  ['ana@example.com', 'ana@example.com'],
  ['Ana.B+c@Mail.Example.ORG', 'Ana.B+c@Mail.Example.ORG'],
  ['not-an-email', 'E_TYPE'],
  ['ana@', 'E_TYPE'],
  ['foo bar@example.com', 'E_TYPE'],
  ['@example.com', 'E_TYPE'],
  ['ana@localhost', 'E_TYPE'],
  ['ana@.', 'E_TYPE'],
])('%s reads as %s', (text, expected) => {
  expect(read(email(), text)).toBe(expected);
});

test('the walk accepts exactly what the regular expression says', () => {
  const pattern = /^[^@\t\n\f\r ]+@[^@\t\n\f\r ]+\.[^@\t\n\f\r ]+$/u;
  const texts = fc.string({ unit: fc.constantFrom(...'ab@. \t\u00a0') });
  fc.assert(
    fc.property(texts, (text) => {
      expect(read(email(), text) === text).toBe(pattern.test(text));
    }),
    { numRuns: runs(2000) },
  );
});
