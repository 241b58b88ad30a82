import { expect } from 'vitest';
import type { FileId } from '../../core/ids.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import type { FileOutcome } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { RunEnd } from '../../core/ports.ts';
import { at, claimed, contentOf, fence, landed, orders, products } from './landed.ts';
import { decisionContract } from './ledger-contract-decisions.ts';
import { type Case, listContract } from './ledger-contract-lists.ts';
import { replayContract } from './ledger-contract-replays.ts';
import { walkContract } from './ledger-contract-walks.ts';

const counts = { rowsIn: 3, published: 2, rejected: 1, deduplicated: 0 };
const published: FileOutcome = { state: 'PUBLISHED', counts };
const quarantined: FileOutcome = {
  state: 'QUARANTINED',
  reason: { code: 'E_RESOURCE', detail: 'the worker died' },
};
const ended = (state: RunEnd['state'], snapshotId: string | null = null): RunEnd => ({
  ...{ state, snapshotId, counts, reason: null },
  quality: { score: 66.7, validity: 2 / 3, completeness: 1, uniqueness: 1 },
});

/** What every ledger must do. Each case gets a fresh one. */
export const ledgerContract: readonly Case[] = [
  [
    'a claim writes the run and its files as one',
    async (ledger) => {
      const files = [landed('a'), landed('b 😀+%2F"\''), landed('../c', { sizeBytes: 0 })];
      const { runId, result } = await claimed(ledger, files);
      expect(result).toBe('claimed');
      expect(await ledger.run(runId)).toEqual({
        ...{ runId, dataset: 'orders', state: 'CREATED', fence: 1, contractVersion: 'c1' },
        files: files.map(({ fileId }) => fileId),
        ...{ counts: null, quality: null, snapshotId: null, reason: null },
        ...{ createdAt: at(0), updatedAt: at(0) },
      });
      for (const file of files)
        expect(await ledger.file(file.fileId)).toEqual({
          ...file,
          ...{ dataset: 'orders', state: 'CLAIMED', runId, fence: 1, updatedAt: at(0) },
          ...{ contentId: null, counts: null, reason: null },
        });
    },
  ],
  [
    'a run of the most files a run may have is one claim',
    async (ledger) => {
      const names = Array.from({ length: limits.filesPerRunMax }, (_, index) => `f${index}`);
      const { runId, result } = await claimed(
        ledger,
        names.map((name) => landed(name)),
      );
      expect(result).toBe('claimed');
      expect((await ledger.nextAttempt(runId, fence(1), at(1), 'left-alone')).kind).toBe('next');
      expect((await ledger.file(landed(`f${limits.filesPerRunMax - 1}`).fileId))?.fence).toBe(2);
    },
  ],
  [
    'what was never written is undefined',
    async (ledger) => {
      expect(await ledger.file(landed('a').fileId)).toBeUndefined();
      expect(await ledger.run(runIdOf(orders, at(0), []))).toBeUndefined();
    },
  ],
  [
    'a claim that holds one claimed file changes nothing at all',
    async (ledger) => {
      await claimed(ledger, [landed('a')]);
      const second = await claimed(ledger, [landed('b'), landed('a')], { now: at(1_000) });
      expect(second.result).toBe('taken');
      expect(await ledger.file(landed('b').fileId)).toBeUndefined();
      expect(await ledger.run(second.runId)).toBeUndefined();
    },
  ],
  [
    'the same claim twice, as after a lost reply, is one claim',
    async (ledger) => {
      await claimed(ledger, [landed('a'), landed('b')]);
      const again = await claimed(ledger, [landed('b'), landed('a')]);
      expect(again.result).toBe('claimed');
      expect((await ledger.listRuns({ limit: 10 })).length).toBe(1);
    },
  ],
  [
    'of many claims of one file at once exactly one wins',
    async (ledger) => {
      const tries = [1, 2, 3, 4, 5].map((n) =>
        claimed(ledger, [landed('a')], { now: at(n * 1_000) }).catch(() => undefined),
      );
      const results = (await Promise.all(tries)).map((one) => one?.result);
      expect(results.filter((result) => result === 'claimed').length).toBe(1);
    },
  ],
  [
    'an arrival is settled once and never overwrites an entry',
    async (ledger) => {
      const reason = { code: 'E_NO_DATASET', detail: 'no dataset' };
      const end = { state: 'QUARANTINED', reason } as const;
      await ledger.settleArrival(landed('a'), null, end, at(1));
      const other = { state: 'IGNORED', reason: { code: 'IGNORED', detail: 'x' } } as const;
      await ledger.settleArrival(landed('a'), orders, other, at(2));
      expect(await ledger.file(landed('a').fileId)).toMatchObject({
        ...{ state: 'QUARANTINED', dataset: null, reason, runId: null, updatedAt: at(1) },
      });
      expect((await claimed(ledger, [landed('a')])).result).toBe('taken');
    },
  ],
  [
    'only a created run becomes started',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      await ledger.markStarted(runId, at(1));
      expect((await ledger.run(runId))?.state).toBe('STARTED');
      await ledger.markLoading(runId, fence(1), at(2));
      await ledger.markStarted(runId, at(3));
      expect(await ledger.run(runId)).toMatchObject({ state: 'LOADING', updatedAt: at(2) });
      await ledger.markStarted(runIdOf(orders, at(9), []), at(3));
    },
  ],
  [
    'a file is settled once; the same outcome again is written, another is fenced',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      const { fileId } = landed('a');
      for (const [outcome, result] of [
        [published, 'written'],
        [published, 'written'],
        [quarantined, 'fenced'],
      ] as const)
        expect(await ledger.settleFile(runId, fence(1), fileId, outcome, at(1))).toBe(result);
      expect(await ledger.file(fileId)).toMatchObject({ state: 'PUBLISHED', counts, reason: null });
    },
  ],
  ...(
    [
      ['PUBLISHED', published, { counts, reason: null }],
      ['QUARANTINED', quarantined, { counts: null, reason: { code: 'E_RESOURCE' } }],
      [
        'HELD',
        { state: 'HELD', counts, reason: { code: 'E_TOO_MANY_REJECTS', detail: 'd' } },
        { counts, reason: { code: 'E_TOO_MANY_REJECTS', detail: 'd' } },
      ],
      [
        'DUPLICATE',
        { state: 'DUPLICATE', of: landed('b').fileId },
        { counts: null, reason: { code: 'DUPLICATE', detail: landed('b').fileId } },
      ],
      [
        'SUPERSEDED',
        { state: 'SUPERSEDED', by: 'newer' },
        { reason: { code: 'SUPERSEDED', detail: 'newer' } },
      ],
      ['GONE', { state: 'GONE', detail: 'deleted' }, { reason: { detail: 'deleted' } }],
    ] satisfies [string, FileOutcome, object][]
  ).map(
    ([state, outcome, fields]): Case => [
      `a file can end as ${state}`,
      async (ledger) => {
        const { runId } = await claimed(ledger, [landed('a')]);
        const { fileId } = landed('a');
        await ledger.settleFile(runId, fence(1), fileId, outcome, at(1));
        expect(await ledger.file(fileId)).toMatchObject({ state, ...fields, updatedAt: at(1) });
        expect((await ledger.listFiles({ states: [outcome.state], limit: 5 })).length).toBe(1);
      },
    ],
  ),
  [
    'a zombie of an older attempt can write nothing',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      const { fileId } = landed('a');
      expect(await ledger.nextAttempt(runId, fence(1), at(1), 'left-alone')).toEqual({
        kind: 'next',
        fence: 2,
      });
      expect(await ledger.settleFile(runId, fence(1), fileId, published, at(2))).toBe('fenced');
      expect(await ledger.markLoading(runId, fence(1), at(2))).toBe('fenced');
      expect(await ledger.endRun(runId, fence(1), ended('FAILED'), at(2))).toBe('fenced');
      expect(await ledger.nextAttempt(runId, fence(1), at(2), 'left-alone')).toEqual({
        kind: 'fenced',
      });
      expect(await ledger.run(runId)).toMatchObject({ state: 'STARTED', fence: 2 });
      expect(await ledger.settleFile(runId, fence(2), fileId, published, at(3))).toBe('written');
    },
  ],
  [
    'a run of another id cannot settle the file',
    async (ledger) => {
      await claimed(ledger, [landed('a')]);
      const other = (await claimed(ledger, [landed('b')])).runId;
      for (const { fileId } of [landed('a'), landed('nowhere')])
        expect(await ledger.settleFile(other, fence(1), fileId, published, at(1))).toBe('fenced');
    },
  ],
  [
    'the next attempt takes the claimed files and leaves the ended ones',
    async (ledger) => {
      const [a, b] = [landed('a'), landed('b')];
      const { runId } = await claimed(ledger, [a, b]);
      await ledger.settleFile(runId, fence(1), a.fileId, quarantined, at(1));
      await ledger.nextAttempt(runId, fence(1), at(2), 'left-alone');
      expect(await ledger.file(a.fileId)).toMatchObject({ fence: 1, updatedAt: at(1) });
      expect(await ledger.file(b.fileId)).toMatchObject({ fence: 2, state: 'CLAIMED' });
    },
  ],
  [
    'loading is marked from created and started, twice is once, and never after the end',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      expect(await ledger.markLoading(runId, fence(1), at(1))).toBe('written');
      expect(await ledger.markLoading(runId, fence(1), at(2))).toBe('written');
      await ledger.endRun(runId, fence(1), ended('PUBLISHED', '9223372036854775807'), at(3));
      expect(await ledger.markLoading(runId, fence(1), at(4))).toBe('fenced');
    },
  ],
  [
    'a run ends once; the same end again is written, another is fenced',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      const end = ended('PUBLISHED', '9223372036854775807');
      expect(await ledger.endRun(runId, fence(1), end, at(1))).toBe('written');
      expect(await ledger.endRun(runId, fence(1), end, at(2))).toBe('written');
      expect(await ledger.endRun(runId, fence(1), ended('FAILED'), at(3))).toBe('fenced');
      expect(await ledger.nextAttempt(runId, fence(1), at(3), 'left-alone')).toEqual({
        kind: 'fenced',
      });
      expect(await ledger.run(runId)).toMatchObject({ ...end, updatedAt: at(1) });
    },
  ],
  [
    'content belongs to its first file; another is a duplicate of it',
    async (ledger) => {
      await claimed(ledger, [landed('a'), landed('b')]);
      const claim = (file: FileId, dataset = orders) =>
        ledger.claimContent(dataset, contentOf('x'), file, at(1));
      expect(await claim(landed('a').fileId)).toEqual({ kind: 'mine' });
      expect(await claim(landed('a').fileId)).toEqual({ kind: 'mine' });
      const duplicate = { kind: 'duplicate', of: landed('a').fileId };
      expect(await claim(landed('b').fileId)).toEqual(duplicate);
      expect(await claim(landed('b').fileId, products)).toEqual({ kind: 'mine' });
      expect((await ledger.file(landed('b').fileId))?.contentId).toBe(contentOf('x'));
    },
  ],
  ...(
    [
      ['QUARANTINED', quarantined, 'mine'],
      ['GONE', { state: 'GONE', detail: 'd' }, 'mine'],
      ['SUPERSEDED', { state: 'SUPERSEDED', by: 'c' }, 'mine'],
      [
        'HELD',
        { state: 'HELD', counts, reason: { code: 'E_TOO_MANY_REJECTS', detail: 'd' } },
        'mine',
      ],
      ['PUBLISHED', published, 'duplicate'],
    ] satisfies [string, FileOutcome, string][]
  ).map(
    ([state, outcome, kind]): Case => [
      `an owner of content that ended as ${state} makes the next one: ${kind}`,
      async (ledger) => {
        const { runId } = await claimed(ledger, [landed('a'), landed('b'), landed('c')]);
        const claim = (name: string) =>
          ledger.claimContent(orders, contentOf('x'), landed(name).fileId, at(2));
        await claim('a');
        await ledger.settleFile(runId, fence(1), landed('a').fileId, outcome, at(1));
        expect((await claim('b')).kind).toBe(kind);
        expect(await claim('c')).toEqual({
          kind: 'duplicate',
          of: landed(kind === 'mine' ? 'b' : 'a').fileId,
        });
      },
    ],
  ),
  [
    'one run at a time has the turn of a dataset, until it ends it or its lease is over',
    async (ledger) => {
      const first = (await claimed(ledger, [landed('a')])).runId;
      const second = (await claimed(ledger, [landed('b')])).runId;
      expect(await ledger.takeTurn(orders, first, at(0))).toBe('taken');
      expect(await ledger.takeTurn(orders, first, at(1))).toBe('taken');
      expect(await ledger.takeTurn(orders, second, at(limits.loadLeaseMs))).toBe('busy');
      expect(await ledger.takeTurn(products, second, at(1))).toBe('taken');
      expect(await ledger.takeTurn(orders, second, at(limits.loadLeaseMs + 1))).toBe('taken');
      await ledger.endTurn(orders, first);
      expect(await ledger.takeTurn(orders, first, at(limits.loadLeaseMs + 2))).toBe('busy');
      await ledger.endTurn(orders, second);
      expect(await ledger.takeTurn(orders, first, at(limits.loadLeaseMs + 3))).toBe('taken');
    },
  ],
  ...decisionContract,
  ...replayContract,
  ...listContract,
  ...walkContract,
];
