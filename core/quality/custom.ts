import { compileCondition, type Expression, textOf } from '../expressions/index.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { judgeShare, percent, shareProblem, unknown } from './shares.ts';

type Custom = CheckOf<'custom'>;

/** The fields of a dataset as conditions over its valid rows know them. */
const fieldColumns = (fields: Readonly<Record<string, Field>>) =>
  Object.entries(fields).map(([name, field]) => ({
    name,
    type: kindOf(field).icebergType(field.options),
  }));

/** The condition of a check, ready for the set engine. Throws when it does not fit the fields. */
export const customCondition = (check: Custom, fields: Readonly<Record<string, Field>>) =>
  compileCondition(check.holds, fieldColumns(fields), customKind.name(check));

/** Over the valid rows; a condition that is missing for a row is passed, as with row rules. */
export const customKind: CheckKind<Custom> = {
  kind: 'custom',
  dimension: 'consistency',
  scored: true,
  name: ({ name }) => `custom check '${name}'`,
  says: ({ holds, min }) => `${textOf(holds)} holds for at least ${percent(min)} of the valid rows`,
  problem: (check, { fields }) => {
    if (check.name.trim() === '') return 'its name is empty; say in a few words what it checks';
    try {
      customCondition(check, fields);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return shareProblem(check.min);
  },
  judge: (check, { facts }) => {
    const name = customKind.name(check);
    const found = facts.measured[name];
    if (found === undefined) return unknown(`${name} was not measured`);
    return judgeShare(name, found.holding, found.rows, check.min);
  },
};

type Options = {
  readonly holds: Expression;
  /** Least share of rows for which it holds. @default 1 */
  readonly min?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Share of rows for which a condition holds. */
export const custom = (name: string, { holds, min = 1, severity = 'warn' }: Options): Custom => ({
  kind: 'custom',
  name,
  holds,
  min,
  severity,
});
