import type { Dataset } from '../dataset.ts';
import type { Field } from '../fields/field.ts';
import { literal } from '../sql.ts';

/** Characters that a text may not have, as a class of JavaScript's and of RE2's. */
type Barred = { readonly pattern: RegExp; readonly re2: string };

const hex = (point: number): string => point.toString(16).toUpperCase().padStart(4, '0');
const classOf = (ranges: readonly (readonly [from: number, to: number])[]): Barred => {
  const written = (point: (hex: string) => string): string =>
    `[${ranges.map(([from, to]) => `${point(hex(from))}-${point(hex(to))}`).join('')}]`;
  return {
    pattern: new RegExp(written((code) => `\\u${code}`)),
    re2: written((code) => `\\x{${code}}`),
  };
};

/**
 * Texts come with tabs and line ends; the other control characters of ASCII only move cursors and
 * colour terminals.
 */
const controls = classOf([
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x7f],
]);
/**
 * Characters that nobody sees, of no width or turning the direction of what follows: two keys that
 * differ in nothing else look the same to everyone who compares them.
 */
const invisible = classOf([
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2060],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
]);

/** Whether a text has a control character other than tab and line ends, as SQL. */
export const hasControlSql = (textSql: string): string =>
  `regexp_matches(${textSql}, ${literal(controls.re2)})`;

const keepsControls = ({ options }: Field): boolean => options.controls === true;

/**
 * Whether some field keeps control characters. Where none does they are faults of a row's form,
 * found before any field is looked at; else each field is judged by itself.
 */
export const keepsAnyControls = ({ fields }: Pick<Dataset, 'fields'>): boolean =>
  Object.values(fields).some(keepsControls);

/** Kinds whose grammar lets characters beyond ASCII, or control characters, through. */
const open: ReadonlySet<string> = new Set(['text', 'email']);

/** Found once per dataset: the row engine asks for them in every row. */
const keyTexts = new WeakMap<Dataset, ReadonlySet<string>>();

/**
 * The texts by which rows are told to be the same: of the dataset's own key, and of the columns
 * that another dataset's key is looked up by.
 */
export const keyTextsOf = (dataset: Dataset): ReadonlySet<string> => {
  const known = keyTexts.get(dataset);
  if (known !== undefined) return known;
  const { fields, key, rules, transforms } = dataset;
  const columns = [
    ...key,
    ...rules.flatMap((rule) => (rule.kind === 'references' ? rule.column : [])),
    ...transforms.flatMap((step) => (step.kind === 'join' ? step.on : [])),
  ];
  const found = new Set(columns.filter((name) => open.has(fields[name]?.kind ?? '')));
  keyTexts.set(dataset, found);
  return found;
};

/** What the characters of a field's texts may not be, as both engines ask it. */
export type CharacterCheck = {
  readonly passes: (text: string) => boolean;
  /** True where the text passes; NULL for NULL. */
  readonly toSql: (textSql: string) => string;
};

const noInvisible: CharacterCheck = {
  passes: (text) => !invisible.pattern.test(text),
  // A text of ASCII alone, as most keys are, is not looked through.
  toSql: (text) =>
    `(strlen(${text}) = length(${text}) OR NOT regexp_matches(${text}, ${literal(invisible.re2)}))`,
};
const noControl: CharacterCheck = {
  passes: (text) => !controls.pattern.test(text),
  toSql: (text) => `NOT ${hasControlSql(text)}`,
};

/** Refused with E_CONTROL_CHAR; empty for most fields. */
export const characterChecks = (
  dataset: Dataset,
  name: string,
  field: Field,
): readonly CharacterCheck[] => [
  ...(open.has(field.kind) && keepsAnyControls(dataset) && !keepsControls(field)
    ? [noControl]
    : []),
  ...(keyTextsOf(dataset).has(name) ? [noInvisible] : []),
];
