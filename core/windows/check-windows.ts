import type { Dataset } from '../dataset.ts';
import { digitsOf, numberOf, PRECISION_MAX } from '../expressions/value-type.ts';
import { type Field, isRequired } from '../fields/field.ts';
import { typeText } from '../iceberg-type.ts';
import { isOrdered } from '../transforms/typed.ts';
import { limitIn, SUM_DIGITS, typeOfField } from './bound-rule.ts';
import { columnProblems } from './columns.ts';
import { windowLimits } from './limits.ts';
import {
  type AlertRule,
  type AnomalyRule,
  anomalyName,
  type Measure,
  type Window,
  type WindowRule,
} from './rule.ts';

type Fields = Readonly<Record<string, Field>>;
/** Undefined where there is nothing to complain of. */
type Problem = string | undefined;

const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const nameProblem = (name: string): Problem =>
  NAME.test(name)
    ? undefined
    : `the name '${name}' must be a-z, 0-9 and _, at most 40, starting a-z`;

const fewer = (what: string, found: number, allowed: number): Problem =>
  found <= allowed ? undefined : `has ${found} ${what}; allowed are ${allowed}`;

const twice = (what: string, names: readonly string[]): Problem => {
  const again = names.find((name, at) => names.indexOf(name) !== at);
  return again === undefined ? undefined : `has two ${what} called '${again}'`;
};

/** A column that is published masked must not be published plainly as a group or a minimum. */
const fieldProblem = (fields: Fields, name: string): Problem => {
  if (!Object.hasOwn(fields, name)) {
    return `uses '${name}', which is no field; fields are ${Object.keys(fields).join(', ')}`;
  }
  return fields[name]?.mask === undefined
    ? undefined
    : `uses '${name}', which is published masked; a window would publish it as it is`;
};

const timeProblem = (fields: Fields, { time }: WindowRule): Problem => {
  const field = Object.hasOwn(fields, time) ? fields[time] : undefined;
  if (field === undefined) return fieldProblem(fields, time);
  if (field.kind !== 'timestamp')
    return `goes by the time '${time}', a ${field.kind}; allowed is a timestamp`;
  return isRequired(field)
    ? undefined
    : `goes by the time '${time}', which can be missing; an event without a time has no window`;
};

const groupProblem = (fields: Fields, name: string): Problem => {
  const found = fieldProblem(fields, name);
  const type = typeOfField(fields, name);
  if (found !== undefined || type === undefined) return found;
  return isOrdered(type) && type !== 'double'
    ? undefined
    : `groups by '${name}', a ${typeText(type)}; allowed are values that can be equal`;
};

const positive = (what: string, ms: number): Problem =>
  ms > 0 ? undefined : `${what} is 0; allowed is more`;

const windowProblem = (window: Window): Problem => {
  if (window.kind === 'global') return undefined;
  if (window.kind === 'session') return positive('the gap of its sessions', window.gapMs);
  if (window.kind === 'tumbling') return positive('the size of its windows', window.sizeMs);
  const { sizeMs, everyMs } = window;
  const panes = sizeMs / everyMs;
  const fits = Number.isInteger(panes) && panes >= 1 && panes <= windowLimits.panesPerWindowMax;
  return fits
    ? undefined
    : `has windows of ${sizeMs} ms every ${everyMs} ms; allowed is a size that is ` +
        `1 to ${windowLimits.panesPerWindowMax} times the step`;
};

/** Without NaN, of which no sum, no order and no quantile is worth anything. */
const isNumber = (fields: Fields, name: string): boolean => {
  const type = typeOfField(fields, name);
  if (type === 'double') return fields[name]?.options.allowNonFinite !== true;
  return type !== undefined && numberOf({ type }) !== undefined;
};

/** Bounded in size, so that a pane stays small. */
const ORDERED = ['date', 'time', 'timestamptz'];

const sumProblem = (fields: Fields, of: string): Problem => {
  const type = typeOfField(fields, of);
  const number = type === undefined ? undefined : numberOf({ type });
  if (number === undefined || digitsOf(number) + SUM_DIGITS <= PRECISION_MAX) return undefined;
  return (
    `of '${of}' can overflow: allowed are ${PRECISION_MAX - SUM_DIGITS} digits, ` +
    `it has ${digitsOf(number)}`
  );
};

