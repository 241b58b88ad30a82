import { lengthRule } from '../rules/length.ts';
import { oneOfRule } from '../rules/one-of.ts';
import { patternRule } from '../rules/pattern.ts';
import type { Field } from './field.ts';
import { textKind } from './text.ts';

/** What of a field says whether it may hold an empty text. */
export type Emptiable = Pick<Field, 'kind' | 'optional' | 'nullTokens'> & {
  readonly rules: readonly {
    readonly kind: string;
    readonly severity: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
};

/**
 * Whether a written empty text, such as `""` in CSV, is a value of the field: a text that says
 * `min: 0`, or an optional one with no rule that is about what stands in it. Anywhere else it is a
 * missing value, as a cell with nothing in it always is.
 */
export const holdsEmpty = ({ kind, optional, nullTokens, rules }: Emptiable): boolean => {
  if (kind !== textKind.kind || nullTokens.includes('')) return false;
  const rejecting = rules.filter(({ severity }) => severity === 'reject');
  if (rejecting.some((rule) => rule.kind === lengthRule.kind && rule.params.min === 0)) return true;
  return optional && !rejecting.some(asksForText);
};

/** A rule without which an empty text would not be told apart from a missing one. */
const asksForText = ({ kind, params }: Emptiable['rules'][number]): boolean => {
  if (kind === lengthRule.kind) return params.min !== undefined;
  if (kind === oneOfRule.kind) return !(Array.isArray(params.values) && params.values.includes(''));
  return kind === patternRule.kind;
};
