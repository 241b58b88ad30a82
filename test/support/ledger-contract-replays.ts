import { expect } from 'vitest';
import type { RunId } from '../../core/ids.ts';
import type { FileEntry, FileOutcome } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { Ledger, NewReplay, RunEnd } from '../../core/ports.ts';
import { replayIdOf } from '../../core/replay/replay-id.ts';
import { at, claimed, contentOf, fence, landed, orders } from './landed.ts';
import type { Case } from './ledger-contract-lists.ts';

const counts = { rowsIn: 3, published: 2, rejected: 1, deduplicated: 0 };
const published: FileOutcome = { state: 'PUBLISHED', counts };
const reason = { code: 'E_CORRUPT', detail: 'cut off' } as const;
const quarantined: FileOutcome = { state: 'QUARANTINED', reason };
const ended = (state: RunEnd['state'], snapshotId: string | null = null): RunEnd => ({
  ...{ state, snapshotId, counts, quality: null, reason: null },
});

/** A published run of the named files, of which those that begin with `bad` were refused. */
const publishedRun = async (ledger: Ledger, names: readonly string[]): Promise<RunId> => {
  const { runId } = await claimed(
    ledger,
    names.map((name) => landed(name)),
  );
  for (const name of names) {
    const { fileId } = landed(name);
    await ledger.claimContent(orders, contentOf(name), fileId, at(1));
    const outcome = name.startsWith('bad') ? quarantined : published;
    await ledger.settleFile(runId, fence(1), fileId, outcome, at(1));
  }
  await ledger.endRun(runId, fence(1), ended('PUBLISHED', '7'), at(2));
  return runId;
};

const filesOf = async (ledger: Ledger, names: readonly string[]): Promise<FileEntry[]> => {
  const files = await Promise.all(names.map((name) => ledger.file(landed(name).fileId)));
  return files.filter((file) => file !== undefined);
};

const newReplay = (replayed: RunId, generation = 1): NewReplay => ({
  ...{ runId: replayIdOf(orders, at(60_000), replayed, generation), dataset: orders },
  contractVersion: 'c2',
  replays: { ...{ runId: replayed, generation, by: 'ana' }, at: at(5), selection: 'all' },
});

/** Claims a replay of the run from what the ledger says now. */
const replayed = async (
  ledger: Ledger,
  runId: RunId,
  names: readonly string[],
  generation = 1,
): Promise<RunId> => {
  const run = await ledger.run(runId);
  if (run === undefined) throw new Error('the run is there');
  const replay = newReplay(runId, generation);
  const files = await filesOf(ledger, names);
  expect(await ledger.replay(replay, run, files, at(5))).toBe('claimed');
  return replay.runId;
};

const was = (runId: RunId) => ({
  PUBLISHED: { state: 'PUBLISHED', runId, fence: 1, counts, reason: null },
  QUARANTINED: { state: 'QUARANTINED', runId, fence: 1, counts: null, reason },
});

