import { describe, expect, test } from 'vitest';
import { type Comparison, rotated } from '../../../bin/bench/compare.ts';
import { percentile, spreadOf } from '../../../bin/bench/figures.ts';
import type { PeerId } from '../../../bin/bench/peers.ts';
import { printLatency, printSheet, sheetOf, verdictsOf } from '../../../bin/bench/report.ts';
import { makeOutput } from '../../../bin/console/output.ts';

type Figures = {
  readonly wall: readonly number[];
  readonly peak?: number;
  readonly fault?: string;
};

const comparison = (rows: number, peers: Partial<Record<PeerId, Figures>>): Comparison => ({
  rows,
  bytes: rows * 120,
  results: Object.entries(peers).map(([peer, { wall, peak = 100, fault }]) => ({
    peer: peer as PeerId,
    samples: wall.map((wallSeconds) => ({ wallSeconds, cpuSeconds: 1, peakMegabytes: peak })),
    faults: fault === undefined ? [] : [fault],
  })),
});

const verdicts = (rows: number, peers: Partial<Record<PeerId, Figures>>): string[] =>
  verdictsOf(sheetOf(comparison(rows, peers))).map(
    ({ what, met }) => `${met ? 'met' : 'missed'} ${what}`,
  );

const printed = (print: (out: ReturnType<typeof makeOutput>) => void): string => {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  print(makeOutput(stream, stream, {}));
  return lines.join('');
};

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
});

describe('targets', () => {
  const raw = { wall: [1] };

  test('are met at their very edge', () => {
    const peers = { process: { wall: [2], peak: 800 }, raw, zod: { wall: [8] } };
    expect(verdicts(5_000_000, peers)).toEqual([
      'met 5000000 rows: 2.00 x raw, target <= 2',
      'met 5000000 rows: 4.0 x as fast as zod, target >= 4',
      'met 5000000 rows: peak 800 MB, target <= 800',
    ]);
  });

  test('are missed beyond it', () => {
    const peers = { process: { wall: [2.1], peak: 801 }, raw, zod: { wall: [8] } };
    const missed = verdicts(5_000_000, peers);
    expect(missed.map((text) => text.split(' ')[0])).toEqual(['missed', 'missed', 'missed']);
  });

  test('without figures there is no verdict', () => {
    expect(verdicts(1000, { process: { wall: [2] } })).toEqual([]);
    expect(verdicts(1000, { process: { wall: [] }, raw })).toEqual([]);
  });
});

describe('the printed report', () => {
  test('shows every peer, the ratio, and what was wrong', () => {
    const text = printed((out) =>
      printSheet(
        sheetOf(
          comparison(1_000_000, {
            process: { wall: [3, 3.5, 4], fault: 'repetition 1: kept rejects' },
            raw: { wall: [2] },
            zod: { wall: [] },
          }),
        ),
        out,
      ),
    );
    expect(text).toMatch(
      /headgate process +3\.00\/3\.50\/4\.00 +1\.00 +286 +34\.3 +100 +1\.75 +1\.00 +3 +WRONG/,
    );
    expect(text).toMatch(/raw limit .* 1\.00 +1\.00 +1 +not checked/);
    expect(text).toMatch(/csv-parse \+ zod +failed/);
    expect(text).toContain('headgate process, repetition 1: kept rejects');
    expect(text).toContain('met:    1000000 rows: 1.75 x raw, target <= 2');
  });

  test('says why the latency was skipped', () => {
    const text = printed((out) => printLatency({ kind: 'skipped', why: 'No local AWS.' }, out));
    expect(text).toContain('skipped. No local AWS.');
  });

  test('shows the latency in seconds', () => {
    const latency = { where: 'here', drops: 20, p50Ms: 1234, p95Ms: 2000, eachMs: [] };
    const text = printed((out) => printLatency({ kind: 'measured', ...latency }, out));
    expect(text).toContain('p50 1.23 s, p95 2.00 s');
  });
});
