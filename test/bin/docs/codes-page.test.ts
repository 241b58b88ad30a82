import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesPage } from '../../../bin/docs/codes-page.ts';
import { codes } from '../../../core/codes.ts';

test('docs/codes.md is what npm run docs writes, and has every code', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/codes.md'), 'utf8');
  expect(page).toBe(codesPage());
  for (const code of Object.keys(codes)) expect(page).toContain(`\`${code}\``);
});
