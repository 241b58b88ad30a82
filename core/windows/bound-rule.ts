import { PermanentError } from '../errors.ts';
import { constantIn, digitsOf, type NumberType, numberOf } from '../expressions/value-type.ts';
import type { Field } from '../fields/field.ts';
import { kindOf } from '../fields/index.ts';
import type { Scalar } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import type { IcebergType } from '../iceberg-type.ts';
import type { AlertRule, Measure, Window, WindowRule } from './rule.ts';

/** A measure that knows its field; `recent` is what velocity alerts look at. */
export type BoundMeasure = {
  readonly kind: Measure['kind'] | 'recent';
  readonly of: string | null;
  /** Decimals of the field's numbers; null of doubles, and of what is no number. */
  readonly scale: number | null;
  /** Of a score, what each text is worth. */
  readonly weights?: Readonly<Record<string, number | string>>;
  /** Of a quantile, the share; of others 0. */
  readonly at: number;
  /** The column of its results. */
  readonly type: IcebergType;
};

/** What state is kept for: one way of cutting up time, and what is measured in each piece. */
export type Series = {
  /**
   * Name and a hash of everything that its state depends on. A rule that says something else from
   * now on is another series: state and results of the old one are never mixed with it.
   */
  readonly id: string;
  readonly window: Window;
  readonly measures: Readonly<Record<string, BoundMeasure>>;
};

type AlertOf<K extends AlertRule['kind']> = Extract<AlertRule, { readonly kind: K }>;
type BoundThreshold = {
  readonly alert: AlertOf<'threshold'>;
  readonly above: Scalar | null;
  readonly below: Scalar | null;
};
/** An alert over spans, with the series that it needs. */
export type BoundVelocity = {
  readonly alert: AlertOf<'velocity'>;
  readonly series: Series;
  /** Of a sum, in units of the field's last decimal. */
  readonly above: number | bigint;
};

/** A rule that knows the fields of its dataset: what every function of this folder works by. */
export type BoundRule = {
  readonly rule: WindowRule;
  readonly series: Series;
  readonly thresholds: readonly BoundThreshold[];
  readonly velocities: readonly BoundVelocity[];
};

/** The one measure of a velocity alert's series. */
export const RECENT = 'recent';
/** Decimals that an exact mean has beyond those of its field. */
export const MEAN_DECIMALS = 4;
/** Digits that a sum has beyond those of its field: of as many rows as nobody will count. */
export const SUM_DIGITS = 11;
/** What one event is worth at most. */
const WORTH_LARGEST = 2n ** 31n;
const SERIES_HASH_DIGITS = 8;

type Fields = Readonly<Record<string, Field>>;

/** The type of a field's column; undefined where there is no such field. */
export const typeOfField = (fields: Fields, name: string): IcebergType | undefined => {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return field === undefined ? undefined : kindOf(field).icebergType(field.options);
};

const typeOf = (fields: Fields, name: string): IcebergType => {
  const type = typeOfField(fields, name);
  if (type !== undefined) return type;
  throw new PermanentError(`a window asks for '${name}', which is no field`);
};

const exactType = (number: NumberType, moreDigits: number, moreDecimals: number): string =>
  `decimal(${digitsOf(number) + moreDigits}, ${number.scale + moreDecimals})`;

const resultType = (measure: Measure, type: IcebergType): IcebergType => {
  const number = numberOf({ type });
  switch (measure.kind) {
    case 'count':
    case 'distinct':
      return 'long';
    case 'sum':
      return number === undefined ? 'double' : exactType(number, SUM_DIGITS, 0);
    case 'mean':
      return number === undefined ? 'double' : exactType(number, MEAN_DECIMALS, MEAN_DECIMALS);
    case 'quantile':
      return 'double';
    case 'score':
      return exactType({ scale: 0, largest: WORTH_LARGEST }, SUM_DIGITS, 0);
    default:
      return type;
  }
};

const boundMeasure = (fields: Fields, measure: Measure): BoundMeasure => {
  const of = measure.kind === 'count' ? null : measure.of;
  const type = of === null ? 'long' : typeOf(fields, of);
  return {
    kind: measure.kind,
    of,
    scale: measure.kind === 'score' ? 0 : (numberOf({ type })?.scale ?? null),
    ...(measure.kind === 'score' ? { weights: measure.weights } : {}),
    at: measure.kind === 'quantile' ? measure.at : 0,
    type: resultType(measure, type),
  };
};

const seriesOf = (
  name: string,
  { time, by }: WindowRule,
  window: Window,
  measures: Series['measures'],
): Series => {
  const hash = sha256(JSON.stringify([time, by, window, measures]));
  return { id: `${name}-${hash.slice(0, SERIES_HASH_DIGITS)}`, window, measures };
};

/** A constant as a rule's author writes it; undefined where it is none of the field's type. */
export const limitIn = (text: string, type: IcebergType): Scalar | undefined =>
  typeof type === 'string' ? constantIn(text, type) : undefined;

const limitOf = (text: string, type: IcebergType): number | bigint => {
  const limit = limitIn(text, type);
  if (typeof limit === 'number' || typeof limit === 'bigint') return limit;
  throw new PermanentError(`a window compares with '${text}', which is no number of the field`);
};

const boundVelocity = (
  fields: Fields,
  rule: WindowRule,
  alert: AlertOf<'velocity'>,
): BoundVelocity => {
  const { limit, spanMs } = alert;
  const of = limit.kind === 'sum' ? limit.of : null;
  const type = of === null ? 'long' : typeOf(fields, of);
  const scale = of === null ? null : (numberOf({ type })?.scale ?? null);
  const recent: BoundMeasure = { kind: 'recent', of, scale, at: 0, type };
  const window: Window = { kind: 'tumbling', sizeMs: spanMs };
  return {
    alert,
    series: seriesOf(`${rule.name}.${alert.name}`, rule, window, { [RECENT]: recent }),
    above: limit.kind === 'sum' ? limitOf(limit.above, type) : limit.above,
  };
};

/** Gives a rule the fields of its dataset; `checkWindows` has found no problem with it. */
export const bindRule = (fields: Fields, rule: WindowRule): BoundRule => {
  const measures = Object.fromEntries(
    Object.entries(rule.measures).map(([name, each]) => [name, boundMeasure(fields, each)]),
  );
  const bound = (text: string | null, of: string): Scalar | null =>
    text === null ? null : limitOf(text, typeOf(fields, of));
  return {
    rule,
    series: seriesOf(rule.name, rule, rule.window, measures),
    thresholds: rule.alerts.flatMap((alert) =>
      alert.kind === 'threshold'
        ? [{ alert, above: bound(alert.above, alert.of), below: bound(alert.below, alert.of) }]
        : [],
    ),
    velocities: rule.alerts.flatMap((alert) =>
      alert.kind === 'velocity' ? [boundVelocity(fields, rule, alert)] : [],
    ),
  };
};
