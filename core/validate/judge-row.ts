import type { RowReason } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { holdsEmpty } from '../fields/empty.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { Row, Value } from '../fields/value.ts';
import { ruleOf } from '../rules/index.ts';
import type { Severity } from '../rules/rule.ts';
import { applyCasing } from './casing.ts';
import { type CharacterCheck, characterChecks, keyTextsOf } from './characters.ts';
import { typedFields } from './evolution-sql.ts';
import { rowConditions } from './row-conditions.ts';

/** A row's verdict: its typed values with what is only warned of, or every reason against it. */
export type JudgedRow =
  | { readonly ok: true; readonly values: Row; readonly warnings: readonly RowReason[] }
  | { readonly ok: false; readonly reasons: readonly RowReason[] };

/** What a record is beside its texts. */
export type RecordForm = {
  /** Fields with an object or array where one value should be. */
  readonly compound: ReadonlySet<string>;
  /** Keys that no field has, as columns would be called; their values are not null. */
  readonly unknown: readonly string[];
};

const flat: RecordForm = { compound: new Set(), unknown: [] };

/**
 * The row engine: one row in TypeScript, by the same registries that compileRow turns into SQL.
 * A missing field has one reason, a text that is no value has one, and only values meet rules.
 * What rejects a row judges its texts as they came; a warning judges what is published of them.
 */
export const judgeRow = (
  dataset: Dataset,
  texts: Readonly<Record<string, string | null>>,
  { compound, unknown }: RecordForm = flat,
): JudgedRow => {
  const reasons: RowReason[] = [...compound].map((field) => ({ code: 'E_TYPE', field }));
  const values: Record<string, Value | null> = {};
  const refused = new Set<string>(compound);
  const typed = typedFields(dataset);
  for (const [name, field] of Object.entries(dataset.fields)) {
    if (compound.has(name)) continue;
    const checks = characterChecks(dataset, name, field);
    const text = textOf(field, texts[name] ?? null);
    const spelt = keyTextsOf(dataset).has(name) ? (text?.normalize('NFC') ?? null) : text;
    const judged = judgeField(field, spelt, checks);
    const isAside = judged.codes[0] === 'E_TYPE' && typed.includes(name);
    const verdict = isAside ? missing : judged;
    values[name] = verdict.value;
    if (verdict.refused) refused.add(name);
    reasons.push(...verdict.codes.map((code) => ({ code, field: name })));
  }
  if (dataset.evolution.newColumns === 'quarantine_row')
    reasons.push(...unknown.map((field) => ({ code: 'E_NEW_COLUMN' as const, field })));
  reasons.push(...brokenIn(dataset, values, 'reject', refused));
  if (reasons.length > 0) return { ok: false, reasons };
  const published = publishedOf(dataset, values);
  return { ok: true, values: published, warnings: warningsOf(dataset, published) };
};

/** Spaces (U+0020) around a text are no part of it, and nothing but spaces is a missing one. */
const trimmed = (text: string | null): string | null => {
  if (text === null) return null;
  let [start, end] = [0, text.length];
  while (start < end && text[start] === ' ') start += 1;
  while (start < end && text[end - 1] === ' ') end -= 1;
  return start === end ? null : text.slice(start, end);
};

/** The text of a cell, or null where it says that there is none; null is a cell without any. */
const textOf = (field: Field, cell: string | null): string | null => {
  if (cell === '') return holdsEmpty(field) ? cell : null;
  const text = field.trim ? trimmed(cell) : cell;
  return text === null || field.nullTokens.includes(text) ? null : text;
};

type Verdict = {
  readonly value: Value | null;
  /** True when the row has no value that another rule could judge. */
  readonly refused: boolean;
  readonly codes: readonly RowReason['code'][];
};

/** What is left of an optional field whose value is set aside. */
const missing: Verdict = { value: null, refused: false, codes: [] };

const judgeField = (
  field: Field,
  text: string | null,
  checks: readonly CharacterCheck[],
): Verdict => {
  if (text === null) {
    const required = isRequired(field);
    return { value: null, refused: required, codes: required ? ['E_REQUIRED'] : [] };
  }
  const parsed = kindOf(field).parse(text, field.options);
  if (!parsed.ok) return { value: null, refused: true, codes: [parsed.code] };
  if (!checks.every(({ passes }) => passes(text))) {
    return { value: null, refused: true, codes: ['E_CONTROL_CHAR'] };
  }
  const { value } = parsed;
  return { value, refused: false, codes: brokenBy(field, value, 'reject') };
};

const brokenBy = (field: Field, value: Value, severity: Severity): RowReason['code'][] =>
  field.rules
    .filter((use) => use.severity === severity)
    .map((use) => ({ use, rule: ruleOf(use) }))
    .filter(({ use, rule }) => !rule.check(value, use.params))
    .map(({ rule }) => rule.code);

const noneRefused: ReadonlySet<string> = new Set();

/** The rules over several columns, each asked only where none of its columns is refused. */
const brokenIn = (
  dataset: Dataset,
  values: Row,
  severity: Severity,
  refused: ReadonlySet<string>,
): RowReason[] =>
  rowConditions(dataset)
    .filter((each) => each.severity === severity && !each.needs.some((name) => refused.has(name)))
    .filter(({ holds }) => holds.evaluate(values) === false)
    .map(({ code, field }) => ({ code, field }));

/** Whether a row whose fields are all sound breaks a rule over several of them. */
export const breaksRowRule = (dataset: Dataset, values: Row): boolean =>
  brokenIn(dataset, values, 'reject', noneRefused).length > 0;

const publishedOf = ({ fields }: Dataset, values: Row): Row =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const casing = fields[name]?.casing;
      const cased = casing !== undefined && typeof value === 'string';
      return [name, cased ? applyCasing(value, casing) : value];
    }),
  );

const warningsOf = (dataset: Dataset, published: Row): RowReason[] => [
  ...Object.entries(dataset.fields).flatMap(([name, field]) => {
    const value = published[name] ?? null;
    const codes = value === null ? [] : brokenBy(field, value, 'warn');
    return codes.map((code) => ({ code, field: name }));
  }),
  ...brokenIn(dataset, published, 'warn', noneRefused),
];