const measureProblem = (fields: Fields, measure: Measure): Problem => {
  if (measure.kind === 'count') return undefined;
  const { kind, of } = measure;
  const found = fieldProblem(fields, of);
  const type = typeOfField(fields, of);
  if (found !== undefined || type === undefined) return found;
  if (kind === 'score') return scoreProblem(fields, of, measure.weights);
  const orders = (kind === 'min' || kind === 'max') && ORDERED.includes(typeText(type));
  const compares = kind === 'distinct' && isOrdered(type);
  if (!isNumber(fields, of) && !orders && !compares) {
    return `of '${of}', a ${typeText(type)}; ${kind} takes ${taken(kind)}`;
  }
  if (kind === 'quantile' && !(measure.at >= 0 && measure.at <= 1))
    return `at ${measure.at}; allowed is a share from 0 to 1`;
  return kind === 'sum' || kind === 'mean' ? sumProblem(fields, of) : undefined;
};

const scoreProblem = (
  fields: Fields,
  of: string,
  weights: Readonly<Record<string, number | string>>,
): Problem => {
  if (typeOfField(fields, of) !== 'string') return `of '${of}', which is no text`;
  const values = fields[of]?.options.values;
  for (const [value, weight] of Object.entries(weights)) {
    if (Array.isArray(values) && !values.includes(value))
      return `weighs '${value}', which '${of}' never is; allowed are ${values.join(', ')}`;
    const found = weightProblem(fields, value, weight);
    if (found !== undefined) return found;
  }
  return Object.keys(weights).length === 0 ? 'weighs nothing' : undefined;
};

/** Weights and fields of 32 bits, so that no sum of them can overflow. */
const weightProblem = (fields: Fields, value: string, weight: number | string): Problem => {
  if (typeof weight === 'number')
    return Number.isInteger(weight) && Math.abs(weight) < 2 ** 31
      ? undefined
      : `weighs '${value}' as ${weight}; allowed are whole numbers of 32 bits`;
  const found = fieldProblem(fields, weight);
  if (found !== undefined || typeOfField(fields, weight) === 'int') return found;
  return `weighs '${value}' as '${weight}', which is no whole number of 32 bits`;
};

const taken = (kind: Measure['kind']): string => {
  if (kind === 'distinct') return 'plain values';
  const times = kind === 'min' || kind === 'max' ? ', dates and times' : '';
  return `numbers${times}; of doubles those without allowNonFinite`;
};

const limitProblem = (fields: Fields, of: string, texts: readonly string[]): Problem => {
  const found = fieldProblem(fields, of);
  const type = typeOfField(fields, of);
  if (found !== undefined || type === undefined) return found;
  if (!isNumber(fields, of)) return `of '${of}', a ${typeText(type)}; allowed are numbers`;
  const wrong = texts.find((text) => limitIn(text, type) === undefined);
  return wrong === undefined ? undefined : `'${wrong}' is no ${typeText(type)} as '${of}' is`;
};

const alertProblem = (fields: Fields, alert: AlertRule): Problem => {
  if (alert.kind === 'threshold') {
    const texts = [alert.above, alert.below].filter((text) => text !== null);
    if (texts.length === 0) return 'has neither above nor below';
    return limitProblem(fields, alert.of, texts);
  }
  const { limit, spanMs } = alert;
  const span = positive('its span', spanMs);
  if (span !== undefined || limit.kind === 'sum')
    return span ?? (limit.kind === 'sum' ? limitProblem(fields, limit.of, [limit.above]) : span);
  const most = windowLimits.velocityEventsMax;
  return Number.isInteger(limit.above) && limit.above >= 1 && limit.above <= most
    ? undefined
    : `allows ${limit.above} events; that must be a whole number from 1 to ${most}`;
};

