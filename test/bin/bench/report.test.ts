import { describe, expect, test } from 'vitest';
import { rotated } from '../../../bin/bench/compare.ts';
import { percentile, spreadOf } from '../../../bin/bench/figures.ts';
import { markdownOf } from '../../../bin/bench/markdown.ts';
import {
  latencyText,
  printEnd,
  printSheet,
  printSmall,
  smallText,
} from '../../../bin/bench/report.ts';
import { makeOutput } from '../../../bin/console/output.ts';
import { report, sheet } from './figures.ts';

const printed = (print: (out: ReturnType<typeof makeOutput>) => void): string => {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  print(makeOutput(stream, stream, {}));
  return lines.join('');
};

const aSheet = sheet(1_000_000, [
  { peer: 'process', wall: [3, 3.5, 4], fault: 'repetition 1: kept rejects' },
  { peer: 'raw', wall: [2] },
  { peer: 'zod', wall: [] },
  { peer: 'dlt', wall: [4], rows: 100_000 },
]);

describe('figures', () => {
  test.each([
    { values: [3], spread: { min: 3, median: 3, max: 3 } },
    { values: [3, 1, 10], spread: { min: 1, median: 3, max: 10 } },
    { values: [4, 1, 2, 10], spread: { min: 1, median: 3, max: 10 } },
  ])('the spread of $values', ({ values, spread }) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  test.each([
    { share: 0.5, value: 10 },
    { share: 0.95, value: 19 },
    { share: 1, value: 20 },
    { share: 0, value: 1 },
  ])('percentile $share of 1 to 20 is $value', ({ share, value }) => {
    const values = Array.from({ length: 20 }, (_, at) => 20 - at);
    expect(percentile(values, share)).toBe(value);
  });

  test('each repetition starts with another peer', () => {
    const peers = ['process', 'raw', 'zod'];
    expect([0, 1, 2, 3].map((rep) => rotated(peers, rep)[0])).toEqual([...peers, 'process']);
    expect(rotated(peers, 2)).toEqual(['zod', 'process', 'raw']);
    expect(rotated([], 2)).toEqual([]);
  });

  test('a peer with fewer rows is compared per row', () => {
    const dlt = aSheet.peers.find(({ peer }) => peer === 'dlt');
    expect(dlt).toMatchObject({ rowsPerSecond: 25_000, megabytesPerSecond: 3 });
    expect(dlt?.timesRaw).toBeCloseTo(20);
  });
});

describe('the printed report', () => {
  test('shows every peer, the ratio, and what was wrong', () => {
    const text = printed((out) => printSheet(aSheet, out));
    expect(text).toContain('process: 1000000 rows, 120 MB of csv, on 1 core\n');
    expect(text).toMatch(
      /headgate process +3\.00\/3\.50\/4\.00 +1\.00 +286 +34\.3 +100 +1\.75 +1\.00 +3 +WRONG/,
    );
    expect(text).toMatch(/raw limit .* 1\.00 +1\.00 +1 +not checked/);
    expect(text).toMatch(/csv-parse \+ zod +failed/);
    expect(text).toMatch(/dlt \(100000 rows\) .* yes/);
    expect(text).toContain('headgate process, repetition 1: kept rejects');
  });

  test('ends with the verdicts and with what was left out', () => {
    const verdicts = [
      { what: 'a, target <= 1', met: true },
      { what: 'b, target <= 1', met: false },
    ];
    const end = report({ verdicts, notes: ['the peers written in Python: none found'] });
    expect(printed((out) => printEnd(end, out))).toBe(
      '\nmet: a, target <= 1\nnot met: b, target <= 1\n' +
        'left out: the peers written in Python: none found\n',
    );
  });

  test('shows the small files, and what was wrong with them', () => {
    const ms = { min: 20, median: 25.25, max: 31 };
    const text = printed((out) =>
      printSmall({ rows: 1000, calls: 30, ms, faults: ['call 2: reasons'] }, out),
    );
    expect(text).toContain('30 calls: ms min/med/max 20.0/25.3/31.0');
    expect(text).toContain('headgate process, call 2: reasons');
    expect(smallText({ rows: 1000, calls: 30, ms: null, faults: [] })).toMatch(/failed$/);
  });

  test('says why the latency was skipped', () => {
    expect(latencyText({ kind: 'skipped', why: 'No local AWS.' })).toBe(
      'drop to published: skipped. No local AWS.',
    );
  });

  test('shows the latency in seconds', () => {
    const latency = { where: 'here', drops: 20, p50Ms: 1234, p95Ms: 2000, eachMs: [] };
    expect(latencyText({ kind: 'measured', ...latency })).toContain('p50 1.23 s, p95 2.00 s');
  });
});

test('the markdown can be pasted: command, machine, versions, table, verdicts', () => {
  const raw = sheet(1_000_000, [{ peer: 'raw', wall: [2, 2.5, 3] }]);
  const verdicts = [
    { what: 'a', met: true },
    { what: 'b', met: false },
  ];
  const ms = { min: 1, median: 2, max: 3 };
  const small = { rows: 1000, calls: 30, ms, faults: [] };
  const text = markdownOf(report({ sheets: [raw], small, verdicts, notes: ['dlt'] }));
  const titles = [
    ...['peer', 'wall s min/med/max', 'cpu s', 'k rows/s', 'MB/s', 'peak MB'],
    ...['x raw', 'x raw cpu', 'reps', 'planted rows found'],
  ];
  expect(text.split('\n')).toEqual([
    '`npm run bench -- --only process`, 2026-01-02',
    '',
    'Some CPU, 2 cores, load 0.3 at the start; node 24.0.0, polars 2.1.0.',
    '',
    '**Process: 1000000 rows, 120 MB of csv, on 1 core**',
    '',
    `| ${titles.join(' | ')} |`,
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --- |',
    '| raw limit | 2.00/2.50/3.00 | 1.00 | 400 | 48.0 | 100 | 1.00 | 1.00 | 3 | not checked |',
    '',
    'Small: 1000 rows of csv in a warm process, 30 calls: ms min/med/max 1.0/2.0/3.0.',
    '',
    '| target | verdict |',
    '| --- | --- |',
    '| a | met |',
    '| b | **not met** |',
    '',
    '- Left out: dlt',
  ]);
});

test('a failed peer fills its line in the markdown', () => {
  const text = markdownOf(report({ sheets: [sheet(1000, [{ peer: 'zod', wall: [] }])] }));
  expect(text).toContain(`| csv-parse + zod | failed |${'  |'.repeat(8)}`);
});
