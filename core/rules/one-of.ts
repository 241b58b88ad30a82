import type { Scalar } from '../fields/value.ts';
import { list } from '../sql.ts';
import type { RuleKind, RuleUse } from './rule.ts';

type Params = { readonly values: readonly Scalar[] };

/** One of the declared values, of any kind; texts of few spellings are better a `oneOf` field. */
export const oneOfRule: RuleKind<Params, Scalar> = {
  kind: 'oneOf',
  code: 'E_ONE_OF',
  judges: 'scalars',
  ofValues: true,
  says: ({ values }, { print }) => `is one of ${values.map(print).join(', ')}`,
  check: (value, { values }) => values.includes(value),
  toSql: (valueSql, { values }, { literal }) => `${valueSql} IN (${list(values.map(literal))})`,
  edges: ({ values }) => values.flatMap((value) => [value, ...beside(value)]),
  state: ({ values }, { print }) => ({ values: values.map(print) }),
};

const beside = (value: Scalar): Scalar[] => {
  if (typeof value === 'string') return [`${value}s`, value.toUpperCase(), value.slice(1) || 'x'];
  if (typeof value === 'bigint') return [value - 1n, value + 1n];
  return typeof value === 'number' ? [value - 1, value + 1] : [!value];
};

/**
 * Few allowed values, in the field's grammar: `integer({ rules: [among([10, 20, 50])] })`. Not
 * called `oneOf`, which is a kind of field.
 */
export const among = (values: readonly Scalar[]): RuleUse => {
  if (values.length === 0) throw new Error('among: name at least one value');
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) !== index) throw new Error(`among: '${value}' is named twice`);
  }
  return { kind: oneOfRule.kind, params: { values }, severity: 'reject' };
};
