import { table } from '../../core/derive/markdown.ts';
import { datasetRuleWords, fieldRuleWords } from '../../core/derive/rule-words.ts';
import { stepWords } from '../../core/derive/steps.ts';
import { fieldKinds } from '../../core/fields/index.ts';
import { typeText } from '../../core/iceberg-type.ts';
import { defaultFiles, encodings, formats } from '../../core/landing/file-options.ts';
import { limits } from '../../core/limits.ts';
import { checkKinds, says as checkSays } from '../../core/quality/index.ts';
import { datasetRuleKinds, ruleKinds } from '../../core/rules/index.ts';
import { transformKinds } from '../../core/transforms/index.ts';
import { checkExamples, datasetRuleExamples, ruleExamples, stepExamples } from './examples.ts';
import { sampleField } from './sample-fields.ts';

/** Options that fit into a cell; a nested field has a page of its own in the code. */
const optionText = (options: Readonly<Record<string, unknown>>): string => {
  const text = JSON.stringify(options);
  return text === '{}' || text.includes('"kind"') ? '' : `, here with \`${text}\``;
};

const fieldRows = (): string[][] =>
  fieldKinds.map((kind) => {
    const options = sampleField(kind.kind)?.options;
    if (options === undefined) return [`\`${kind.kind}\``, '', '', ''];
    return [
      `\`${kind.kind}\``,
      kind.says(options) + optionText(options),
      typeText(kind.icebergType(options)),
      [...new Set(kind.refusals(options).map(({ code }) => code))].join(', '),
    ];
  });

const ruleRows = (): string[][] =>
  ruleKinds.map(({ kind, code }) => {
    const field = ruleExamples.find(({ rules }) => rules.some((use) => use.kind === kind));
    const at = field?.rules.findIndex((use) => use.kind === kind) ?? 0;
    return [`\`${kind}\``, field === undefined ? '' : (fieldRuleWords(field)[at] ?? ''), code];
  });

/** A row per kind: its name, and what it says of an example. */
const rowsOf = <Use extends { readonly kind: string }>(
  kinds: readonly { readonly kind: string }[],
  examples: readonly Use[],
  says: (use: Use) => string,
): string[][] =>
  kinds.map(({ kind }) => {
    const example = examples.find((use) => use.kind === kind);
    return [`\`${kind}\``, example === undefined ? '' : says(example)];
  });

const fileRows = (): string[][] =>
  Object.entries(defaultFiles).map(([name, value]) => [`\`${name}\``, JSON.stringify(value)]);

const CASES = `\`\`\`ts
export const ordersCases = cases(orders, [
  {
    name: 'a price below zero is rejected',
    rows: [order, { ...order, order_id: 'ORD-2', unit_price: '-0.01' }],
    partners: { products: [{ product_id: 'P-1', product_name: 'Kettle', … }] },
    expect: {
      clean: [{ line_total: '19.98', order_date: '2025-02-28', product_name: 'Kettle' }],
      rejected: [{ row: 2, reasons: ['E_RANGE unit_price'] }],
    },
  },
]);
\`\`\``;

/** The page of every kind in the registries, as `docs/reference.md` holds it. */
export const referencePage = (): string =>
  `${[
    '# Reference',
    'Written by `npm run docs` from the registries in `core/`; a test keeps it true. What each option of a builder means stands ' +
      'beside it in the code; [codes.md](codes.md) says what to do about a code.',
    '## Fields',
    'Spaces around a text are no part of it (unless `trim: false`), a cell with nothing in it is a ' +
      'missing value, and a text that is no value gets one code. A written empty text, such as ' +
      '`""`, is one in a `text` that says `min: 0`, or that is optional without `min`, `pattern` or ' +
      "listed values; `nullTokens: ['']` makes it missing there as well, and elsewhere it is anyway.",
    table(['kind', 'takes', 'table type', 'refuses with'], fieldRows()),
    '## Rules of a field',
    table(['rule', 'for example', 'code'], ruleRows()),
    'Each rejects its row; within `warn(…)` it only counts.',
    '## Rules over several columns or rows',
    table(['rule', 'for example'], rowsOf(datasetRuleKinds, datasetRuleExamples, datasetRuleWords)),
    '## Steps',
    table(['step', 'for example'], rowsOf(transformKinds, stepExamples, stepWords)),
    '## Quality checks',
    table(['check', 'for example'], rowsOf(checkKinds, checkExamples, checkSays)),
    '## Files',
    `Formats: ${formats.join(', ')}. Encodings: ${encodings.join(', ')}.`,
    table(['option', 'default'], fileRows()),
    '## Cases',
    'A file `datasets/<name>.cases.ts` says by example what must become of rows; `npx headgate test` runs all of them, and ' +
      '`npm test` runs them through both engines.',
    CASES,
    '## Limits',
    table(
      ['limit', 'value'],
      Object.entries(limits).map(([name, value]) => [`\`${name}\``, String(value)]),
    ),
  ].join('\n\n')}\n`;
