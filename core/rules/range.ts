import { compareScalars } from '../expressions/compare.ts';
import { boundsText, type RuleKind, type RuleUse, stated } from './rule.ts';

type Params = { readonly min?: number | bigint; readonly max?: number | bigint };

/** A value between `min` and `max`, both included; either may be left out. */
export const rangeRule: RuleKind<Params, number | bigint> = {
  kind: 'range',
  code: 'E_RANGE',
  judges: 'ordered',
  ofValues: true,
  says: ({ min, max }, { print }) =>
    `is ${boundsText(printed(min, print), printed(max, print))}, bounds included`,
  // NaN is above every bound in both engines.
  check: (value, { min, max }) =>
    (min === undefined || compareScalars(min, value) <= 0) &&
    (max === undefined || compareScalars(value, max) <= 0),
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

const printed = (
  bound: number | bigint | undefined,
  print: (value: number | bigint) => string,
): string | undefined => (bound === undefined ? undefined : print(bound));

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

type Bound = string | number | bigint;

/**
 * Bounds as a rule of their own, for instance as a warning, in the field's grammar:
 * `decimal({ …, rules: [warn(between({ max: '999.99' }))] })`.
 */
export const between = ({ min, max }: { readonly min?: Bound; readonly max?: Bound }): RuleUse => {
  if (min === undefined && max === undefined) throw new Error('between: give a min or a max');
  return { kind: rangeRule.kind, params: { min, max }, severity: 'reject' };
};