const anomalyProblem = (fields: Fields, rule: WindowRule, anomaly: AnomalyRule): Problem => {
  if (anomaly.kind === 'gap') {
    if (rule.window.kind === 'global') return 'a global window has no gaps';
    return positive('every', anomaly.everyMs);
  }
  const measure = Object.hasOwn(rule.measures, anomaly.measure)
    ? rule.measures[anomaly.measure]
    : undefined;
  if (measure === undefined) return `judges '${anomaly.measure}', which is no measure`;
  if (measure.kind !== 'count' && measure.kind !== 'distinct' && !isNumber(fields, measure.of))
    return `judges '${anomaly.measure}', which is no number`;
  if (anomaly.kind === 'outside')
    return anomaly.min === null && anomaly.max === null ? 'has neither min nor max' : undefined;
  return deviationProblem(anomaly);
};

const deviationProblem = (anomaly: Extract<AnomalyRule, { deviations: number }>): Problem => {
  const { windows, deviations } = anomaly;
  const { historyWindowsMin: least, historyWindowsMax: most } = windowLimits;
  if (!Number.isInteger(windows) || windows < least || windows > most)
    return `looks at ${windows} windows; allowed are ${least} to ${most}`;
  if (!(deviations > 0 && Number.isFinite(deviations)))
    return `deviations is ${deviations}; allowed is a number above 0`;
  return anomaly.kind === 'zScore' || (anomaly.alpha > 0 && anomaly.alpha < 1)
    ? undefined
    : `alpha is ${anomaly.alpha}; allowed is a number between 0 and 1`;
};

const each = <T>(what: string, items: readonly T[], problem: (item: T) => Problem): Problem[] =>
  items.map((item, at) => {
    const found = problem(item);
    return found === undefined ? undefined : `${what}[${at}] ${found}`;
  });

const ruleProblems = (fields: Fields, rule: WindowRule): readonly Problem[] => {
  const measures = Object.entries(rule.measures);
  const alerts = rule.alerts.map(({ name }) => name);
  const columns = [...rule.by, ...measures.map(([name]) => name)];
  return [
    nameProblem(rule.name),
    timeProblem(fields, rule),
    windowProblem(rule.window),
    positive('idleTimeout', rule.idleTimeoutMs),
    fewer('group fields', rule.by.length, windowLimits.byMax),
    ...each('by', rule.by, (name) => groupProblem(fields, name)),
    measures.length > 0 ? undefined : 'measures nothing; name at least count()',
    fewer('measures', measures.length, windowLimits.measuresMax),
    twice('columns', columns),
    ...measures.map(([name, measure]) => {
      const found = nameProblem(name) ?? measureProblem(fields, measure);
      return found === undefined ? undefined : `measure ${name} (${measure.kind}) ${found}`;
    }),
    fewer('alerts', alerts.length, windowLimits.alertsMax),
    twice('alerts', alerts),
    ...each(
      'alerts',
      rule.alerts,
      (alert) => nameProblem(alert.name) ?? alertProblem(fields, alert),
    ),
    fewer('anomalies', rule.anomalies.length, windowLimits.alertsMax),
    twice('anomalies', rule.anomalies.map(anomalyName)),
    ...each('anomalies', rule.anomalies, (anomaly) => anomalyProblem(fields, rule, anomaly)),
  ];
};

/** As long as a dataset's name may be with what is behind it in those of its results. */
const DATASET_NAME_MAX = 32;

const datasetProblems = ({ name, stream, windows = [] }: Windowed): readonly Problem[] => [
  stream === undefined && windows.length > 0
    ? 'windows are over a stream; say stream: fromStream(), or leave them out'
    : undefined,
  windows.length > 0 && name.length > DATASET_NAME_MAX
    ? `has windows, so that its name must have at most ${DATASET_NAME_MAX} characters`
    : undefined,
];

type Windowed = Pick<Dataset, 'name' | 'fields' | 'stream' | 'windows'>;

/** Why the rules cannot stand in their dataset; none where they can. */
export const checkWindows = (dataset: Windowed): readonly string[] => {
  const { fields, windows = [] } = dataset;
  const problems = [
    ...datasetProblems(dataset),
    fewer('windows', windows.length, windowLimits.rulesMax),
    twice(
      'windows',
      windows.map(({ name }) => name),
    ),
    ...windows.flatMap((rule, at) =>
      ruleProblems(fields, rule)
        .filter((problem) => problem !== undefined)
        .map((problem) => `windows[${at}] (${rule.name}) ${problem}`),
    ),
  ].filter((problem) => problem !== undefined);
  return problems.length > 0 ? problems : columnProblems(fields, windows);
};
