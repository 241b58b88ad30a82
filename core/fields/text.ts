import { length } from '../rules/length.ts';
import { pattern } from '../rules/pattern.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { accepted } from './value.ts';

type TextOptions = { readonly controls?: boolean };

/** Any text. Leading zeros, quotes and formulas are kept as they came. */
export const textKind: FieldKind<TextOptions, string> = {
  kind: 'text',
  says: ({ controls }) =>
    `any text${controls === true ? ', control characters too' : ''}, kept as it came`,
  rowType: () => 'string',
  parse: (text) => accepted(text),
  print: (value) => value,
  duckType: () => 'VARCHAR',
  cast: (textSql) => textSql,
  accepts: (textSql) => `${textSql} IS NOT NULL`,
  refusals: () => [],
  icebergType: () => 'string',
  jsonSchema: () => ({ type: 'string' }),
  edges: () => [
    '',
    'a',
    '00123',
    'a b',
    'a\nb',
    "it's",
    '"quoted"',
    '=SUM(A1)',
    '\t',
    '\u00a0x\u00a0',
    'e\u0301',
    '\u00e9',
    '\u{1f4e6}',
    'Stra\u00dfe',
    '\u0130stanbul',
    'NULL',
  ],
};

type TextInit = FieldInit & {
  /** The whole text must have it; see `pattern` for what both engines read alike. */
  readonly pattern?: RegExp;
  /** In code points. 0: the text may be empty, and `""` in a file is one. */
  readonly min?: number;
  /** In code points. */
  readonly max?: number;
  readonly casing?: 'lower' | 'upper';
  /** @default false: a row with a control character other than tab and line ends is rejected */
  readonly controls?: boolean;
};

/** A column of free text. */
export const text = (init: TextInit = {}): Field => ({
  ...fieldOf(textKind.kind, init.controls === true ? { controls: true } : {}, init, [
    ...(init.min === undefined && init.max === undefined ? [] : [length(init)]),
    ...(init.pattern === undefined ? [] : [pattern(init.pattern)]),
  ]),
  casing: init.casing,
});
