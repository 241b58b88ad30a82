import { describe, expect, test } from 'vitest';
import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { append, defineDataset } from '../../../core/define-dataset.ts';
import { decimal, oneOf, text, timestamp } from '../../../core/fields/index.ts';
import { takesRecords } from '../../../core/push/as-records.ts';
import { fromStream } from '../../../core/stream/options.ts';
import {
  type Alert,
  bindRule,
  count,
  type Measure,
  max,
  mean,
  resultLine,
  score,
  session,
  sum,
  toldAlert,
  tumbling,
  type WindowRule,
  windowRule,
  windowsDataset,
  withWindows,
} from '../../../core/windows/index.ts';
import { windowSays } from '../../../core/windows/says.ts';

const ruleOf = (name: string, measures: Readonly<Record<string, Measure>>, by = ['who']) =>
  windowRule(name, { time: 'at', by, window: tumbling({ size: '90s' }), measures });
const datasetOf = (...windows: readonly WindowRule[]) =>
  defineDataset({
    ...{ name: 'sales', domain: 'tests', owner: 'tests@example.com', write: append() },
    ...{ description: 'Sales.', stream: fromStream(), windows },
    fields: {
      at: timestamp(),
      who: text({ optional: true }),
      card: text({ classification: 'confidential' }),
      event: oneOf(['view', 'buy']),
      amount: decimal({ precision: 12, scale: 2 }),
    },
  });

describe('the results of a dataset’s windows', () => {
  const dataset = datasetOf(
    ruleOf('a', { events: count(), total: sum('amount'), most: max('amount') }),
    ruleOf('b', { events: count(), typical: mean('amount') }, ['who', 'card']),
  );

  test('are a dataset with all groups and measures, that nobody sends records to', () => {
    const results = windowsDataset(dataset);
    expect(Object.keys(results?.fields ?? {})).toEqual([
      ...['rule', 'series', 'window_id', 'window_start', 'window_end'],
      ...['who', 'events', 'total', 'most', 'card', 'typical'],
      ...['is_gap', 'version', 'retracted', 'closed_at_watermark'],
    ]);
    expect(results?.fields.card?.classification).toBe('confidential');
    expect(results === undefined || takesRecords(results)).toBe(false);
    expect(withWindows([dataset]).map(({ name }) => name)).toEqual([
      ...['sales', 'sales_windows', 'sales_late'],
    ]);
  });

  test('are lines that their contract takes, with every digit', () => {
    const [rule] = dataset.windows ?? [];
    const into = windowsDataset(dataset);
    if (rule === undefined || into === undefined) throw new Error('no rule');
    const bound = bindRule(dataset.fields, rule);
    const measures = { events: 2n ** 60n + 1n, total: 12_345_678_901_234_567_890n, most: -5n };
    const line = resultLine(into, bound, {
      ...{ rule: 'a', series: bound.series.id, windowStart: -1n, windowEnd: 89_999_999n },
      ...{ group: [''], measures, isGap: false, version: 3, retracted: true },
      closedAtWatermark: null,
    });
    expect(lineJudge(into)([Buffer.from(line)])[0]).toMatchObject({
      ok: true,
      values: { who: '', ...measures, window_start: -1n, version: 3, retracted: true, card: null },
    });
  });

  test('need names that their table can have', () => {
    const named = (name: string) => () => withWindows([dataset, { ...dataset, name } as never]);
    expect(named('sales_windows')).toThrow(/'sales_windows': the windows of 'sales' fill a table/);
    expect(() => datasetOf(ruleOf('a', { version: count() }))).toThrow(
      /a calls a column 'version', which every result has/,
    );
    const other = [ruleOf('a', { x: count() }), ruleOf('b', { x: sum('amount') })];
    expect(() => datasetOf(...other)).toThrow(/'x' is a long of a and a decimal\(23, 2\) of b/);
  });

  test('are asked of a stream only', () => {
    const { stream: _, windows, fields, ...rest } = dataset;
    const given = { ...rest, fields, windows: windows ?? [] };
    expect(() => defineDataset(given)).toThrow(/windows are over a stream/);
  });
});

test('an alert tells of its group without what is confidential, and of no value', () => {
  const dataset = datasetOf(ruleOf('b', { events: count() }, ['who', 'card']));
  const alert: Alert = {
    ...{ id: 'i', rule: 'b', alert: 'many', group: ['ana', '4111'], event: 'Events:s/1' },
    ...{ at: 1_000_000n, found: 77n },
  };
  const told = toldAlert(dataset, alert);
  expect(told).toMatchObject({ group: { who: 'ana' }, eventTime: '1970-01-01T00:00:01Z' });
  expect(JSON.stringify(told)).not.toMatch(/4111|77/);
});

describe('a score', () => {
  test.each<[string, Record<string, number | string>, RegExp]>([
    ['of a text that never comes', { sell: 1 }, /weighs 'sell', which 'event' never is/],
    ['with half a point', { view: 0.5 }, /as 0.5; allowed are whole numbers/],
    ['by a field that is no whole number', { view: 'amount' }, /which is no whole number/],
    ['of nothing', {}, /weighs nothing/],
  ])('%s is refused', (_, weights, message) => {
    expect(() => datasetOf(ruleOf('a', { s: score('event', weights) }))).toThrow(message);
  });
});

test('a rule is said in one line', () => {
  const rule = windowRule('visits', {
    ...{ time: 'at', by: ['who'], window: session({ gap: '30m' }) },
    measures: { events: count(), s: score('event', { view: 1, buy: 5 }) },
  });
  expect(windowSays(rule)).toBe(
    '`visits`: by at, a session, which ends with a pause of 30m; for each who; measures ' +
      '`events` (count), `s` (score by event: view 1, buy 5)',
  );
});
