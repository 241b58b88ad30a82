import { expect } from 'vitest';
import { RunId } from '../../core/ids.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import { limits } from '../../core/limits.ts';
import type { Ledger } from '../../core/ports.ts';
import type { RunSummary } from '../../core/quality/summary.ts';
import { at, claimed, contentOf, fence, landed, orders, products } from './landed.ts';
import type { Case } from './ledger-contract-lists.ts';

const counts = { rowsIn: 3, published: 2, rejected: 1, deduplicated: 0 };
const reason = { code: 'E_TOO_MANY_REJECTS', detail: 'many' } as const;
const me = 'arn:aws:sts::000000000000:assumed-role/shop/ana';
const other = 'arn:aws:sts::000000000000:assumed-role/shop/bob';

/** A run of the named files that the gate held; the first file ended by itself before. */
const held = async (ledger: Ledger, names: readonly string[]) => {
  const files = names.map((name) => landed(name));
  const { runId } = await claimed(ledger, files);
  for (const [index, { fileId }] of files.entries()) {
    await ledger.claimContent(orders, contentOf(`${names[index]}`), fileId, at(1));
    const alone = index === 0 && names.length > 1;
    const outcome = alone
      ? ({ state: 'GONE', detail: 'deleted' } as const)
      : ({ state: 'HELD', counts, reason } as const);
    await ledger.settleFile(runId, fence(1), fileId, outcome, at(1));
  }
  const end = { state: 'HELD', counts, quality: null, snapshotId: null, reason } as const;
  await ledger.endRun(runId, fence(1), end, at(2));
  return runId;
};

const summaryOf = (runId: RunId, more: Partial<RunSummary> = {}): RunSummary => ({
  ...{ runId, dataset: orders, at: at(0), rowsIn: 3, published: 2, rejectedShare: 1 / 3 },
  ...{ score: 66.7, sampled: 2, released: false },
  columns: { n: { nullShare: 0, distinctShare: 1, top: { 'ż,"': 1e-300 } } },
  ...more,
});

