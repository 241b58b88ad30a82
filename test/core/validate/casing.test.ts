import { expect, test } from 'vitest';
import { applyCasing } from '../../../core/validate/casing.ts';

test.each([
  ['lower', 'ANA@Example.COM', 'ana@example.com'],
  ['lower', 'ΟΔΟΣ', 'οδοσ'],
  ['lower', 'İstanbul', 'istanbul'],
  ['upper', 'us', 'US'],
  ['upper', 'straße', 'STRAẞE'],
  ['upper', 'ﬁ 📦', 'ﬁ 📦'],
] as const)('%s case of %s is %s', (casing, text, expected) => {
  expect(applyCasing(text, casing)).toBe(expected);
});
