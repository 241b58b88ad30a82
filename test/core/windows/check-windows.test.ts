import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../../core/dataset.ts';
import { decimal, double, integer, list, text, timestamp } from '../../../core/fields/index.ts';
import { DatasetName } from '../../../core/ids.ts';
import { fromStream } from '../../../core/stream/options.ts';
import {
  bindRule,
  checkWindows,
  count,
  distinct,
  durationMs,
  ewma,
  gap,
  global,
  max,
  mean,
  min,
  outside,
  quantile,
  session,
  sliding,
  sum,
  threshold,
  tooMany,
  tooMuch,
  tumbling,
  type WindowRule,
  windowRule,
  zScore,
} from '../../../core/windows/index.ts';

const fields = {
  at: timestamp(),
  seen_at: timestamp({ optional: true }),
  who: text({ optional: true }),
  card: text({ mask: { how: 'hash' } }),
  amount: decimal({ precision: 12, scale: 2 }),
  huge: decimal({ precision: 38, scale: 2 }),
  items: integer(),
  total: integer({ bits: 64 }),
  weight: double(),
  wild: double({ allowNonFinite: true }),
  tags: list(text()),
};

type Init = Parameters<typeof windowRule>[1];
const good: Init = {
  time: 'at',
  by: ['who'],
  window: tumbling({ size: '5m' }),
  measures: { events: count(), total: sum('amount') },
};
const name = DatasetName.parse('sales_events');
const problemsOf = (windows: readonly WindowRule[], more: Partial<Dataset> = {}) =>
  checkWindows({ name, fields, windows, stream: fromStream(), ...more });
const problems = (init: Partial<Init>, rule = 'sales') =>
  problemsOf([windowRule(rule, { ...good, ...init })]);

describe('a duration', () => {
  test.each([
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['366d', 31_622_400_000],
  ])('%s is %d ms', (words, ms) => {
    expect(durationMs(words)).toBe(ms);
  });

  test.each(['', '5', 'm', '-5m', '1.5h', '5 m', '5M', '1w', '367d', '999999999s'])(
    '%j is none',
    (words) => {
      expect(() => durationMs(words)).toThrow(/duration '.*': allowed is/);
    },
  );
});