/** What every ledger does when a run fails, a person decides of a held one, and it remembers. */
export const decisionContract: readonly Case[] = [
  [
    'a run fails with its claimed files, all or nothing; again is written',
    async (ledger) => {
      const [a, b] = [landed('a'), landed('b')];
      const { runId } = await claimed(ledger, [a, b]);
      const why = { code: 'E_INTERNAL', detail: 'it failed' } as const;
      const failure = { reason: why, unlessLoading: true };
      const published = { state: 'PUBLISHED', counts } as const;
      await ledger.settleFile(runId, fence(1), a.fileId, published, at(1));
      await ledger.markLoading(runId, fence(1), at(2));
      expect(await ledger.failRun(runId, fence(1), failure, at(3))).toBe('fenced');
      expect(await ledger.failRun(runId, fence(2), failure, at(3))).toBe('fenced');
      expect(await ledger.file(b.fileId)).toMatchObject({ state: 'CLAIMED' });
      const anyway = { reason: why, unlessLoading: false };
      expect(await ledger.failRun(runId, fence(1), anyway, at(4))).toBe('written');
      expect(await ledger.failRun(runId, fence(1), anyway, at(5))).toBe('written');
      expect(await ledger.run(runId)).toMatchObject({
        ...{ state: 'FAILED', reason: why, updatedAt: at(4) },
      });
      expect(await ledger.file(a.fileId)).toMatchObject({ state: 'PUBLISHED' });
      expect(await ledger.file(b.fileId)).toMatchObject({ state: 'QUARANTINED', reason: why });
      expect(await ledger.markLoading(runId, fence(1), at(6))).toBe('fenced');
    },
  ],
  [
    'a released run goes on as its next attempt, with its held files and no others',
    async (ledger) => {
      const runId = await held(ledger, ['gone', 'a', 'b']);
      const result = await ledger.release(runId, me, at(5));
      const released = { by: me, at: at(5), work: 1, reason };
      const run = { state: 'STARTED', fence: 2, reason: null, released, updatedAt: at(5), counts };
      expect(result).toMatchObject({ kind: 'released', run });
      expect(await ledger.run(runId)).toMatchObject(run);
      const claimedAgain = { state: 'CLAIMED', fence: 2, counts: null, reason: null };
      expect(await ledger.file(landed('a').fileId)).toMatchObject(claimedAgain);
      expect(await ledger.file(landed('b').fileId)).toMatchObject(claimedAgain);
      expect(await ledger.file(landed('gone').fileId)).toMatchObject({ state: 'GONE', fence: 1 });
      expect((await ledger.listFiles({ states: ['CLAIMED'], limit: 9 })).length).toBe(2);
      expect(await ledger.markLoading(runId, fence(2), at(6))).toBe('written');
    },
  ],
  [
    'a release stands: again, by someone else, and after the run has ended',
    async (ledger) => {
      const runId = await held(ledger, ['a']);
      await ledger.release(runId, me, at(5));
      const again = await ledger.release(runId, other, at(6));
      expect(again).toMatchObject({ kind: 'released', run: { fence: 2, released: { by: me } } });
      const end = { state: 'PUBLISHED', counts, quality: null, snapshotId: '7', reason: null };
      await ledger.endRun(runId, fence(2), { ...end, state: 'PUBLISHED' }, at(7));
      expect(await ledger.release(runId, other, at(8))).toMatchObject({
        ...{ kind: 'released', run: { state: 'PUBLISHED', released: { by: me } } },
      });
      expect((await ledger.discard(runId, other, at(9))).kind).toBe('not-held');
    },
  ],
  [
    'of a release and a discard at once exactly one happens',
    async (ledger) => {
      const runId = await held(ledger, ['a', 'b']);
      const tries = [1, 2, 3].flatMap((n) => [
        ledger.release(runId, `release ${n}`, at(n)).catch(() => undefined),
        ledger.discard(runId, `discard ${n}`, at(n)).catch(() => undefined),
      ]);
      const kinds = (await Promise.all(tries)).map((one) => one?.kind);
      const done = new Set(kinds.filter((kind) => kind === 'released' || kind === 'discarded'));
      expect(done.size).toBe(1);
      const state = (await ledger.run(runId))?.state;
      expect(state).toBe(done.has('released') ? 'STARTED' : 'DISCARDED');
      const fileState = (await ledger.file(landed('b').fileId))?.state;
      expect(fileState).toBe(state === 'STARTED' ? 'CLAIMED' : 'DISCARDED');
    },
  ],
  [
    'the held attempt can write nothing after a release',
    async (ledger) => {
      const runId = await held(ledger, ['a']);
      await ledger.release(runId, me, at(5));
      const outcome = { state: 'HELD', counts, reason } as const;
      const { fileId } = landed('a');
      expect(await ledger.settleFile(runId, fence(1), fileId, outcome, at(6))).toBe('fenced');
      const end = { state: 'HELD', counts, quality: null, snapshotId: null, reason } as const;
      expect(await ledger.endRun(runId, fence(1), end, at(6))).toBe('fenced');
    },
  ],
  [
    'a discarded run and its files say so, once and for all, and their bytes may come again',
    async (ledger) => {
      const runId = await held(ledger, ['gone', 'a']);
      const detail = `${me} discarded it; it was held for E_TOO_MANY_REJECTS (many)`;
      const said = {
        state: 'DISCARDED',
        fence: 1,
        counts,
        reason: { code: 'E_DISCARDED', detail },
      };
      expect(await ledger.discard(runId, me, at(5))).toMatchObject({
        kind: 'discarded',
        run: said,
      });
      expect(await ledger.discard(runId, other, at(6))).toMatchObject({ run: said });
      expect(await ledger.run(runId)).toMatchObject({ ...said, updatedAt: at(5) });
      expect(await ledger.file(landed('a').fileId)).toMatchObject(said);
      expect(await ledger.file(landed('gone').fileId)).toMatchObject({ state: 'GONE' });
      expect((await ledger.release(runId, me, at(7))).kind).toBe('not-held');
      const end = { state: 'HELD', counts, quality: null, snapshotId: null, reason } as const;
      expect(await ledger.endRun(runId, fence(1), end, at(7))).toBe('fenced');
      await claimed(ledger, [landed('again')]);
      const { fileId } = landed('again');
      expect(await ledger.claimContent(orders, contentOf('a'), fileId, at(8))).toEqual({
        kind: 'mine',
      });
    },
  ],
  [
    'a run whose bytes were dropped again is not released beside them',
    async (ledger) => {
      const runId = await held(ledger, ['a']);
      await claimed(ledger, [landed('again')]);
      const by = landed('again').fileId;
      await ledger.claimContent(orders, contentOf('a'), by, at(5));
      const { fileId } = landed('a');
      expect(await ledger.release(runId, me, at(6))).toEqual({ kind: 'taken', fileId, by });
      expect((await ledger.run(runId))?.state).toBe('HELD');
      expect((await ledger.discard(runId, me, at(7))).kind).toBe('discarded');
    },
  ],
  [
    'bytes that are dropped again after a release are a duplicate',
    async (ledger) => {
      const runId = await held(ledger, ['a']);
      await ledger.release(runId, me, at(5));
      await claimed(ledger, [landed('again')]);
      const again = await ledger.claimContent(
        orders,
        contentOf('a'),
        landed('again').fileId,
        at(6),
      );
      expect(again).toEqual({ kind: 'duplicate', of: landed('a').fileId });
    },
  ],
  [
    'of a release and another claim of the bytes at once only one gets them',
    async (ledger) => {
      const runId = await held(ledger, ['a']);
      await claimed(ledger, [landed('again')]);
      const { fileId } = landed('again');
      const claim = () => ledger.claimContent(orders, contentOf('a'), fileId, at(5));
      const [release, content] = await Promise.all([
        // DynamoDB may refuse one of two that collide without looking; both callers try again.
        ledger.release(runId, me, at(5)).catch(() => ledger.release(runId, me, at(5))),
        claim().catch(claim),
      ]);
      expect(release.kind === 'released').toBe(content.kind === 'duplicate');
    },
  ],
  [
    'the largest run that can be claimed can be released',
    async (ledger) => {
      const names = Array.from({ length: limits.filesPerRunMax }, (_, index) => `f${index}`);
      const runId = await held(ledger, names);
      expect((await ledger.release(runId, me, at(5))).kind).toBe('released');
    },
  ],
  [
    'only a held run is decided about',
    async (ledger) => {
      const { runId } = await claimed(ledger, [landed('a')]);
      for (const decide of [ledger.release, ledger.discard]) {
        expect(await decide(runId, me, at(1))).toMatchObject({
          ...{ kind: 'not-held', run: { state: 'CREATED' } },
        });
        expect(await decide(runIdOf(orders, at(9), []), me, at(1))).toEqual({
          ...{ kind: 'not-held', run: undefined },
        });
      }
    },
  ],
  [
    'the history of a dataset is its newest runs first, each remembered once',
    async (ledger) => {
      const ids = ['00', '01', '02'].map((minute) =>
        RunId.parse(`orders-20261121T05${minute}00Z-0123456789`),
      );
      for (const runId of [...ids].reverse()) await ledger.remember(summaryOf(runId));
      const [first] = ids;
      if (first !== undefined) await ledger.remember(summaryOf(first, { rowsIn: 99 }));
      const elsewhere = RunId.parse('products-20261121T050000Z-0123456789');
      await ledger.remember(summaryOf(elsewhere, { dataset: products }));
      expect(await ledger.history(orders, 9)).toEqual(
        [...ids].reverse().map((id) => summaryOf(id)),
      );
      const newest = await ledger.history(orders, 2);
      expect(newest.map(({ runId }) => runId)).toEqual([ids[2], ids[1]]);
      expect((await ledger.history(products, 9)).length).toBe(1);
    },
  ],
];
