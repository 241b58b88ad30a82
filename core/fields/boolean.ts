import { list, literal } from '../sql.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { accepted, refused } from './value.ts';

type Options = { readonly true: readonly string[]; readonly false: readonly string[] };

const isIn = (textSql: string, texts: readonly string[]): string =>
  `${textSql} IN (${list(texts.map(literal))})`;

/** Yes or no, only by the declared texts: 1, T and yes mean nothing by themselves. */
export const booleanKind: FieldKind<Options, boolean> = {
  kind: 'boolean',
  says: (options) =>
    `true as ${options.true.join(', ')}; false as ${options.false.join(', ')}; spelt exactly so`,
  rowType: () => 'boolean',
  parse: (text, options) => {
    if (options.true.includes(text)) return accepted(true);
    return options.false.includes(text) ? accepted(false) : refused('E_TYPE');
  },
  print: (value, options) => (value ? options.true[0] : options.false[0]) ?? String(value),
  duckType: () => 'BOOLEAN',
  cast: (textSql, options) => isIn(textSql, options.true),
  accepts: (textSql, valueSql, options) => `${valueSql} OR ${isIn(textSql, options.false)}`,
  refusals: (options) => [
    {
      code: 'E_TYPE',
      when: (textSql) => `NOT ${isIn(textSql, [...options.true, ...options.false])}`,
    },
  ],
  constant: (value) => String(value),
  icebergType: () => 'boolean',
  jsonSchema: (options) => ({ type: 'string', enum: [...options.true, ...options.false] }),
  edges: (options) => [
    ...[...options.true, ...options.false].flatMap((text) => [
      ...[text, text.toLowerCase(), text.toUpperCase(), `${text}\t`, `${text}s`, text.slice(1)],
    ]),
    ...['true', 'false', 'True', 'FALSE', 't', 'f', 'T', 'F', 'yes', 'no', 'Y', 'N', 'on', 'off'],
    ...['1', '0', '-1', '2', 'tru', 'truee', 'tr\u00fce', "'", '1.0', 'NULL', 'not a boolean'],
  ],
};

type BooleanInit = FieldInit & {
  /** Texts that mean true. @default ['true'] */
  readonly true?: readonly string[];
  /** Texts that mean false. @default ['false'] */
  readonly false?: readonly string[];
};

/** A column of yes and no: `boolean({ true: ['yes'], false: ['no'] })`. */
export const boolean = (given: BooleanInit = {}): Field => {
  const { true: yes = ['true'], false: no = ['false'], ...init } = given;
  if (yes.length === 0 || no.length === 0) {
    throw new Error('boolean: declare at least one text for true and one for false');
  }
  const all = [...yes, ...no];
  for (const [index, text] of all.entries()) {
    if (text === '' || /^ | $/.test(text)) {
      throw new Error(`boolean: '${text}' can never come: texts are trimmed, and empty is missing`);
    }
    if (all.indexOf(text) !== index) throw new Error(`boolean: '${text}' is declared twice`);
  }
  return fieldOf(booleanKind.kind, { true: yes, false: no }, init);
};
