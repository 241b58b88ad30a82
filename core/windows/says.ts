import type { AlertRule, AnomalyRule, Measure, Window, WindowRule } from './rule.ts';
import { anomalyName } from './rule.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** As a rule's author writes it: 90000 is `90s`. */
const durationText = (ms: number): string => {
  const found = UNITS.find(([, size]) => ms > 0 && ms % size === 0);
  return found === undefined ? `${ms}ms` : `${ms / found[1]}${found[0]}`;
};

const windowWords = (window: Window): string => {
  switch (window.kind) {
    case 'tumbling':
      return `every ${durationText(window.sizeMs)}`;
    case 'sliding':
      return `${durationText(window.sizeMs)} long, one every ${durationText(window.everyMs)}`;
    case 'session':
      return `a session, which ends with a pause of ${durationText(window.gapMs)}`;
    default:
      return 'one over everything';
  }
};

const measureWords = ([name, measure]: readonly [string, Measure]): string => {
  if (measure.kind === 'count') return `\`${name}\` (count)`;
  if (measure.kind === 'quantile') return `\`${name}\` (quantile ${measure.at} of ${measure.of})`;
  if (measure.kind !== 'score') return `\`${name}\` (${measure.kind} of ${measure.of})`;
  const weights = Object.entries(measure.weights).map(([value, weight]) => `${value} ${weight}`);
  return `\`${name}\` (score by ${measure.of}: ${weights.join(', ')})`;
};

const alertWords = (alert: AlertRule): string => {
  if (alert.kind === 'threshold') {
    const { above, below, of } = alert;
    const bounds = [
      above === null ? [] : [`above ${above}`],
      below === null ? [] : [`below ${below}`],
    ];
    return `\`${alert.name}\`: ${of} ${bounds.flat().join(' or ')}`;
  }
  const { limit } = alert;
  const what = limit.kind === 'events' ? `${limit.above} events` : `${limit.above} of ${limit.of}`;
  return `\`${alert.name}\`: more than ${what} in ${durationText(alert.spanMs)}`;
};

const anomalyWords = (anomaly: AnomalyRule): string =>
  anomaly.kind === 'gap'
    ? `placeholders for each ${durationText(anomaly.everyMs)} without events`
    : anomalyName(anomaly);

/** A rule in one line, for people. */
export const windowSays = (rule: WindowRule): string =>
  [
    `\`${rule.name}\`: by ${rule.time}, ${windowWords(rule.window)}`,
    rule.by.length === 0 ? 'all together' : `for each ${rule.by.join(', ')}`,
    `measures ${Object.entries(rule.measures).map(measureWords).join(', ')}`,
    ...(rule.allowedLatenessMs === 0
      ? []
      : [`late by up to ${durationText(rule.allowedLatenessMs)}`]),
    ...rule.alerts.map((alert) => `alert ${alertWords(alert)}`),
    ...rule.anomalies.map((anomaly) => `tells of ${anomalyWords(anomaly)}`),
  ].join('; ');