/** What every ledger does of replays. */
export const replayContract: readonly Case[] = [
  [
    'a replay claims files as they were, and says so in both runs',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      const runId = await replayed(ledger, old, ['a', 'bad']);
      const { replays } = newReplay(old);
      expect(await ledger.run(runId)).toEqual({
        ...{ runId, dataset: orders, state: 'CREATED', fence: 1, contractVersion: 'c2', replays },
        files: [landed('a').fileId, landed('bad').fileId],
        ...{ counts: null, quality: null, snapshotId: null, reason: null },
        ...{ createdAt: at(5), updatedAt: at(5) },
      });
      expect(await ledger.run(old)).toMatchObject({
        ...{ state: 'PUBLISHED', replay: { runId, generation: 1 }, updatedAt: at(2) },
      });
      expect((await ledger.run(old))?.replacedBy).toBeUndefined();
      const now = { state: 'CLAIMED', runId, fence: 1, counts: null, reason: null };
      const [a, bad] = await filesOf(ledger, ['a', 'bad']);
      expect(a).toMatchObject({ ...now, was: was(old).PUBLISHED, contentId: contentOf('a') });
      expect(bad).toMatchObject({ ...now, was: was(old).QUARANTINED });
      expect((await ledger.listFiles({ states: ['CLAIMED'], limit: 9 })).length).toBe(2);
    },
  ],
  [
    'the same claim again is that claim, and another one comes too late',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a']);
      const run = await ledger.run(old);
      const files = await filesOf(ledger, ['a']);
      if (run === undefined) throw new Error('the run is there');
      const first = newReplay(old);
      expect(await ledger.replay(first, run, files, at(5))).toBe('claimed');
      expect(await ledger.replay(first, run, files, at(6))).toBe('claimed');
      expect(await ledger.replay(newReplay(old, 2), run, files, at(6))).toBe('changed');
      expect((await filesOf(ledger, ['a']))[0]).toMatchObject({ runId: first.runId });
    },
  ],
  [
    'of several claims at once exactly one is made',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'b']);
      const run = await ledger.run(old);
      const files = await filesOf(ledger, ['a', 'b']);
      if (run === undefined) throw new Error('the run is there');
      const tries = [1, 2, 3].map((n) => {
        const claim = () => ledger.replay(newReplay(old, n), run, files, at(5));
        return claim().catch(claim);
      });
      expect((await Promise.all(tries)).sort()).toEqual(['changed', 'changed', 'claimed']);
    },
  ],
  [
    'a replay that publishes takes the place of its run',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      const runId = await replayed(ledger, old, ['a', 'bad']);
      const [a, bad] = [landed('a').fileId, landed('bad').fileId];
      expect(await ledger.settleFile(runId, fence(1), bad, quarantined, at(6))).toBe('written');
      expect(await ledger.settleFile(runId, fence(1), a, published, at(6))).toBe('written');
      for (const time of [7, 8])
        expect(await ledger.endRun(runId, fence(1), ended('PUBLISHED', '8'), at(time))).toBe(
          'written',
        );
      expect(await ledger.run(old)).toMatchObject({ replacedBy: runId, snapshotId: '7' });
      expect(await ledger.run(runId)).toMatchObject({ state: 'PUBLISHED', updatedAt: at(7) });
      const [first, second] = await filesOf(ledger, ['a', 'bad']);
      expect(first).toMatchObject({ state: 'PUBLISHED', runId });
      expect(second).toMatchObject({ state: 'QUARANTINED', runId });
    },
  ],
  [
    'a replay that fails gives back every file, and a newer attempt does it as well',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'b', 'bad']);
      const names = ['a', 'b', 'bad'];
      const before = await filesOf(ledger, names);
      const runId = await replayed(ledger, old, names);
      await ledger.settleFile(runId, fence(1), landed('bad').fileId, quarantined, at(6));
      expect((await ledger.nextAttempt(runId, fence(1), at(7), 'left-alone')).kind).toBe('next');
      expect(await ledger.endRun(runId, fence(1), ended('FAILED'), at(8))).toBe('fenced');
      expect(await ledger.endRun(runId, fence(2), ended('FAILED'), at(8))).toBe('written');
      expect(await ledger.endRun(runId, fence(2), ended('FAILED'), at(9))).toBe('written');
      expect(await ledger.endRun(runId, fence(2), ended('PUBLISHED', '8'), at(9))).toBe('fenced');
      const after = await filesOf(ledger, names);
      const told = ({ was: _was, updatedAt: _at, ...file }: FileEntry) => file;
      expect(after.map(told)).toEqual(before.map(told));
      expect((await ledger.listFiles({ states: ['PUBLISHED'], limit: 9 })).length).toBe(2);
      expect((await ledger.run(old))?.replacedBy).toBeUndefined();
      const { fileId } = landed('a');
      expect(await ledger.settleFile(runId, fence(2), fileId, published, at(9))).toBe('fenced');
      expect(await replayed(ledger, old, names, 2)).not.toBe(runId);
    },
  ],
  [
    'a published file cannot end in a replay but published',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a']);
      const runId = await replayed(ledger, old, ['a']);
      const { fileId } = landed('a');
      const others: FileOutcome[] = [
        quarantined,
        { state: 'GONE', detail: 'deleted' },
        { state: 'DUPLICATE', of: landed('b').fileId },
      ];
      for (const outcome of others)
        expect(await ledger.settleFile(runId, fence(1), fileId, outcome, at(6))).toBe('fenced');
      expect(await ledger.settleFile(runId, fence(1), fileId, published, at(6))).toBe('written');
    },
  ],
  [
    'a held replay gives back what it would publish; its release claims that again',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      const runId = await replayed(ledger, old, ['a', 'bad']);
      await ledger.settleFile(runId, fence(1), landed('bad').fileId, quarantined, at(6));
      expect(await ledger.endRun(runId, fence(1), ended('HELD'), at(7))).toBe('written');
      const [a, bad] = await filesOf(ledger, ['a', 'bad']);
      expect(a).toMatchObject(was(old).PUBLISHED);
      expect(bad).toMatchObject({ state: 'QUARANTINED', runId });
      const released = await ledger.release(runId, 'ana', at(8));
      expect(released).toMatchObject({ kind: 'released', run: { fence: 2, state: 'STARTED' } });
      const [again, still] = await filesOf(ledger, ['a', 'bad']);
      const was1 = was(old).PUBLISHED;
      expect(again).toMatchObject({ state: 'CLAIMED', runId, fence: 2, was: was1 });
      expect(still).toMatchObject({ state: 'QUARANTINED', runId, fence: 1 });
      const end = ended('FAILED');
      expect(await ledger.endRun(runId, fence(2), end, at(9))).toBe('written');
      const [first, second] = await filesOf(ledger, ['a', 'bad']);
      expect(first).toMatchObject(was(old).PUBLISHED);
      expect(second).toMatchObject(was(old).QUARANTINED);
    },
  ],
  [
    'a held replay that is discarded gives everything back',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      const runId = await replayed(ledger, old, ['a', 'bad']);
      await ledger.settleFile(runId, fence(1), landed('bad').fileId, quarantined, at(6));
      await ledger.endRun(runId, fence(1), ended('HELD'), at(7));
      for (const time of [8, 9])
        expect((await ledger.discard(runId, 'ana', at(time))).kind).toBe('discarded');
      const [a, bad] = await filesOf(ledger, ['a', 'bad']);
      expect(a).toMatchObject(was(old).PUBLISHED);
      expect(bad).toMatchObject(was(old).QUARANTINED);
      expect((await ledger.release(runId, 'ana', at(9))).kind).toBe('not-held');
    },
  ],
  [
    'bytes that are dropped again while a replay has their file are a duplicate',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      await replayed(ledger, old, ['a', 'bad']);
      await claimed(ledger, [landed('again')]);
      const { fileId } = landed('again');
      for (const name of ['a', 'bad'])
        expect(await ledger.claimContent(orders, contentOf(name), fileId, at(6))).toEqual({
          ...{ kind: 'duplicate', of: landed(name).fileId },
        });
    },
  ],
  [
    'of a replay and a new drop of a refused file’s bytes only one gets them',
    async (ledger) => {
      const old = await publishedRun(ledger, ['a', 'bad']);
      const run = await ledger.run(old);
      const files = await filesOf(ledger, ['a', 'bad']);
      if (run === undefined) throw new Error('the run is there');
      await claimed(ledger, [landed('again')]);
      const { fileId } = landed('again');
      const claim = () => ledger.claimContent(orders, contentOf('bad'), fileId, at(6));
      const replay = () => ledger.replay(newReplay(old), run, files, at(6));
      const [first, second] = await Promise.all([replay().catch(replay), claim().catch(claim)]);
      expect(first === 'claimed').toBe(second.kind === 'duplicate');
      const owner = await ledger.contentOwner(orders, contentOf('bad'));
      expect(owner).toBe(first === 'claimed' ? landed('bad').fileId : fileId);
      expect(await ledger.contentOwner(orders, contentOf('nothing'))).toBeUndefined();
    },
  ],
  [
    'the largest run there is can be replayed, held, released, and given back',
    async (ledger) => {
      const names = Array.from({ length: limits.filesPerRunMax }, (_, index) => `bad${index}`);
      const old = await publishedRun(ledger, names);
      const runId = await replayed(ledger, old, names);
      await ledger.endRun(runId, fence(1), ended('HELD'), at(7));
      expect((await ledger.release(runId, 'ana', at(8))).kind).toBe('released');
      expect(await ledger.endRun(runId, fence(2), ended('FAILED'), at(9))).toBe('written');
      const files = await filesOf(ledger, names);
      expect(files.every((file) => file.runId === old)).toBe(true);
    },
  ],
];
