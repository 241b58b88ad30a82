import {
  type Deviation,
  deviationNumbers,
  deviationOf,
  deviationsProblem,
  deviationText,
} from './anomaly.ts';
import type { CheckSeverity } from './check.ts';
import type { CheckKind, CheckOf, JudgedRun } from './kind.ts';
import { fieldProblem } from './shares.ts';
import type { ColumnSummary } from './summary.ts';
import { notEnough } from './volume.ts';

type Drift = CheckOf<'drift'>;
type Found = { readonly what: string; readonly deviation: Deviation };
type Numbers = NonNullable<ColumnSummary['numbers']>;
type Mix = Readonly<Record<string, number>>;

/** A share may always differ by one in a hundred. */
const SHARE_FLOOR = 0.01;
/** A number may always differ by one hundredth of its usual spread. */
const SPREAD_FLOOR = 0.01;
/** Mean absolute deviation of a normal variable, halved: see `distance`. */
const NOISE = 0.4;

/** The chance that lies in a share of so many rows. */
const chance = (share: number, rows: number): number =>
  rows === 0 ? 1 : Math.sqrt((share * (1 - share)) / rows);

/**
 * The share of missing values; of numbers the mean, median, 5 % and 95 % quantile; of columns with
 * few values their mix. The number of different values is not compared: it grows with the rows.
 */
export const driftKind: CheckKind<Drift> = {
  kind: 'drift',
  dimension: 'drift',
  scored: true,
  name: ({ column }) => `drift of ${column}`,
  says: ({ column, deviations }) =>
    `the missing values, numbers and mix of values of ${column} lie within ${deviations} deviations of the medians of the dataset's last runs`,
  problem: ({ column, deviations }, dataset) =>
    fieldProblem(column, dataset) ?? deviationsProblem(deviations),
  judge: (check, run) => {
    const name = driftKind.name(check);
    const now = run.facts.columns[check.column];
    const earlier = run.history.filter(({ columns }) => columns[check.column] !== undefined);
    if (now === undefined || run.facts.sampled === 0) return notEnough(name, earlier.length);
    const found = statistics(check.column, now, run);
    const [worst] = [...found].sort((a, b) => b.deviation.deviations - a.deviation.deviations);
    if (worst === undefined) return notEnough(name, earlier.length);
    const { deviations } = check;
    const beyond = found.filter(({ deviation }) => deviation.deviations > deviations);
    const told = (beyond.length > 0 ? beyond : [worst]).map(({ what, deviation }) =>
      deviationText(what, deviation, deviations),
    );
    return {
      state: beyond.length > 0 ? 'broken' : 'passed',
      share: beyond.length > 0 ? deviations / worst.deviation.deviations : 1,
      detail: `${name}: ${told.join('; ')}`,
      numbers: deviationNumbers(worst.deviation, deviations),
    };
  },
};

const statistics = (column: string, now: ColumnSummary, run: JudgedRun): Found[] => {
  const earlier = run.history.flatMap(({ columns }) => columns[column] ?? []);
  const compared = (what: string, deviation: Deviation | undefined): Found[] =>
    deviation === undefined ? [] : [{ what, deviation }];
  const shares = earlier.map(({ nullShare }) => nullShare);
  const rows = run.counts.published;
  const nullFloor = (median: number): number => Math.max(SHARE_FLOOR, chance(median, rows));
  return [
    ...compared('the share of missing values', deviationOf(now.nullShare, shares, nullFloor)),
    ...numbersOf(now, earlier, compared),
    ...compared('the distance from the usual mix of values', mixOf(column, now, run)),
  ];
};

const numbersOf = (
  now: ColumnSummary,
  earlier: readonly ColumnSummary[],
  compared: (what: string, deviation: Deviation | undefined) => Found[],
): Found[] => {
  const before = earlier.flatMap(({ numbers }) => numbers ?? []);
  const { numbers } = now;
  if (numbers === undefined) return [];
  const spreads = before.map(({ p05, p95 }) => p95 - p05).sort((a, b) => a - b);
  const spread = spreads[Math.floor(spreads.length / 2)] ?? 0;
  const floor = (median: number): number => SPREAD_FLOOR * (spread > 0 ? spread : Math.abs(median));
  const names: readonly (readonly [keyof Numbers, string])[] = [
    ['mean', 'the mean'],
    ['median', 'the median'],
    ['p05', 'the 5 % quantile'],
    ['p95', 'the 95 % quantile'],
  ];
  return names.flatMap(([key, what]) =>
    compared(
      what,
      deviationOf(
        numbers[key],
        before.map((each) => each[key]),
        floor,
      ),
    ),
  );
};

/**
 * Total variation: the share of rows that would have to change their value for two mixes to be
 * equal. Each run has one from the mean mix, and this run's is compared with those of the others.
 */
const mixOf = (column: string, now: ColumnSummary, run: JudgedRun): Deviation | undefined => {
  const earlier = run.history
    .map(({ columns }) => columns[column]?.top)
    .filter((mix) => mix !== undefined);
  if (earlier.length === 0) return undefined;
  const usual = meanMix(earlier);
  // Suddenly too many different values for a mix: as far away as can be.
  const tooMany = now.distinctShare === null ? undefined : 1;
  const value = now.top === undefined ? tooMany : distance(now.top, usual);
  if (value === undefined) return undefined;
  const rows = run.facts.sampled;
  const noise = Object.values(usual).reduce((sum, share) => sum + chance(share, rows), 0) * NOISE;
  const distances = earlier.map((mix) => distance(mix, usual));
  const found = deviationOf(value, distances, () => Math.max(SHARE_FLOOR, noise));
  // Nearer than usual is no drift.
  return found !== undefined && value < found.median ? { ...found, deviations: 0 } : found;
};

const meanMix = (mixes: readonly Mix[]): Mix => {
  const sums = new Map<string, number>();
  for (const mix of mixes)
    for (const [value, share] of Object.entries(mix))
      sums.set(value, (sums.get(value) ?? 0) + share / mixes.length);
  return Object.fromEntries(sums);
};

const distance = (a: Mix, b: Mix): number => {
  const values = new Set([...Object.keys(a), ...Object.keys(b)]);
  let sum = 0;
  for (const value of values) sum += Math.abs((a[value] ?? 0) - (b[value] ?? 0));
  return Math.min(sum / 2, 1);
};

type Options = {
  /** Allowed distance from the medians, in robust standard deviations. @default 4 */
  readonly deviations?: number;
  /** @default 'warn' */
  readonly severity?: CheckSeverity;
};

/** A column's profile against those of the earlier runs. */
export const drift = (
  column: string,
  { deviations = 4, severity = 'warn' }: Options = {},
): Drift => ({ kind: 'drift', column, deviations, severity });
