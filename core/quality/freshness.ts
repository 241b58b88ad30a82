import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf } from './kind.ts';
import { classifiedFields } from './profile.ts';
import { fieldProblem, unknown } from './shares.ts';

type Freshness = CheckOf<'freshness'>;

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const isUnit = (text: string | undefined): text is keyof typeof UNITS =>
  text !== undefined && Object.hasOwn(UNITS, text);

/** Milliseconds of `90m`, `24h` or `7d`. */
const durationOf = (text: string): number => {
  const [, digits, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (digits !== undefined && isUnit(unit) && Number(digits) > 0)
    return Number(digits) * UNITS[unit];
  throw new Error(`freshness: maxAge is '${text}'; allowed is a number with m, h or d, as in 24h`);
};

/** The largest unit that says it in one decimal. */
const spanText = (ms: number): string => {
  if (ms >= UNITS.d) return `${(ms / UNITS.d).toFixed(1)} days`;
  return ms >= UNITS.h
    ? `${(ms / UNITS.h).toFixed(1)} hours`
    : `${(ms / UNITS.m).toFixed(1)} minutes`;
};

/** Of classified columns no value leaves the rows, so that there is no newest one to ask. */
export const freshnessKind: CheckKind<Freshness> = {
  kind: 'freshness',
  dimension: 'freshness',
  scored: true,
  name: ({ column }) => `freshness of ${column}`,
  says: ({ column, maxAgeMs }) =>
    `the newest ${column} is at most ${spanText(maxAgeMs)} old when the run is judged`,
  problem: ({ column, maxAgeMs }, dataset) => {
    const field = dataset.fields[column];
    if (field === undefined) return fieldProblem(column, dataset);
    if (field.kind !== 'timestamp' && field.kind !== 'date')
      return `'${column}' is ${field.kind}; freshness needs a date or timestamp`;
    if (classifiedFields(dataset).has(column))
      return `'${column}' is classified or masked; no value of it is kept, not even the newest`;
    return maxAgeMs > 0 ? undefined : `maxAgeMs is ${maxAgeMs}; allowed is more than 0`;
  },
  judge: (check, { facts, now }) => {
    const name = freshnessKind.name(check);
    const newest = facts.newest[check.column];
    if (newest === undefined) return unknown(`${name}: the run has no value to judge`);
    // A value in the future is as fresh as can be; whether it may be there is a rule's matter.
    const age = Math.max(0, now - newest);
    const broken = age > check.maxAgeMs;
    return {
      state: broken ? 'broken' : 'passed',
      share: broken ? check.maxAgeMs / age : 1,
      detail: `${name}: the newest value is ${spanText(age)} old; at most ${spanText(check.maxAgeMs)} is allowed`,
      numbers: { ageMs: age, maxAgeMs: check.maxAgeMs },
    };
  },
};

type Options = {
  /** `90m`, `24h`, `7d`. */
  readonly maxAge: string;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** Age of the newest value of a date or timestamp column; a date counts from its first hour. */
export const freshness = (column: string, { maxAge, severity = 'warn' }: Options): Freshness => ({
  kind: 'freshness',
  column,
  maxAgeMs: durationOf(maxAge),
  severity,
});
