import type { InitValue } from './candidates.ts';
import { type Proposal, placeholders } from './propose.ts';
import type { ProposedField } from './propose-field.ts';

const WIDTH = 100;

const quoted = (text: string): string =>
  `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`;

const valueText = (value: InitValue | null): string => {
  if (typeof value === 'string') return quoted(value);
  if (value === null || value instanceof RegExp || typeof value !== 'object') return String(value);
  return `[${value.map(quoted).join(', ')}]`;
};

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** `key: value` lines of an object, each list on one line or one line per member. */
const memberLines = (
  entries: readonly (readonly [string, InitValue | null])[],
  room: number,
): string[] =>
  entries.flatMap(([name, value]) => {
    const text = `${name}: ${valueText(value)},`;
    if (text.length <= room || !Array.isArray(value)) return [text];
    return [`${name}: [`, ...value.map((each: string) => `  ${quoted(each)},`), '],'];
  });

/** A field as the formatter would write it, without indent. */
const fieldLines = ({ name, call }: ProposedField, room: number): string[] => {
  const entries = Object.entries(call.init);
  const object = entries.map(([key, value]) => `${key}: ${valueText(value)}`).join(', ');
  const init = entries.length === 0 ? '' : `{ ${object} }`;
  const values = call.values === undefined ? '' : valueText(call.values);
  const args = [values, init].filter((part) => part !== '').join(', ');
  const line = `${name}: ${call.builder}(${args}),`;
  if (line.length <= room) return [line];
  const members = indented(memberLines(entries, room - 2));
  if (call.values === undefined) return [`${name}: ${call.builder}({`, ...members, '}),'];
  const list = indented(call.values.map((each) => `${quoted(each)},`));
  if (entries.length === 0) return [`${name}: ${call.builder}([`, ...list, ']),'];
  const opening = `${name}: ${call.builder}(${values}, {`;
  if (opening.length <= room) return [opening, ...members, '}),'];
  const inner = values.length + 3 <= room ? [`${values},`] : ['[', ...list, '],'];
  return [`${name}: ${call.builder}(`, ...indented([...inner, `${init},`]), '),'];
};

const commentLines = (text: string, room: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > room) lines.push(`// ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
};

const listText = (names: readonly string[]): string => `[${names.map(quoted).join(', ')}]`;

const otherKeyLines = ({ key, otherKeys }: Proposal): string[] => {
  const names = otherKeys.join(', ');
  if (key.length > 0) {
    return names === '' ? [] : commentLines(`Unique and complete as well: ${names}.`, WIDTH - 2);
  }
  const text =
    names === ''
      ? 'No column is unique and complete: rows are not compared.'
      : `Unique and complete in these rows: ${names}. Is one of them the key?`;
  return commentLines(text, WIDTH - 2);
};

/** The name of the constant: order_lines is orderLines. */
export const constantName = (dataset: string): string =>
  dataset.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The proposal as the text of a file in datasets/. */
export const sourceOf = (proposal: Proposal): string => {
  const { name, fields, key, partition, files, repeatedKeys } = proposal;
  const builders = [...new Set(fields.map(({ call }) => call.builder))].sort(byLetters);
  const defines = ['append', 'defineDataset', ...(partition === undefined ? [] : ['month'])];
  const options = memberLines(Object.entries(files).flatMap(plainOption), WIDTH - 4);
  const body = [
    `name: ${quoted(name)},`,
    '// Whose rows these are, and who answers for them: nothing in a file says it.',
    ...Object.entries(placeholders).map(([what, value]) => `${what}: ${quoted(value)},`),
    `description: ${quoted(proposal.description)},`,
    'fields: {',
    ...indented(
      fields.flatMap((field) => [
        ...field.notes.flatMap((note) => commentLines(note, WIDTH - 4)),
        ...fieldLines(field, WIDTH - 4),
      ]),
    ),
    '},',
    ...otherKeyLines(proposal),
    ...(repeatedKeys === 0
      ? []
      : commentLines(`${repeatedKeys} rows repeat the key of another one.`, WIDTH - 2)),
    ...(key.length === 0 ? [] : [`key: ${listText(key)},`]),
    'write: append(),',
    ...(partition === undefined ? [] : [`partition: [month(${quoted(partition)})],`]),
    ...(options.length === 0 ? [] : ['files: {', ...indented(options), '},']),
  ];
  return [
    ...importLines(defines, '../core/define-dataset.ts'),
    ...importLines(builders, '../core/fields/index.ts'),
    '',
    `/** Proposed by headgate infer from ${proposal.rows} rows; read it before you trust it. */`,
    `export const ${constantName(name)} = defineDataset({`,
    ...indented(body),
    '});',
    '',
  ].join('\n');
};

/** The formatter's order of names in an import. */
const byLetters = (a: string, b: string): number =>
  a.toLowerCase() < b.toLowerCase() ? -1 : Number(a.toLowerCase() > b.toLowerCase());

const importLines = (names: readonly string[], from: string): string[] => {
  const line = `import { ${names.join(', ')} } from '${from}';`;
  return line.length <= WIDTH
    ? [line]
    : ['import {', ...names.map((n) => `  ${n},`), `} from '${from}';`];
};

const plainOption = ([name, value]: [string, unknown]): (readonly [string, InitValue | null])[] => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return [[name, value]];
  }
  return Array.isArray(value) ? [[name, value.map(String)]] : [];
};
