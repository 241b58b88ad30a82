import type { Dataset } from '../../core/dataset.ts';
import { col } from '../../core/expressions/index.ts';
import type { Field } from '../../core/fields/field.ts';
import { integer, text } from '../../core/fields/index.ts';
import { among } from '../../core/rules/index.ts';

/** Fields that between them have the rules of one field. */
export const ruleExamples: readonly Field[] = [
  integer({ min: 1, max: 100 }),
  text({ min: 2, max: 20, pattern: /[A-Z]{2}\d+/ }),
  text({ rules: [among(['new', 'used'])] }),
];

const shipped = {
  op: '=',
  left: col('status'),
  right: { op: 'constant', type: 'string', text: 'shipped' },
} as const;

/** One use of each rule over several columns or rows. */
export const datasetRuleExamples: Dataset['rules'] = [
  { kind: 'ordered', columns: ['starts_on', 'ends_on'], strictly: false, severity: 'reject' },
  { kind: 'compare', left: 'paid', is: '<=', right: 'total', severity: 'reject' },
  { kind: 'requiredWhen', when: shipped, columns: ['shipped_at'], severity: 'reject' },
  { kind: 'holds', condition: shipped, severity: 'warn' },
  { kind: 'unique', columns: ['email'], severity: 'reject' },
  { kind: 'references', column: 'product_id', dataset: 'products', severity: 'reject' },
];

/** One use of each step. A kind without one is listed by its name alone. */
export const stepExamples: Dataset['transforms'] = [
  { kind: 'product', column: 'total', left: 'pieces', right: 'price', precision: 22, scale: 2 },
  { kind: 'dateOf', column: 'day', of: 'ordered_at' },
  { kind: 'datePart', column: 'hour', part: 'hour', of: 'ordered_at', zone: 'Europe/Warsaw' },
  { kind: 'rowStatistic', column: 'mean', statistic: 'mean', columns: ['a', 'b'], scale: 2 },
  { kind: 'concatenate', column: 'name', columns: ['first', 'last'], separator: ' ' },
  { kind: 'computed', column: 'is_shipped', expression: shipped },
  { kind: 'split', column: 'name', separator: ' ', into: ['first', 'last'] },
  { kind: 'join', dataset: 'products', on: 'product_id', take: ['product_name'] },
  { kind: 'rename', from: 'nr', to: 'number' },
  { kind: 'select', drop: ['internal_note'] },
  { kind: 'cast', column: 'amount', to: { kind: 'integer', options: {} }, otherwise: 'null' },
  { kind: 'fill', column: 'discount', with: '0' },
  { kind: 'default', column: 'country', with: 'PL' },
  { kind: 'clip', column: 'age', min: '0', max: '120' },
  { kind: 'mask', column: 'email', mask: { how: 'hash' } },
  { kind: 'fillFrom', column: 'price', take: 'median', within: ['product_id'] },
  { kind: 'fillPrevious', column: 'price', orderBy: ['ordered_at'], within: ['product_id'] },
  { kind: 'clipOutliers', column: 'price', by: 'quartiles', factor: 1.5, within: [] },
  { kind: 'winsorise', column: 'price', lower: 0.01, upper: 0.99, within: [] },
  {
    kind: 'window',
    column: 'so_far',
    function: 'sum',
    of: 'pieces',
    orderBy: ['ordered_at'],
    descending: false,
    within: ['customer_id'],
  },
  { kind: 'explode', column: 'tags', position: 'tag_number' },
  { kind: 'aggregate', by: ['day'], take: { orders: { fn: 'count' } } },
  {
    kind: 'pivot',
    by: ['day'],
    names: 'currency',
    values: 'price',
    fn: 'sum',
    into: { EUR: 'eur', USD: 'usd' },
    others: 'other_currencies',
  },
];

/** One use of each check. */
export const checkExamples: Dataset['quality'] = [
  { kind: 'completeness', column: 'notes', min: 0.25, severity: 'warn' },
  { kind: 'uniqueness', columns: ['order_id'], min: 0.99, severity: 'hold' },
  { kind: 'validity', min: 0.95, severity: 'hold' },
  { kind: 'consistency', min: 0.9, severity: 'warn' },
  { kind: 'freshness', column: 'ordered_at', maxAgeMs: 86_400_000, severity: 'warn' },
  { kind: 'volume', deviations: 3, severity: 'warn' },
  { kind: 'drift', column: 'price', deviations: 3, severity: 'warn' },
  { kind: 'referential', dataset: 'products', min: 0.95, severity: 'hold' },
  { kind: 'custom', name: 'shipped', holds: shipped, min: 0.5, severity: 'warn' },
];
