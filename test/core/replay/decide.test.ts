import { describe, expect, test } from 'vitest';
import { EpochMs, Fence, type FileId, RunId } from '../../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../../core/ledger.ts';
import { decideReplay, type Replayable } from '../../../core/replay/decide.ts';
import { aFile, aRun, fileIdOf, runIdOf } from '../../bin/fake-stack.ts';
import { orders } from '../../support/landed.ts';

const runId = runIdOf('orders', 1);
const other = runIdOf('orders', 2);
const now = EpochMs.parse(Date.UTC(2026, 10, 22));
const request = { selection: 'all', contractVersion: 'c2', again: false, by: 'ana', now };
const counts = { rowsIn: 2, published: 2, rejected: 0, deduplicated: 0 };

const run = (more: Partial<RunEntry> = {}): RunEntry =>
  aRun({ runId, dataset: orders, snapshotId: '7', counts, contractVersion: 'c1', ...more });
const file = (digit: string, more: Partial<FileEntry> = {}): FileEntry =>
  aFile({ fileId: fileIdOf(digit), runId, fence: Fence.parse(1), dataset: orders, ...more });
const replayOf = (state: RunEntry['state'], more: Partial<RunEntry> = {}): RunEntry =>
  aRun({
    ...{ runId: other, dataset: orders, state },
    replays: { runId, generation: 1, by: 'bob', at: now, selection: 'some' },
    ...more,
  });

const decide = (found: Partial<Replayable> = {}, more: Partial<typeof request> = {}) =>
  decideReplay(
    {
      ...{ run: run(), files: [file('a')], replay: undefined, newest: null },
      ...{ owners: new Map<FileId, FileId>(), unreadable: new Map() },
      ...found,
    },
    { ...request, ...more },
  );

describe('a run is replayed', () => {
  test('as a run of its own that is named by what it replays', () => {
    const decided = decide();
    expect(decided).toMatchObject({
      kind: 'claim',
      files: [{ fileId: fileIdOf('a') }],
      left: [],
      replay: {
        ...{ dataset: 'orders', contractVersion: 'c2' },
        replays: { runId, generation: 1, by: 'ana', at: now, selection: 'all' },
      },
    });
    expect(decide()).toEqual(decided);
    if (decided.kind !== 'claim') throw new Error('it is claimed');
    expect(decided.replay.runId).toMatch(/^orders-20261122T000000Z-/);
    expect(RunId.parse(decided.replay.runId)).not.toBe(runId);
  });

  test.each(['PUBLISHED', 'FAILED', 'NOTHING'] as const)('that ended as %s', (state) => {
    const files = [file('a', { state: 'QUARANTINED' })];
    expect(decide({ run: run({ state, snapshotId: null }), files }).kind).toBe('claim');
  });

  test.each(['FAILED', 'DISCARDED'] as const)('anew when its last replay is %s', (state) => {
    const replayed = run({ replay: { runId: other, generation: 1 } });
    expect(decide({ run: replayed, replay: replayOf(state) })).toMatchObject({
      ...{ kind: 'claim', replay: { replays: { generation: 2 } } },
    });
  });

  test('as the next generation of what it replays itself', () => {
    const replays = { runId: other, generation: 4, by: 'bob', at: now, selection: 'some' };
    expect(decide({ run: run({ replays }) })).toMatchObject({
      replay: { replays: { generation: 5 } },
    });
  });
});

describe('of its files', () => {
  const table: [name: string, more: Partial<FileEntry>, why: RegExp | null][] = [
    ['a published one comes along', {}, null],
    ['a refused one comes along', { state: 'QUARANTINED' }, null],
    ['a duplicate stays', { state: 'DUPLICATE' }, /is DUPLICATE/],
    ['a superseded one stays', { state: 'SUPERSEDED' }, /is SUPERSEDED/],
    ['one that is gone stays', { state: 'GONE' }, /is GONE/],
    ['one of another run stays', { runId: other }, /belongs to orders-/],
  ];
  test.each(table)('%s', (_name, more, why) => {
    const decided = decide({ files: [file('a'), file('b', more)] });
    if (decided.kind !== 'claim') throw new Error('it is claimed');
    expect(decided.files).toHaveLength(why === null ? 2 : 1);
    if (why !== null) expect(decided.left[0]?.why).toMatch(why);
  });

  test('a refused one stays whose bytes came again, or cannot be read', () => {
    const files = [file('a'), file('b', { state: 'QUARANTINED' })];
    const owners = new Map([[fileIdOf('b'), fileIdOf('c')]]);
    expect(decide({ files, owners })).toMatchObject({ left: [{ why: /came again/ }] });
    const unreadable = new Map([[fileIdOf('b'), 'gone' as const]]);
    expect(decide({ files, unreadable })).toMatchObject({ left: [{ why: 'is gone' }] });
  });

  test('of a table that each file replaces, only the published one comes along', () => {
    const files = [file('a'), file('b', { state: 'QUARANTINED' })];
    expect(decide({ files, newest: runId })).toMatchObject({
      ...{ files: [{ fileId: fileIdOf('a') }], left: [{ why: 'is QUARANTINED' }] },
    });
  });
});

describe('nothing is claimed', () => {
  test.each(['CREATED', 'STARTED', 'LOADING'] as const)(
    'while a replay of it is %s: that one is joined',
    (state) => {
      expect(decide({ replay: replayOf(state) })).toEqual({
        ...{ kind: 'join', runId: other, selection: 'some' },
      });
    },
  );

  test('of a run that was replaced', () => {
    expect(decide({ run: run({ replacedBy: other }) })).toEqual({ kind: 'replaced', by: other });
  });

  test('that the same words have replayed under this contract, unless it is asked for', () => {
    const replays = { runId: other, generation: 1, by: 'bob', at: now, selection: 'all' };
    const done = run({ replays, contractVersion: 'c2' });
    expect(decide({ run: done })).toEqual({ kind: 'done', runId });
    expect(decide({ run: done }, { again: true }).kind).toBe('claim');
    expect(decide({ run: done }, { selection: 'others' }).kind).toBe('claim');
    expect(decide({ run: done }, { contractVersion: 'c3' }).kind).toBe('claim');
  });

  const refusals: [name: string, found: Partial<Replayable>, what: RegExp][] = [
    ['a run under way', { run: run({ state: 'LOADING' }) }, /is LOADING/],
    ['a held run', { run: run({ state: 'HELD' }) }, /is HELD; nothing of it/],
    ['a discarded run', { run: run({ state: 'DISCARDED' }) }, /is DISCARDED/],
    ['a run whose replay is held', { replay: replayOf('HELD') }, /a replay of .* is HELD/],
    [
      'a run with a published file that is gone',
      { unreadable: new Map([[fileIdOf('a'), 'gone']]) },
      /would lose them/,
    ],
    ['a run that is not the newest of its table', { newest: other }, /is not the run whose rows/],
    ['a run without a file to replay', { files: [file('a', { state: 'GONE' })] }, /No file of/],
  ];
  test.each(refusals)('of %s', (_name, found, what) => {
    expect(decide(found)).toMatchObject({ kind: 'refused', what: expect.stringMatching(what) });
  });
});
