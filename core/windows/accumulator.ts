import * as z from 'zod';
import { PermanentError } from '../errors.ts';
import { compareScalars } from '../expressions/compare.ts';
import type { Scalar } from '../fields/value.ts';
import { divided, tenTo } from '../transforms/exact.ts';
import { type BoundMeasure, MEAN_DECIMALS } from './bound-rule.ts';
import { distinctCount, hashesOf, hashesOfAll, unionOf } from './distinct.ts';
import type { WindowEvent } from './event.ts';
import { ExactSum, exactOf, nearestOf, noSum, plus, sumOf, wholeOf } from './exact-sum.ts';
import {
  bothOf,
  Histogram,
  histogramOf,
  histogramOfAll,
  noValues,
  quantileIn,
} from './histogram.ts';
import { ScalarJson } from './json.ts';
import { Recents, recentOf } from './recent.ts';

/**
 * What is kept of a measure until its window closes. Each kind has a value of nothing, of one event
 * and of two put together, which is all there is to say: any order, any parts, the same sum.
 */
export const Accumulator = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('count'), events: z.number().int() }).readonly(),
  z.object({ kind: z.literal('sum'), values: z.number().int(), sum: ExactSum }).readonly(),
  z.object({ kind: z.literal('min'), value: ScalarJson }).readonly(),
  z.object({ kind: z.literal('max'), value: ScalarJson }).readonly(),
  z.object({ kind: z.literal('distinct'), hashes: z.array(z.string()).readonly() }).readonly(),
  z.object({ kind: z.literal('quantile'), histogram: Histogram }).readonly(),
  z.object({ kind: z.literal('recent'), events: Recents }).readonly(),
]);
export type Accumulator = z.output<typeof Accumulator>;

/** A measure of no event. */
export const nothing = ({ kind }: BoundMeasure): Accumulator => {
  switch (kind) {
    case 'count':
      return { kind, events: 0 };
    case 'sum':
    case 'mean':
    case 'score':
      return { kind: 'sum', values: 0, sum: noSum };
    case 'min':
    case 'max':
      return { kind, value: null };
    case 'distinct':
      return { kind, hashes: [] };
    case 'quantile':
      return { kind, histogram: noValues };
    default:
      return { kind, events: [] };
  }
};

const scalarIn = ({ values }: WindowEvent, of: string | null): Scalar | null => {
  const value = of === null ? null : (values[of] ?? null);
  if (value === null || typeof value !== 'object') return value;
  throw new PermanentError(`a window measures '${of}', which is a list or struct`);
};

const numberIn = (value: Scalar): number | bigint => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw new PermanentError(`a window measures ${typeof value} values as numbers`);
};

/** What an event is worth; null of what has no weight, or names a field without a value. */
const worthOf = ({ of, weights = {} }: BoundMeasure, event: WindowEvent): Scalar | null => {
  const value = scalarIn(event, of);
  if (typeof value !== 'string' || !Object.hasOwn(weights, value)) return null;
  const weight = weights[value] ?? null;
  return typeof weight === 'string' ? scalarIn(event, weight) : weight;
};

/** What of an event is measured; null where there is nothing. */
const measuredIn = (measure: BoundMeasure, event: WindowEvent): Scalar | null =>
  measure.kind === 'score' ? worthOf(measure, event) : scalarIn(event, measure.of);

/** A measure of one event; a missing value is none, but for `count`. */
export const single = (measure: BoundMeasure, event: WindowEvent): Accumulator => {
  const { kind, scale } = measure;
  const value = measuredIn(measure, event);
  if (kind === 'count') return { kind, events: 1 };
  if (kind === 'recent') {
    const amount = value === null ? null : exactOf(numberIn(value));
    return { kind, events: [{ at: event.at, id: event.id, amount }] };
  }
  if (value === null) return nothing(measure);
  switch (kind) {
    case 'sum':
    case 'mean':
    case 'score':
      return { kind: 'sum', values: 1, sum: exactOf(numberIn(value)) };
    case 'distinct':
      return { kind, hashes: hashesOf(value) };
    case 'quantile':
      return { kind, histogram: histogramOf(Number(value) / 10 ** (scale ?? 0)) };
    default:
      return { kind, value };
  }
};

