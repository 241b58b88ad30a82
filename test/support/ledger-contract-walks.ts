import { expect } from 'vitest';
import { type DeadLetter, letterOf } from '../../core/dead-letter.ts';
import type { RunEntry } from '../../core/ledger.ts';
import type { Ledger } from '../../core/ports.ts';
import { firstMarker } from '../../core/reconcile/marker.ts';
import { landingBucket, objectCreated } from './events.ts';
import { at, claimed, landed, products } from './landed.ts';
import type { Case } from './ledger-contract-lists.ts';

const letter = (messageId: string, ms: number, body = 'x'): DeadLetter =>
  letterOf(
    { messageId, body, undelivered: null },
    landingBucket,
    { fileId: landed('a').fileId, entry: undefined },
    at(ms),
  );

const open = async (ledger: Ledger): Promise<string[]> => {
  const { letters } = await ledger.lettersIn({ state: 'open', after: null, limit: 9 });
  return letters.map(({ messageId }) => messageId);
};

/** What reconcile and the dead letters ask of every ledger. */
export const walkContract: readonly Case[] = [
  [
    'many files are read at once; those without an entry are left out',
    async (ledger) => {
      const files = Array.from({ length: 40 }, (_, n) => landed(`f${n}`));
      await claimed(ledger, files);
      const strangers = Array.from({ length: 80 }, (_, n) => landed(`s${n}`));
      const asked = [...files, ...strangers].map(({ fileId }) => fileId);
      const found = (await ledger.files(asked)).map(({ fileId }) => fileId);
      expect(found.sort()).toEqual(files.map(({ fileId }) => fileId).sort());
      expect(await ledger.files([])).toEqual([]);
    },
  ],
  [
    'runs of one state come oldest first, page by page, whatever dataset they are of',
    async (ledger) => {
      const ids: string[] = [];
      for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
        const now = at(index * 1_000);
        const dataset = name === 'b' ? { dataset: products } : {};
        ids.push((await claimed(ledger, [landed(name)], { now, ...dataset })).runId);
      }
      const pages: string[][] = [];
      let after: string | null = null;
      do {
        const page: { runs: readonly RunEntry[]; next: string | null } = await ledger.runsIn({
          ...{ state: 'CREATED', after, limit: 3 },
        });
        pages.push(page.runs.map(({ runId }) => runId));
        after = page.next;
      } while (after !== null);
      expect(pages.flat()).toEqual(ids);
      expect(pages[0]).toEqual(ids.slice(0, 3));
      expect((await ledger.runsIn({ state: 'LOADING', after: null, limit: 3 })).runs).toEqual([]);
    },
  ],
  [
    'the cursor is moved by whoever saw where it stood, and by nobody else',
    async (ledger) => {
      const before = await ledger.cursor();
      expect(before).toEqual({ marker: firstMarker, turn: 0 });
      const marker = { step: 'landing', after: 'ż "\\' } as const;
      expect(await ledger.moveCursor(before, marker)).toBe('written');
      expect(await ledger.moveCursor(before, firstMarker)).toBe('fenced');
      const moved = await ledger.cursor();
      expect(moved).toEqual({ marker, turn: 1 });
      expect(await ledger.moveCursor(moved, { step: 'tables', after: null })).toBe('written');
      expect((await ledger.cursor()).turn).toBe(2);
    },
  ],
  [
    'a dead letter is recorded once, whole, and stays as it was',
    async (ledger) => {
      const first = letter('m1', 1, objectCreated({ key: 'orders/ż\0.csv', versionId: null }));
      await ledger.recordLetter(first);
      await ledger.recordLetter(letter('m1', 2));
      expect(await ledger.letter('m1')).toEqual(first);
      expect(await ledger.letter('m2')).toBeUndefined();
    },
  ],
  [
    'dead letters come newest first, page by page, and leave their list when they move',
    async (ledger) => {
      for (const [index, id] of ['m1', 'm2', 'm3'].entries())
        await ledger.recordLetter(letter(id, index));
      expect(await open(ledger)).toEqual(['m3', 'm2', 'm1']);
      const first = await ledger.lettersIn({ state: 'open', after: null, limit: 2 });
      expect(first.letters.map(({ messageId }) => messageId)).toEqual(['m3', 'm2']);
      const second = await ledger.lettersIn({ state: 'open', after: first.next, limit: 2 });
      expect(second.letters.map(({ messageId }) => messageId)).toEqual(['m1']);
      await ledger.moveLetter('m2', 'redriven', at(9));
      expect(await open(ledger)).toEqual(['m3', 'm1']);
      expect(await ledger.letter('m2')).toMatchObject({ state: 'redriven', updatedAt: at(9) });
    },
  ],
  [
    'a dead letter only goes forward, and one that is not there is not made',
    async (ledger) => {
      await ledger.recordLetter(letter('m1', 1));
      for (const to of ['redriven', 'open', 'redriven', 'resolved', 'redriven'] as const)
        await ledger.moveLetter('m1', to, at(5));
      expect((await ledger.letter('m1'))?.state).toBe('resolved');
      await ledger.recordLetter(letter('m2', 1));
      await ledger.moveLetter('m2', 'resolved', at(5));
      expect((await ledger.letter('m2'))?.state).toBe('resolved');
      await ledger.moveLetter('m3', 'resolved', at(5));
      expect(await ledger.letter('m3')).toBeUndefined();
    },
  ],
];
