import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pages } from '../../../bin/docs/pages.ts';
import { fieldKinds } from '../../../core/fields/index.ts';
import { checkKinds } from '../../../core/quality/index.ts';
import { datasetRuleKinds, ruleKinds } from '../../../core/rules/index.ts';
import { transformKinds } from '../../../core/transforms/index.ts';
import { datasets } from '../../../datasets/index.ts';

const written = pages();

describe.each(Object.entries(written))('docs/%s', (name, page) => {
  test('is what npm run docs writes', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')).toBe(page);
  });
});

test('the reference has every kind of every registry', () => {
  const kinds = [fieldKinds, ruleKinds, datasetRuleKinds, transformKinds, checkKinds].flatMap(
    (registry) => registry.map(({ kind }) => kind),
  );
  const missing = kinds.filter((kind) => !written['reference.md']?.includes(`\`${kind}\``));
  expect(missing).toEqual([]);
});

test.each(datasets)(
  'the page of $name has its fields, and its graph starts at landing',
  (dataset) => {
    const page = written[`datasets/${dataset.name}.md`] ?? '';
    for (const name of Object.keys(dataset.fields)) expect(page).toContain(`\`${name}\``);
    expect(page).toContain(`landing_${dataset.name}`);
  },
);
