import * as z from 'zod';
import { numberOf } from '../expressions/value-type.ts';
import type { Scalar } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import type { BoundRule } from './bound-rule.ts';
import { BigText, Group } from './json.ts';
import { windowLimits } from './limits.ts';
import { groupKey } from './pane.ts';
import { latestOf, resultKey, spanOf, type WindowResult } from './results.ts';
import { type AnomalyRule, anomalyName } from './rule.ts';

/** A closed window that is not as the others were, or not as it should be. */
export const Finding = z
  .object({
    /** Of rule, anomaly, group and window: a restated window has the same, with other numbers. */
    id: z.string(),
    rule: z.string(),
    anomaly: z.string(),
    group: Group,
    windowStart: BigText.nullable(),
    windowEnd: BigText.nullable(),
    /** The version of the result that was judged. */
    version: z.number().int(),
    found: z.number(),
    /** The mean it was compared with, or the bound that it broke. */
    expected: z.number(),
    /** Distance from the mean in standard deviations; null of a fixed bound. */
    deviations: z.number().nullable(),
  })
  .readonly();
export type Finding = z.output<typeof Finding>;

/** A finding as JSON. */
export const encodeFinding = (finding: Finding): z.input<typeof Finding> =>
  z.encode(Finding, finding);

type Judged = Pick<Finding, 'found' | 'expected' | 'deviations'>;
type Spread = { readonly mean: number; readonly deviation: number };

const ID_DIGITS = 32;
/** Windows that were all alike may still differ by one in a hundred, or by very little. */
const FLOOR_SHARE = 0.01;
/** No finding needs more, and JSON has no infinity. */
const DEVIATIONS_MAX = 1_000_000;

const spreadOf = (values: readonly number[]): Spread => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
};

/** Newer values weigh more; the oldest one is where it starts. */
const fadingSpreadOf = (values: readonly number[], alpha: number): Spread => {
  let [mean, variance] = [values[0] ?? 0, 0];
  for (const value of values.slice(1)) {
    const distance = value - mean;
    mean += alpha * distance;
    variance = (1 - alpha) * (variance + alpha * distance ** 2);
  }
  return { mean, deviation: Math.sqrt(variance) };
};

const farFrom = (found: number, spread: Spread, allowed: number): Judged | undefined => {
  const { mean, deviation } = spread;
  const unit = Math.max(deviation, Math.abs(mean) * FLOOR_SHARE, Number.MIN_VALUE);
  const deviations = Math.min(Math.abs(found - mean) / unit, DEVIATIONS_MAX);
  return deviations > allowed ? { found, expected: mean, deviations } : undefined;
};

type Measured = Exclude<AnomalyRule, { readonly kind: 'gap' }>;

const judged = (
  anomaly: Measured,
  found: number,
  before: readonly number[],
): Judged | undefined => {
  if (anomaly.kind === 'outside') {
    const { min, max } = anomaly;
    if (min !== null && found < min) return { found, expected: min, deviations: null };
    return max !== null && found > max ? { found, expected: max, deviations: null } : undefined;
  }
  const earlier = before.slice(-anomaly.windows);
  if (earlier.length < windowLimits.historyWindowsMin) return undefined;
  const isFading = anomaly.kind === 'ewma';
  const spread = isFading ? fadingSpreadOf(earlier, anomaly.alpha) : spreadOf(earlier);
  return farFrom(found, spread, anomaly.deviations);
};

/** Squares of larger numbers are infinite, and then nothing is far from anything. */
const MAGNITUDE_MAX = 1e120;

/** Decimals are kept in units of their last digit; a judgement is about what they are worth. */
const numberIn = (value: Scalar | null | undefined, scale: number): number | undefined => {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const worth = Number(value) / 10 ** scale;
  return Math.min(Math.max(worth, -MAGNITUDE_MAX), MAGNITUDE_MAX);
};

/** Windows that count, in the order of their time. */
const inOrder = (results: readonly WindowResult[]): readonly WindowResult[] =>
  latestOf(results)
    .filter(({ retracted, isGap }) => !retracted && !isGap)
    .sort((a, b) => (spanOf(a).start < spanOf(b).start ? -1 : 1));

const findingsOf = (
  { rule, series }: BoundRule,
  anomaly: Measured,
  windows: readonly WindowResult[],
): readonly Finding[] => {
  const type = series.measures[anomaly.measure]?.type ?? 'long';
  const scale = numberOf({ type })?.scale ?? 0;
  const name = anomalyName(anomaly);
  const before: number[] = [];
  return windows.flatMap((result) => {
    const found = numberIn(result.measures[anomaly.measure], scale);
    const finding = found === undefined ? undefined : judged(anomaly, found, before);
    if (found !== undefined) before.push(found);
    if (finding === undefined) return [];
    const { group, windowStart, windowEnd, version } = result;
    const key = `${name}/${groupKey(group)}/${resultKey(result).sort}`;
    const id = sha256(`${rule.name}/${key}`).slice(0, ID_DIGITS);
    const about = { rule: rule.name, anomaly: name, group, windowStart, windowEnd, version };
    return [{ id, ...about, ...finding }];
  });
};

/**
 * What is unusual about the windows of one group from `since` on (in microseconds). `results` are
 * those windows and, for each of them to be judged as it would be with all of its past, as many
 * before them as the rule's anomalies look at. A window that is restated changes what is said of
 * those behind it as well: ask again from it on, and what is found no more was withdrawn.
 */
export const anomaliesOf = (
  rule: BoundRule,
  results: readonly WindowResult[],
  since: bigint,
): readonly Finding[] => {
  const windows = inOrder(results);
  return rule.rule.anomalies
    .flatMap((anomaly) => (anomaly.kind === 'gap' ? [] : findingsOf(rule, anomaly, windows)))
    .filter(({ windowStart }) => windowStart === null || windowStart >= since);
};
