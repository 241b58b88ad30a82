import { type RuleKind, type RuleUse, stated } from './rule.ts';

type Params = { readonly min?: number | bigint; readonly max?: number | bigint };

/** A value between `min` and `max`, both included; either may be left out. */
export const rangeRule: RuleKind<Params, number | bigint> = {
  kind: 'range',
  code: 'E_RANGE',
  check: (value, { min, max }) =>
    (min === undefined || min <= value) && (max === undefined || value <= max),
  toSql: (valueSql, { min, max }, { literal }) => {
    if (max === undefined) return min === undefined ? 'true' : `${valueSql} >= ${literal(min)}`;
    if (min === undefined) return `${valueSql} <= ${literal(max)}`;
    return `${valueSql} BETWEEN ${literal(min)} AND ${literal(max)}`;
  },
  edges: ({ min, max }) =>
    [min, max].flatMap((bound) =>
      bound === undefined ? [] : [step(bound, -1), bound, step(bound, 1)],
    ),
  state: (params, { print }) => stated(params, print),
};

const step = (value: number | bigint, by: number): number | bigint =>
  typeof value === 'bigint' ? value + BigInt(by) : value + by;

/** The rule that bounds make: none without a bound. */
export const range = ({ min, max }: Params): RuleUse[] => {
  if (min === undefined && max === undefined) return [];
  if (min !== undefined && max !== undefined && min > max) {
    throw new Error(`range: no value lies between ${min} and ${max}`);
  }
  return [{ kind: rangeRule.kind, params: { min, max }, severity: 'reject' }];
};