const further = (a: Scalar | null, b: Scalar | null, direction: 1 | -1): Scalar | null => {
  if (a === null || b === null) return a ?? b;
  return compareScalars(a, b) * direction >= 0 ? a : b;
};

/** Both together; they are of one measure, or the state belongs to another rule. */
export const combined = (a: Accumulator, b: Accumulator): Accumulator => {
  if (a.kind === 'count' && b.kind === 'count') return { ...a, events: a.events + b.events };
  if (a.kind === 'sum' && b.kind === 'sum')
    return { ...a, values: a.values + b.values, sum: plus(a.sum, b.sum) };
  if (a.kind === 'min' && b.kind === 'min') return { ...a, value: further(a.value, b.value, -1) };
  if (a.kind === 'max' && b.kind === 'max') return { ...a, value: further(a.value, b.value, 1) };
  if (a.kind === 'distinct' && b.kind === 'distinct')
    return { ...a, hashes: unionOf(a.hashes, b.hashes) };
  if (a.kind === 'quantile' && b.kind === 'quantile')
    return { ...a, histogram: bothOf(a.histogram, b.histogram) };
  if (a.kind === 'recent' && b.kind === 'recent')
    return { ...a, events: recentOf(a.events, b.events) };
  throw new PermanentError(`a ${a.kind} cannot be put together with a ${b.kind}`);
};

/** A measure of many events: what each by itself and all put together come to, and quicker. */
export const many = (measure: BoundMeasure, events: readonly WindowEvent[]): Accumulator => {
  const { kind, scale } = measure;
  switch (kind) {
    case 'count':
      return { kind, events: events.length };
    case 'sum':
    case 'mean':
    case 'score': {
      const numbers = valuesOf(measure, events).map(numberIn);
      return { kind: 'sum', values: numbers.length, sum: sumOf(numbers) };
    }
    case 'min':
    case 'max': {
      const direction = kind === 'max' ? 1 : -1;
      const furthest = (a: Scalar | null, b: Scalar): Scalar | null => further(a, b, direction);
      return { kind, value: valuesOf(measure, events).reduce<Scalar | null>(furthest, null) };
    }
    case 'distinct':
      return { kind, hashes: hashesOfAll(valuesOf(measure, events)) };
    case 'quantile': {
      const unit = 10 ** (scale ?? 0);
      const sizes = valuesOf(measure, events).map((value) => Number(value) / unit);
      return { kind, histogram: histogramOfAll(sizes) };
    }
    default:
      return events.map((event) => single(measure, event)).reduce(combined, nothing(measure));
  }
};

/** The values that are measured; an event that has none is left out. */
const valuesOf = (measure: BoundMeasure, events: readonly WindowEvent[]): readonly Scalar[] => {
  const values: Scalar[] = [];
  for (const event of events) {
    const value = measuredIn(measure, event);
    if (value !== null) values.push(value);
  }
  return values;
};

const sumOrMean = (
  { kind, scale }: BoundMeasure,
  { values, sum }: Extract<Accumulator, { kind: 'sum' }>,
): Scalar | null => {
  if (values === 0) return null;
  if (scale === null) return kind === 'mean' ? nearestOf(sum) / values : nearestOf(sum);
  const whole = wholeOf(sum);
  return kind !== 'mean' ? whole : divided(whole * tenTo(MEAN_DECIMALS), BigInt(values));
};

/** What the measure comes to. */
export const outcomeOf = (measure: BoundMeasure, found: Accumulator): Scalar | null => {
  switch (found.kind) {
    case 'count':
      return BigInt(found.events);
    case 'sum':
      return sumOrMean(measure, found);
    case 'distinct':
      return distinctCount(found.hashes);
    case 'quantile':
      return quantileIn(found.histogram, measure.at);
    case 'recent':
      return null;
    default:
      return found.value;
  }
};
