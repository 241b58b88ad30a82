import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { append, defineDataset } from '../../core/define-dataset.ts';
import { below, col, is, times, value } from '../../core/expressions/index.ts';
import { decimal, integer, oneOf, text, timestamp } from '../../core/fields/index.ts';
import { holds, ordered, references, requiredWhen, warn } from '../../core/rules/index.ts';

test('the rules that docs/datasets.md shows can be declared as they stand there', () => {
  const rules = [
    ordered('ordered_at', 'shipped_at'),
    requiredWhen(is(col('status'), 'shipped'), 'shipped_at'),
    warn(
      holds('plausible_total', below(times(col('quantity'), col('unit_price')), value('100000'))),
    ),
    references('product_id', 'products'),
  ];
  const dataset = defineDataset({
    name: 'guide',
    domain: 'test',
    owner: 'test',
    description: 'The columns that the guide speaks of.',
    fields: {
      product_id: text(),
      quantity: integer(),
      unit_price: decimal({ precision: 12, scale: 2 }),
      status: oneOf(['paid', 'shipped']),
      ordered_at: timestamp(),
      shipped_at: timestamp({ optional: true }),
    },
    write: append(),
    rules,
  });
  expect(dataset.rules).toHaveLength(rules.length);
  const guide = readFileSync('docs/datasets.md', 'utf8').replaceAll(/\s+/g, '');
  const shown = [
    "ordered('ordered_at','shipped_at')",
    "requiredWhen(is(col('status'),'shipped'),'shipped_at')",
    "warn(holds('plausible_total',below(times(col('quantity'),col('unit_price')),value('100000'))))",
    "references('product_id','products')",
  ];
  for (const rule of shown) expect(guide).toContain(rule);
});
