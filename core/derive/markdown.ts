import { columnsOf, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { evolutionWords } from '../evolution/says.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import { typeText } from '../iceberg-type.ts';
import { defaultFiles } from '../landing/file-options.ts';
import { says as checkSays } from '../quality/index.ts';
import { windowSays } from '../windows/index.ts';
import { lineageGraph } from './lineage-graph.ts';
import { datasetRuleWords, fieldRuleWords } from './rule-words.ts';
import { wordsOf } from './says.ts';
import { stepWords } from './steps.ts';

/** A cell of a Markdown table: one line, and no bar of its own. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A Markdown table. */
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${titles.join(' | ')} |`,
    `|${titles.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

const bullets = (lines: readonly string[], none: string): string =>
  lines.length === 0 ? none : lines.map((line) => `- ${line}`).join('\n');

/** An empty token is told as files write it. */
const tokenWords = ({ nullTokens }: Field): readonly string[] =>
  nullTokens.map((token) => (token === '' ? '`""`' : token));

/** What a field says beside its kind: rules, spellings, what is missing. */
const fieldWords = (field: Field): string =>
  [
    kindOf(field).says(field.options),
    ...fieldRuleWords(field),
    field.casing === undefined ? '' : `published in ${field.casing} case`,
    field.default === undefined ? '' : `missing: ${field.default}`,
    field.nullTokens.length === 0 ? '' : `missing also as ${tokenWords(field).join(', ')}`,
    field.aliases.length === 0 ? '' : `also called ${field.aliases.join(', ')}`,
    field.trim ? '' : 'spaces are part of it',
    field.unit === undefined ? '' : `in ${field.unit}`,
    field.mask === undefined ? '' : `masked: ${wordsOf({ ...field.mask })}`,
  ]
    .filter((part) => part !== '')
    .join('; ');

const fieldTable = (dataset: Dataset): string =>
  table(
    ['field', 'required', 'what it takes', 'class', 'description'],
    Object.entries(dataset.fields).map(([name, field]) => [
      `\`${name}\``,
      isRequired(field) ? 'yes' : '',
      fieldWords(field),
      field.classification ?? '',
      field.description ?? '',
    ]),
  );

const columnTable = (dataset: Dataset, lookup: Lookup): string =>
  table(
    ['column', 'type', 'may be null', 'description'],
    columnsOf(dataset, lookup).map(({ name, type, required, doc }) => [
      `\`${name}\``,
      typeText(type),
      required ? '' : 'yes',
      doc ?? '',
    ]),
  );

const fileWords = ({ files }: Dataset): string[] => {
  const defaults: Readonly<Record<string, unknown>> = defaultFiles;
  const told = Object.entries(files).filter(
    ([name, value]) =>
      name !== 'formats' && JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  return [
    `formats: ${files.formats.join(', ')}; each also compressed`,
    ...told.map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  ];
};

const factWords = (dataset: Dataset): string[] => {
  const { key, write, partition, deduplicate, rejects } = dataset;
  const keep = typeof deduplicate.keep === 'string' ? deduplicate.keep : 'largest';
  const by = typeof deduplicate.keep === 'string' ? '' : ` \`${deduplicate.keep.largest}\``;
  const same = deduplicate.by === 'row' ? 'rows that are the same' : `rows of one key`;
  return [
    `owner: ${dataset.owner} (${dataset.domain})`,
    `contract: version ${dataset.version}`,
    key.length === 0 && deduplicate.by === 'key'
      ? 'no key: rows are not compared'
      : `key: ${key.map((name) => `\`${name}\``).join(', ') || 'the whole row'}; of ${same} the ` +
        `${keep}${by} is published`,
    write.kind === 'append' ? 'each run adds its rows' : `write: ${write.kind}`,
    ...partition.map(({ column, transform }) => `partitioned by ${transform} of \`${column}\``),
    `held when more than ${rejects.holdAbove * 100} % of a run’s rows are rejected`,
    ...evolutionWords(dataset.evolution),
  ];
};

/** The page of one dataset for its senders and readers, as `docs/datasets/` holds it. */
export const datasetPage = (dataset: Dataset, lookup: Lookup): string =>
  `${[
    `# ${dataset.name}`,
    `${dataset.description} Written by \`npm run docs\` from \`datasets/\`; a test keeps it true.`,
    bullets(factWords(dataset), ''),
    '## Fields, as they are sent',
    fieldTable(dataset),
    '## Rules over several columns or rows',
    bullets(dataset.rules.map(datasetRuleWords), 'None.'),
    '## Steps',
    bullets(dataset.transforms.map(stepWords), 'None: what is sent is what is published.'),
    '## Columns, as they are published',
    columnTable(dataset, lookup),
    '## Quality',
    bullets(dataset.quality.map(checkSays), 'No checks beside the share of rejected rows.'),
    ...(dataset.windows === undefined
      ? []
      : [
          '## Windows over its stream',
          `${bullets(dataset.windows.map(windowSays), 'None.')}\n\nTheir results are rows of [${dataset.name}_windows](${dataset.name}_windows.md), ` +
            `late events rows of [${dataset.name}_late](${dataset.name}_late.md); see [streams.md](../streams.md#windows).`,
        ]),
    '## Files',
    bullets(fileWords(dataset), ''),
    '## Where it comes from',
    `\`\`\`mermaid\n${lineageGraph(dataset, lookup)}\n\`\`\``,
  ].join('\n\n')}\n`;
