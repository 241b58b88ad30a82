import { describe, expect, test } from 'vitest';
import type { Planted } from '../../../bin/start/samples.ts';
import { knownEntry } from '../../../bin/start/settle.ts';
import { differences, summarize } from '../../../bin/start/summary.ts';
import { EpochMs, FileId, RunId } from '../../../core/ids.ts';
import { contentB, counts, fileEntry, runA, runEntry, sample } from './settled.ts';

const runB = RunId.parse('orders-20261121T050001Z-bbbbbbbbbb');
const twice = FileId.parse('1'.repeat(32));

describe('a sample that was landed before', () => {
  test.each([
    ['same key, same bytes', fileEntry(), true],
    ['refused before its bytes were read', fileEntry({ contentId: null }), true],
    ['another key', fileEntry({ key: 'orders/other.csv' }), false],
    ['another size', fileEntry({ sizeBytes: 11 }), false],
    ['other bytes of the same size', fileEntry({ contentId: contentB }), false],
  ])('%s', (_name, entry, isKnown) => {
    expect(knownEntry(sample, [entry]) !== undefined).toBe(isKnown);
  });

  test('counts by its published version, not by a duplicate landed later', () => {
    const entries = [fileEntry({ fileId: twice, state: 'DUPLICATE' }), fileEntry()];
    expect(knownEntry(sample, entries)?.state).toBe('PUBLISHED');
  });
});

describe('the table at the end', () => {
  const second = runEntry({
    runId: runB,
    counts: { rowsIn: 30, published: 30, rejected: 0, deduplicated: 0 },
    quality: { score: 100, validity: 1, completeness: 1, uniqueness: 1 },
    snapshotId: '43',
    updatedAt: EpochMs.parse(9),
  });
  const settled = [
    { sample, file: fileEntry(), run: runEntry() },
    { sample, file: fileEntry({ fileId: twice, runId: runB, counts: second.counts }), run: second },
  ];

  test('adds files, weighs quality by rows, and shows the newest snapshot', () => {
    expect(summarize(settled)).toEqual([
      {
        dataset: 'orders',
        files: 2,
        counts: { rowsIn: 40, published: 37, rejected: 2, deduplicated: 1 },
        score: 97.5,
        snapshotId: '43',
        runIds: [runB, runA],
      },
    ]);
  });

  test('a run of two files is weighed once', () => {
    const both = settled.map(({ file }) => ({ sample, file, run: runEntry() }));
    expect(summarize(both)[0]?.score).toBe(90);
  });

  test('files that are not published do not count as such', () => {
    const held = [{ sample, file: fileEntry({ state: 'HELD' }), run: runEntry({ state: 'HELD' }) }];
    expect(summarize(held)[0]?.files).toBe(0);
  });
});

describe('the comparison with what was planted', () => {
  const [summary] = summarize([{ sample, file: fileEntry(), run: runEntry() }]);
  const planted = { ...counts, sums: { line_total: '12.30' } };
  const compare = (change: Partial<Planted>, sums = { line_total: '12.30' }) =>
    summary === undefined ? [] : differences(summary, { ...planted, ...change }, 1, sums);

  test('nothing differs', () => {
    expect(compare({})).toEqual([]);
  });

  test.each([
    [{ rowsIn: 11 }, 'orders: rowsIn is 10, 11 expected'],
    [{ published: 8 }, 'orders: published is 7, 8 expected'],
    [{ rejected: 3 }, 'orders: rejected is 2, 3 expected'],
    [{ deduplicated: 0 }, 'orders: deduplicated is 1, 0 expected'],
    [{ files: 2 }, 'orders: 1 files published, 2 expected'],
  ])('%j', (change, words) => {
    expect(compare(change)).toEqual([words]);
  });

  test('a sum is compared to the last digit', () => {
    expect(compare({}, { line_total: '12.31' })).toEqual([
      'orders: the sum of line_total is 12.31, 12.30 expected',
    ]);
  });
});