describe('a rule', () => {
  test.each<[string, Partial<Init>]>([
    ['without a group', { by: [] }],
    ['over everything', { window: global() }],
    ['of sessions', { window: session({ gap: '30m' }) }],
    ['of windows that overlap', { window: sliding({ size: '1h', every: '5m' }) }],
    [
      'with every measure',
      {
        measures: {
          ...{ a: count(), b: sum('weight'), c: min('at'), d: max('amount'), e: mean('items') },
          ...{ f: distinct('who'), g: quantile('total', 1) },
        },
      },
    ],
    [
      'with alerts and anomalies',
      {
        alerts: [
          threshold('big', { of: 'amount', above: '100.00', below: '0' }),
          tooMany('burst', { span: '1m', events: 5 }),
          tooMuch('spree', { span: '1h', of: 'amount', above: '1000' }),
        ],
        anomalies: [
          zScore('events'),
          ewma('total'),
          outside('total', { max: 5 }),
          gap({ every: '1h' }),
        ],
      },
    ],
  ])('%s has no problem', (_, init) => {
    expect(problems(init)).toEqual([]);
  });

  test.each<[string, Partial<Init>, RegExp]>([
    ['an unknown time', { time: 'when' }, /uses 'when', which is no field; fields are at/],
    ['a time that is none', { time: 'items' }, /goes by the time 'items', a integer/],
    ['a time that can be missing', { time: 'seen_at' }, /'seen_at', which can be missing/],
    ['an unknown group', { by: ['constructor'] }, /by\[0\] uses 'constructor', which is no field/],
    ['a group of doubles', { by: ['weight'] }, /groups by 'weight', a double/],
    ['a group of lists', { by: ['tags'] }, /groups by 'tags', a list<string>/],
    ['a masked group', { by: ['card'] }, /'card', which is published masked/],
    ['a group twice', { by: ['who', 'who'] }, /two columns called 'who'/],
    ['a measure called as a group', { measures: { who: count() } }, /two columns called 'who'/],
    ['windows of no length', { window: tumbling({ size: '0s' }) }, /size of its windows is 0/],
    ['sessions without a gap', { window: session({ gap: '0s' }) }, /gap of its sessions is 0/],
    [
      'a size that is no multiple',
      { window: sliding({ size: '7m', every: '2m' }) },
      /420000 ms every 120000 ms; allowed is a size that is 1 to 100 times/,
    ],
    [
      'a step larger than the size',
      { window: sliding({ size: '1m', every: '2m' }) },
      /1 to 100 times/,
    ],
    ['too small a step', { window: sliding({ size: '1d', every: '1m' }) }, /1 to 100 times/],
    ['no step', { window: sliding({ size: '1d', every: '0s' }) }, /1 to 100 times/],
    ['no measure', { measures: {} }, /measures nothing/],
    ['a sum of texts', { measures: { a: sum('who') } }, /measure a \(sum\) of 'who', a string/],
    ['a sum of no field', { measures: { a: sum('price') } }, /uses 'price', which is no field/],
    ['a sum that can be NaN', { measures: { a: sum('wild') } }, /those without allowNonFinite/],
    ['a sum that can overflow', { measures: { a: mean('huge') } }, /can overflow: allowed are 27/],
    ['a minimum of texts', { measures: { a: min('who') } }, /numbers, dates and times/],
    ['a quantile of times', { measures: { a: quantile('at', 0.5) } }, /of 'at', a timestamptz/],
    ['no share', { measures: { a: quantile('items', 95) } }, /at 95; allowed is a share/],
    ['no idle time', { idleTimeout: '0s' }, /idleTimeout is 0/],
    ['an alert of nothing', { alerts: [threshold('big', { of: 'items' })] }, /neither above nor/],
    [
      'a limit that is no value',
      { alerts: [threshold('big', { of: 'amount', above: '1.234' })] },
      /'1.234' is no decimal\(12, 2\) as 'amount' is/,
    ],
    [
      'too many events to count',
      { alerts: [tooMany('burst', { span: '1m', events: 1_001 })] },
      /allows 1001 events/,
    ],
    ['a span of 0', { alerts: [tooMany('burst', { span: '0s', events: 1 })] }, /its span is 0/],
    ['an anomaly of nothing', { anomalies: [zScore('sales')] }, /'sales', which is no measure/],
    ['too short a history', { anomalies: [zScore('events', { windows: 7 })] }, /allowed are 8 to/],
    ['no alpha', { anomalies: [ewma('events', { alpha: 1 })] }, /alpha is 1/],
    ['no bounds', { anomalies: [outside('events', {})] }, /neither min nor max/],
    ['an anomaly twice', { anomalies: [zScore('events'), zScore('events')] }, /two anomalies/],
    [
      'gaps of everything',
      { window: global(), anomalies: [gap({ every: '1h' })] },
      /a global window has no gaps/,
    ],
  ])('with %s has one', (_, init, message) => {
    expect(problems(init)).toEqual([expect.stringMatching(message)]);
    expect(problems(init)[0]).toMatch(/^windows\[0\] \(sales\) /);
  });

  test('must have a name of its own, and one that a table can have', () => {
    expect(problems({}, 'Sales-2')).toEqual([expect.stringMatching(/the name 'Sales-2' must be/)]);
    const twice = [windowRule('sales', good), windowRule('sales', good)];
    expect(problemsOf(twice)).toEqual(["has two windows called 'sales'"]);
    const many = Array.from({ length: 11 }, (_, at) => windowRule(`sales_${at}`, good));
    expect(problemsOf(many)).toEqual(['has 11 windows; allowed are 10']);
  });

  test('knows the columns of its results', () => {
    const measures = {
      ...{ a: count(), b: sum('amount'), c: mean('amount'), d: min('at'), e: sum('weight') },
      ...{ f: quantile('amount', 0.5), g: sum('items') },
    };
    const { series } = bindRule(fields, windowRule('sales', { ...good, measures }));
    expect(Object.values(series.measures).map(({ type }) => type)).toEqual([
      ...['long', 'decimal(23, 2)', 'decimal(16, 6)', 'timestamptz', 'double', 'double'],
      'decimal(21, 0)',
    ]);
  });

  test('that says something else is another series', () => {
    const id = (init: Partial<Init>) =>
      bindRule(fields, windowRule('sales', { ...good, ...init })).series.id;
    expect(id({})).toMatch(/^sales-[0-9a-f]{8}$/);
    expect(id({ allowedLateness: '1h' })).toBe(id({}));
    expect(id({ window: tumbling({ size: '1m' }) })).not.toBe(id({}));
    expect(id({ measures: { events: count() } })).not.toBe(id({}));
  });
});
