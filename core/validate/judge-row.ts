import type { RowReason } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { Row, Value } from '../fields/value.ts';
import { ruleOf } from '../rules/index.ts';
import { applyCasing } from './casing.ts';

/** A row's verdict: its typed values, or every reason against it. */
export type JudgedRow =
  | { readonly ok: true; readonly values: Row }
  | { readonly ok: false; readonly reasons: readonly RowReason[] };

/**
 * The row engine: one row in TypeScript, by the same registries that compileRow turns into SQL.
 * A missing field has one reason, a text that is no value has one, and only values meet rules.
 */
export const judgeRow = (
  dataset: Dataset,
  texts: Readonly<Record<string, string | null>>,
): JudgedRow => {
  const reasons: RowReason[] = [];
  const values: Record<string, Value | null> = {};
  for (const [name, field] of Object.entries(dataset.fields)) {
    const verdict = judgeField(field, textOf(field, texts[name] ?? null));
    values[name] = verdict.value;
    reasons.push(...verdict.codes.map((code) => ({ code, field: name })));
  }
  return reasons.length === 0 ? { ok: true, values } : { ok: false, reasons };
};

/** Spaces (U+0020) around a text are no part of it, and an empty text is a missing one. */
const trimmed = (text: string | null): string | null => {
  if (text === null) return null;
  let [start, end] = [0, text.length];
  while (start < end && text[start] === ' ') start += 1;
  while (start < end && text[end - 1] === ' ') end -= 1;
  return start === end ? null : text.slice(start, end);
};

/** The text of a cell, or null where it says that there is none. */
const textOf = ({ trim, nullTokens }: Field, cell: string | null): string | null => {
  const text = trim ? trimmed(cell) : cell;
  return text === null || text === '' || nullTokens.includes(text) ? null : text;
};

type Verdict = { readonly value: Value | null; readonly codes: readonly RowReason['code'][] };

const judgeField = (field: Field, text: string | null): Verdict => {
  if (text === null) return { value: null, codes: isRequired(field) ? ['E_REQUIRED'] : [] };
  const parsed = kindOf(field).parse(text, field.options);
  if (!parsed.ok) return { value: null, codes: [parsed.code] };
  const broken = field.rules
    .map((use) => ({ use, rule: ruleOf(use) }))
    .filter(({ use, rule }) => !rule.check(parsed.value, use.params));
  const { value } = parsed;
  return {
    value:
      field.casing !== undefined && typeof value === 'string'
        ? applyCasing(value, field.casing)
        : value,
    codes: broken.map(({ rule }) => rule.code),
  };
};
