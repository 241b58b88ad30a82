import { expect, test } from 'vitest';
import { peerNames } from '../../../bin/bench/peers.ts';
import { type Asked, needsPython, planOf, sectionsToRun } from '../../../bin/bench/sections.ts';

const asked: Asked = { reps: 3, folder: '.' };

test('everybody takes part at a million rows, the quick ones at five', () => {
  const { rows, peersAt } = planOf('process', asked);
  expect(rows.map((count) => [count, peersAt(count)])).toEqual([
    [1_000_000, peerNames],
    [5_000_000, ['process', 'raw', 'polars']],
  ]);
});

test('sizes and peers that are asked for overrule the usual ones', () => {
  const { rows, peersAt } = planOf('process', { ...asked, rows: [9_000_000], peers: ['dlt'] });
  expect([rows, peersAt(9_000_000)]).toEqual([[9_000_000], ['dlt']]);
});

test('threads are compared on two cores, everything else on one', () => {
  const cores = (['process', 'threads', 'memory', 'jsonl'] as const).map(
    (section) => planOf(section, asked).cores,
  );
  expect(cores).toEqual([1, 2, 1, 1]);
});

test.each<{ what: string; options: Partial<Asked>; runs: boolean }>([
  { what: 'the usual sizes', options: {}, runs: false },
  { what: 'one size', options: { rows: [20_000] }, runs: false },
  { what: 'peers without the engine', options: { peers: ['raw'] }, runs: true },
])('memory is measured apart only where the process section lacks it: $what', (each) => {
  const sections = sectionsToRun({ ...asked, ...each.options });
  expect(sections.includes('memory')).toBe(each.runs);
});

test.each<{ options: Partial<Asked>; needed: boolean }>([
  { options: {}, needed: true },
  { options: { peers: ['process', 'raw', 'zod'] }, needed: false },
  { options: { peers: ['process', 'pandas'] }, needed: true },
])('Python is set up only for peers that need it: $options', ({ options, needed }) => {
  expect(needsPython(['process', 'jsonl'], { ...asked, ...options })).toBe(needed);
  expect(needsPython(['jsonl', 'threads'], { ...asked, ...options })).toBe(false);
});
