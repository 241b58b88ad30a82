import { codePoints } from '../code-points.ts';
import { boundsText, type RuleKind, type RuleUse, stated } from './rule.ts';

type Params = { readonly min?: number; readonly max?: number };

/** A text of `min` to `max` code points, both included; either may be left out. */
export const lengthRule: RuleKind<Params, string> = {
  kind: 'length',
  code: 'E_LENGTH',
  judges: 'texts',
  ofValues: false,
  says: ({ min, max }) => `has ${boundsText(min?.toString(), max?.toString())} code points`,
  check: (value, { min, max }) => {
    const length = codePoints(value);
    return (min === undefined || min <= length) && (max === undefined || length <= max);
  },
  toSql: (valueSql, { min, max }) => {
    const length = `length(${valueSql})`;
    if (max === undefined) return min === undefined ? 'true' : `${length} >= ${min}`;
    return min === undefined ? `${length} <= ${max}` : `${length} BETWEEN ${min} AND ${max}`;
  },
  edges: ({ min, max }) =>
    [min, max].flatMap((bound) =>
      bound === undefined
        ? []
        : [Math.max(0, bound - 1), bound, bound + 1].flatMap((length) =>
            ['x', '\u00e9', '\u{1f4e6}', 'e\u0301'].map((unit) =>
              [...unit.repeat(length)].slice(0, length).join(''),
            ),
          ),
    ),
  state: (params) => stated(params, Number),
};

/** The rule that bounds of a text's length make; a `min` of 0 lets a text be empty. */
export const length = ({ min, max }: Params): RuleUse => {
  if (min === undefined && max === undefined) throw new Error('length: give a min or a max');
  checkBound('min', min, 0);
  checkBound('max', max, 1);
  if (min !== undefined && max !== undefined && min > max) {
    throw new Error(`length: no text has at least ${min} and at most ${max} code points`);
  }
  return { kind: lengthRule.kind, params: { min, max }, severity: 'reject' };
};

const checkBound = (name: string, bound: number | undefined, least: number): void => {
  if (bound === undefined || (Number.isInteger(bound) && bound >= least)) return;
  throw new Error(`length: the ${name} ${bound} is no whole number from ${least} up`);
};
