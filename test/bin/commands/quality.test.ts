import { expect, test } from 'vitest';
import { printQuality } from '../../../bin/commands/quality.ts';
import { sparkline } from '../../../bin/console/sparkline.ts';
import { freshness, volume } from '../../../core/quality/index.ts';
import { historyOf, sales } from '../../core/quality/runs.ts';
import { heardOutput } from '../fake-stack.ts';

test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█'],
  [[0, 100], '▁█'],
  [[7, 7, 7], '▁▁▁'],
  [[5], '▁'],
  [[], ''],
])('the line of %j is %s', (values, line) => {
  expect(sparkline(values)).toBe(line);
});

const printed = (rows: readonly number[]): string => {
  const { out, stdout } = heardOutput();
  const dataset = sales(volume(), freshness('sold_at', { maxAge: '24h', severity: 'hold' }));
  printQuality(out, dataset, historyOf(rows));
  return stdout.join('');
};

test('a dataset is told with its checks, its course, and its runs, the newest first', () => {
  const text = printed([800, 100, 200]);
  expect(text).toContain('sales: 2 checks');
  expect(text).toContain('at most 1.0 days old when the run is judged; if not, the run is held');
  // The history is newest first; the line goes with the time.
  expect(text).toContain('rows   ▂▁█  median 200');
  expect(text).toContain('3 runs published; volume and drift judge from 8 on.');
  expect(text.indexOf('800')).toBeLessThan(text.lastIndexOf('100.00'));
});

test('a dataset without a published run says so', () => {
  expect(printed([])).toContain('No run of it has been published yet.');
});

test('enough history is not mentioned', () => {
  expect(printed(Array.from({ length: 8 }, (_, index) => index))).not.toContain('judge from');
});
